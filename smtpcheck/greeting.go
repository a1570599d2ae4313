package smtpcheck

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"smtp-wizard/internal/text"
)

// greet waits for the relay's greeting. In clear text a long silence may mean that the
// port expects implicit TLS: a second connection finds out while the first still waits.
func (s *session) greet() (string, *Failure) {
	readGreeting := func() (*Reply, error) { return s.wire.reply(s.wire.limit) }
	var reply *Reply
	var err error
	if s.wire.encrypted {
		reply, err = readGreeting()
	} else {
		reply, err = s.replyOrProbe(readGreeting)
	}
	switch {
	case err != nil && s.ctx.Err() == nil:
		return "", &Failure{Reply: reply, Err: s.notSMTP(err)}
	case err != nil:
		return "", &Failure{Err: err}
	case reply.Code != 220:
		return "", &Failure{Reply: reply}
	}
	return reply.String(), nil
}

// replyOrProbe runs readGreeting and, in parallel, a probe. If the probe finds another
// protocol, it closes the connection, which ends readGreeting.
func (s *session) replyOrProbe(readGreeting func() (*Reply, error)) (*Reply, error) {
	ctx, cancel := context.WithCancel(s.ctx)
	silence := min(s.plan.Limits.Silence, s.plan.Limits.Greeting/2)
	var found error
	var probe sync.WaitGroup
	probe.Go(func() {
		select {
		case <-ctx.Done():
			return
		case <-time.After(silence):
		}
		if found = s.otherProtocol(ctx); found != nil {
			_ = s.wire.raw.Close()
		}
	})
	reply, err := readGreeting()
	cancel()
	probe.Wait()
	if err != nil && found != nil && s.ctx.Err() == nil {
		return nil, found
	}
	return reply, err
}

// otherProtocol tries TLS on a second connection to the same address. It returns nil
// if that was inconclusive.
func (s *session) otherProtocol(ctx context.Context) error {
	conn, err := dial(ctx, s.plan, s.result.Address)
	if err != nil {
		return nil
	}
	w := newWire(ctx, conn, s.plan.Limits.Command, &transcript{})
	w.masker = s.wire.masker
	defer w.close()
	unverified := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, ServerName: serverName(s.plan.Host)}
	err = w.handshake(unverified) // nothing is sent over it
	if err == nil || startsTLS(w.raw.first) {
		return ErrImplicitTLSPort
	}
	return foreign(w.raw.first, w.show)
}

// notSMTP names the protocol that the first bytes show, if it is not SMTP.
func (s *session) notSMTP(err error) error {
	first := s.wire.raw.first
	other := foreign(first, s.wire.show)
	switch {
	case errors.Is(err, ErrImplicitTLSPort) || errors.Is(err, ErrNotSMTP):
	case !s.wire.encrypted && startsTLS(first):
		return ErrImplicitTLSPort
	case !s.wire.encrypted && other != nil:
		return other
	case errors.Is(err, ErrClosed):
		return &kindError{ErrClosed, "closed without a greeting", err}
	case errors.Is(err, ErrTimeout) && !errors.Is(err, errSlow):
		return &kindError{ErrTimeout, "no greeting within " + Seconds(s.wire.limit), err}
	}
	return err
}

// startsTLS recognizes a TLS handshake or alert record (RFC 8446 section 5.1).
func startsTLS(first []byte) bool {
	return len(first) >= 2 && (first[0] == 0x15 || first[0] == 0x16) && first[1] == 0x03
}

// foreign recognizes another protocol by its first bytes, or returns nil. The error
// quotes them as cleaned by show.
func foreign(first []byte, show func(string) string) error {
	line, _, _ := strings.Cut(string(first), "\n")
	line = strings.TrimSpace(line)
	for _, known := range []struct{ prefix, protocol string }{
		{"HTTP/", "HTTP"}, {"<!DOCTYPE", "HTTP"}, {"<html", "HTTP"},
		{"SSH-", "SSH"}, {"* OK", "IMAP"}, {"* BYE", "IMAP"}, {"+OK", "POP3"},
	} {
		if strings.HasPrefix(strings.ToUpper(line), strings.ToUpper(known.prefix)) {
			said := fmt.Sprintf("this port speaks %s, not SMTP: %q", known.protocol, text.Shorten(show(line), 80))
			return &kindError{ErrNotSMTP, said, nil}
		}
	}
	return nil
}
