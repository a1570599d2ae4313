package smtpcheck

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"

	"smtp-wizard/internal/text"
)

const (
	maxAddresses = 8
	// stagger is the head start of one address over the next (RFC 8305 section 5).
	stagger = 250 * time.Millisecond
)

// lookup resolves a host to addresses, in the resolver's order of preference.
func lookup(ctx context.Context, p Plan) ([]string, error) {
	if _, err := netip.ParseAddr(p.Host); err == nil {
		return []string{p.Host}, nil
	}
	if isInvalid(p.Host) {
		return nil, &kindError{ErrNoSuchHost, "no address is known for " + p.Host, nil}
	}
	resolve := p.Net.LookupHost
	if resolve == nil {
		resolve = net.DefaultResolver.LookupHost
	}
	limited, cancel := context.WithTimeout(ctx, p.Limits.Connect)
	defer cancel()
	found, err := within(limited, resolve, p.Host)
	if err != nil {
		return nil, lookupError(ctx, p, err)
	}
	var usable []string
	for _, address := range found {
		if _, err := netip.ParseAddr(address); err == nil && len(usable) < maxAddresses {
			usable = append(usable, address)
		}
	}
	if len(usable) == 0 {
		return nil, &kindError{ErrNoSuchHost, p.Host + " has no address", nil}
	}
	return usable, nil
}

// isInvalid reports whether a name is one that is never to be asked for: the top
// level domain invalid is for names that do not exist (RFC 6761 section 6.4).
func isInvalid(host string) bool {
	labels := strings.Split(strings.TrimSuffix(strings.ToLower(host), "."), ".")
	return labels[len(labels)-1] == "invalid"
}

type lookupFunc = func(ctx context.Context, host string) ([]string, error)

// within leaves a look-up behind when ctx ends: the resolver of package net keeps
// to a deadline, but ignores a cancellation.
func within(ctx context.Context, resolve lookupFunc, host string) ([]string, error) {
	type answer struct {
		addresses []string
		err       error
	}
	answers := make(chan answer, 1)
	go func() {
		addresses, err := resolve(ctx, host)
		answers <- answer{addresses, err}
	}()
	select {
	case a := <-answers:
		return a.addresses, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func lookupError(ctx context.Context, p Plan, err error) error {
	var dns *net.DNSError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &dns) && dns.IsNotFound:
		return &kindError{ErrNoSuchHost, "no address is known for " + p.Host, err}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &dns) && dns.IsTimeout:
		return &kindError{ErrTimeout, "the name server did not answer within " + seconds(p.Limits.Connect), err}
	}
	return fmt.Errorf("looking up %s failed: %w", p.Host, err)
}

// connectError is why none of a host's addresses could be reached. errors.Is
// finds ErrConnRefused, ErrTimeout or ErrUnreachable when any address failed so.
type connectError struct {
	port     int
	attempts []attempt
}

// attempt is one address that was dialed.
type attempt struct {
	address string
	conn    net.Conn
	err     error
}

func (e *connectError) Error() string {
	var parts []string
	for _, a := range e.attempts {
		parts = append(parts, fmt.Sprintf("%s: %s", a.address, a.err))
	}
	return fmt.Sprintf("port %d at %s", e.port, strings.Join(parts, "; "))
}

// Unwrap returns the attempts' errors.
func (e *connectError) Unwrap() []error {
	var all []error
	for _, a := range e.attempts {
		all = append(all, a.err)
	}
	return all
}

// connect tries the addresses, each a moment after the one before it or as soon
// as that one failed, and keeps the first that answers.
func connect(ctx context.Context, p Plan, addresses []string) (net.Conn, string, error) {
	dialing, stop := context.WithCancel(ctx)
	defer stop()
	results := make(chan attempt, len(addresses))
	next, pending := 0, 0
	start := func() {
		address := addresses[next]
		next, pending = next+1, pending+1
		go func() {
			conn, err := dial(dialing, p, address)
			results <- attempt{address, conn, err}
		}()
	}
	failed := &connectError{port: p.Port}
	for start(); pending > 0; {
		var headStart <-chan time.Time
		if next < len(addresses) {
			headStart = time.After(stagger)
		}
		select {
		case <-headStart:
			start()
		case got := <-results:
			pending--
			if got.err == nil {
				go closeRest(results, pending)
				return got.conn, got.address, nil
			}
			failed.attempts = append(failed.attempts, got)
			if next < len(addresses) {
				start()
			}
		case <-ctx.Done():
			go closeRest(results, pending)
			return nil, "", context.Cause(ctx)
		}
	}
	return nil, "", failed
}

// closeRest closes the connections that came too late.
func closeRest(results <-chan attempt, pending int) {
	for range pending {
		if late := <-results; late.conn != nil {
			_ = late.conn.Close()
		}
	}
}

func dial(ctx context.Context, p Plan, address string) (net.Conn, error) {
	open := p.Net.Dial
	if open == nil {
		open = (&net.Dialer{}).DialContext
	}
	limited, cancel := context.WithTimeout(ctx, p.Limits.Connect)
	defer cancel()
	conn, err := open(limited, "tcp", net.JoinHostPort(address, strconv.Itoa(p.Port)))
	var network net.Error
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, &kindError{ErrConnRefused, "connection refused", err}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, &kindError{ErrUnreachable, "no route from this machine", err}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return nil, timedOut(p.Limits.Connect, err)
	}
	return nil, errors.New(text.Clean(err.Error()))
}

func portAt(port int, address string) string {
	return "port " + strconv.Itoa(port) + " at " + address
}
