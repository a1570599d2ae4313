package smtpcheck

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"smtp-wizard/secret"
)

// PortState is how a port answers a connection.
type PortState string

const (
	PortOpen     PortState = "open"
	PortRefused  PortState = "refused"  // nothing listens there
	PortFiltered PortState = "filtered" // no answer in time: a firewall drops it
	PortUnknown  PortState = "unknown"  // no route, no such host, or cancelled
)

// Port is what was found on one port.
type Port struct {
	Port    int
	State   PortState
	Address string // the host's address that was used
	// TLS is the mode that works: implicit, STARTTLS if offered, else none. It is ""
	// if the port does not speak SMTP, or refused every name.
	TLS         TLSMode
	Greeting    string // the relay's, safe to show
	Certificate *Certificate
	Auth        []string // SASL mechanisms, under TLS if available
	Size        int64    // SIZE in bytes (RFC 1870), or 0
	Elapsed     time.Duration
	Failure     *Failure // why the findings are incomplete
	Identities  []IdentityResult
}

// PortOptions say how to probe ports.
type PortOptions struct {
	// Names are the EHLO names to use; if one is refused, the next one is tried.
	// Empty means os.Hostname().
	Names []string
	// Probe tries each of Names on every open port, see Identities; From and To
	// determine how far that goes.
	Probe    bool
	From, To string

	RootCAs *x509.CertPool
	Masker  *secret.Masker // see Plan
	Limits  Limits
	Net     Network
}

// Ports probes ports of one host in parallel, without credentials and without a
// message. report is called for each port when it is done, from one goroutine at a
// time, and may be nil. The result is in the order of ports.
func Ports(ctx context.Context, host string, ports []int, o PortOptions, report func(Port)) []Port {
	if len(o.Names) == 0 {
		name, _ := os.Hostname()
		o.Names = []string{cmp.Or(name, "localhost")}
	}
	found := make([]Port, len(ports))
	gate := NewGate(MaxSessions)
	var mu sync.Mutex
	var all sync.WaitGroup
	for i, port := range ports {
		all.Go(func() {
			found[i] = probePort(ctx, Plan{
				Settings: Settings{Host: host, Port: port, TLS: likelyMode(port)}, Gate: gate, StopAfter: StageAuth,
				RootCAs: o.RootCAs, Masker: o.Masker, Limits: o.Limits, Net: o.Net,
			}, o)
			mu.Lock()
			defer mu.Unlock()
			if report != nil {
				report(found[i])
			}
		})
	}
	all.Wait()
	return found
}

// likelyMode is the mode to try first.
func likelyMode(port int) TLSMode {
	if port == 465 || port == 2465 {
		return TLSImplicit
	}
	return TLSStartTLS
}

// probePort probes one port.
func probePort(ctx context.Context, p Plan, o PortOptions) Port {
	p.SkipVerify = true // to get the certificate, for certificateOf to judge; no secret is sent
	mode, result := findMode(ctx, p, o.Names)
	port := Port{Port: p.Port, State: stateOf(result.Failure), TLS: mode, Address: result.Address, Failure: result.Failure}
	if f := result.Failure; f != nil && f.Stage == StageEHLO && result.TLS == nil {
		port.TLS = "" // no name got as far as the extensions
	}
	port.Greeting = result.greeting()
	port.Certificate = certificateOf(result.TLS, p.Host, p.RootCAs, time.Now(), p.Masker)
	port.Auth = result.Mechanisms()
	if size, ok := result.Extension("SIZE"); ok {
		port.Size, _ = strconv.ParseInt(size, 10, 64)
	}
	for _, stage := range result.Stages {
		port.Elapsed += stage.Elapsed // without the sessions in other modes
	}
	if o.Probe && mode != "" {
		p.TLS, p.From, p.To = mode, o.From, o.To
		port.Identities = Identities(ctx, p, o.Names, nil)
	}
	return port
}

// findMode tries modes, and names if one is refused, until a session gets as far as
// the extensions. If STARTTLS is not offered, the mode is TLSNone.
func findMode(ctx context.Context, p Plan, names []string) (TLSMode, Result) {
	var result Result
	for _, name := range names {
		p.Names = SameName(name)
		result = tryModes(ctx, &p)
		f := result.Failure
		switch {
		case f == nil:
			return p.TLS, result
		case f.Stage == StageStartTLS && errors.Is(f, ErrNotOffered):
			result.Failure = nil
			return TLSNone, result
		case f.Stage != StageEHLO:
			return modeDespite(p.TLS, f), result
		}
	}
	return p.TLS, result // every name was refused
}

// modeDespite keeps the mode if the failure still shows that the port has it.
func modeDespite(mode TLSMode, f *Failure) TLSMode {
	if f.Stage == StageStartTLS || f.Stage == StageTLS && (mode == TLSStartTLS || errors.Is(f, ErrOldTLS)) {
		return mode
	}
	return ""
}

// tryModes runs the plan, and again if the port turns out to want another mode, which
// it leaves in p.
func tryModes(ctx context.Context, p *Plan) Result {
	result := Run(ctx, *p, nil)
	switch f := result.Failure; {
	case f == nil:
		return result
	case errors.Is(f, ErrImplicitTLSPort):
		p.TLS = TLSImplicit
	case errors.Is(f, ErrPlaintextPort):
		p.TLS = TLSStartTLS
	default:
		return result
	}
	return Run(ctx, *p, nil)
}

// stateOf derives the state of the port from a failure.
func stateOf(f *Failure) PortState {
	switch {
	case f == nil || f.Stage != StageDNS && f.Stage != StageConnect:
		return PortOpen
	case errors.Is(f, ErrConnRefused):
		return PortRefused
	case f.Stage == StageConnect && errors.Is(f, ErrTimeout):
		return PortFiltered
	}
	return PortUnknown
}

// greeting is the text of the greeting, without the code.
func (r *Result) greeting() string {
	for _, stage := range r.Stages {
		if stage.Stage == StageGreeting && stage.OK {
			_, words, _ := strings.Cut(stage.Detail, " ")
			return words
		}
	}
	return ""
}
