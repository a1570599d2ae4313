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
	"smtp-wizard/internal/wait"
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
	// Names under .invalid never exist (RFC 6761 section 6.4): DNS is not asked for them.
	if strings.HasSuffix("."+strings.TrimSuffix(strings.ToLower(p.Host), "."), ".invalid") {
		return nil, &kindError{ErrNoSuchHost, "no address is known for " + p.Host, nil}
	}
	resolve := p.Net.LookupHost
	if resolve == nil {
		resolve = net.DefaultResolver.LookupHost
	}
	limited, cancel := context.WithTimeout(ctx, p.Limits.Connect)
	defer cancel()
	// The resolver of package net honors a deadline but ignores cancellation.
	found, err := wait.For(limited, func() ([]string, error) { return resolve(limited, p.Host) })
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

func lookupError(ctx context.Context, p Plan, err error) error {
	var dns *net.DNSError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &dns) && dns.IsNotFound:
		return &kindError{ErrNoSuchHost, "no address is known for " + p.Host, err}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &dns) && dns.IsTimeout:
		return &kindError{ErrTimeout, "the name server did not answer within " + Seconds(p.Limits.Connect), err}
	}
	return fmt.Errorf("looking up %s failed: %w", p.Host, err)
}

// attempt is the result of dialing one address.
type attempt struct {
	address string
	conn    net.Conn
	err     error
}

// connect dials the addresses, staggered, and keeps the first connection. The error is
// ErrConnRefused, ErrTimeout or ErrUnreachable if any address failed that way.
func connect(ctx context.Context, p Plan, addresses []string) (net.Conn, string, error) {
	dialing, stop := context.WithCancel(ctx)
	defer stop()
	results := make(chan attempt, len(addresses))
	for i, address := range addresses {
		go func() {
			select {
			case <-dialing.Done():
				results <- attempt{address, nil, context.Cause(dialing)}
			case <-time.After(time.Duration(i) * stagger):
				conn, err := dial(dialing, p, address)
				results <- attempt{address, conn, err}
			}
		}()
	}
	var failed []error
	var said []string
	for n := range addresses {
		got := <-results
		if got.err == nil {
			go closeRest(results, len(addresses)-1-n)
			return got.conn, got.address, nil
		}
		failed = append(failed, got.err)
		said = append(said, got.address+": "+got.err.Error())
	}
	if ctx.Err() != nil {
		return nil, "", context.Cause(ctx)
	}
	return nil, "", &kindError{errors.Join(failed...), portAt(p.Port, strings.Join(said, "; ")), nil}
}

// closeRest closes connections that were established too late.
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
	case errors.Is(err, syscall.ECONNRESET): // accepted, then reset before connect returned
		return nil, &kindError{ErrClosed, "the connection was closed at once", err}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, &kindError{ErrUnreachable, "no route from this machine", err}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return nil, timedOut(p.Limits.Connect, err)
	}
	return nil, errors.New(text.CleanForeign(err.Error()))
}

func portAt(port int, address string) string {
	return "port " + strconv.Itoa(port) + " at " + address
}
