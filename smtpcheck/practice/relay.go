package practice

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"smtp-wizard/internal/text"
)

// Options are where a relay listens and who may log in.
type Options struct {
	// Addr is the port with STARTTLS; "" is a free port of 127.0.0.1.
	Addr string
	// tlsAddr is the port with implicit TLS; "" is a free port of 127.0.0.1,
	// NoPort is none.
	TLSAddr string
	// User and Password, when set, must be given before MAIL.
	User, Password string
	// AnyLogin offers AUTH and accepts every user and password.
	AnyLogin bool
	// SizeOnly counts the bytes of a message and keeps none of them: Delivery.Data
	// is nil. For a relay that strangers may reach.
	SizeOnly bool
	// OnSession is called at the end of each connection, from its goroutine.
	OnSession func(Session)
}

// NoPort as an address opens no port.
const NoPort = "none"

// Session is what one client said. Its texts are safe to show.
type Session struct {
	Client    string   // its address
	EHLO      []string // the EHLO or HELO names, in order; at most 100 are kept
	TLS       bool
	Mechanism string   // of an accepted AUTH
	User      string   // of an accepted AUTH
	From      string   // of the last transaction
	To        []string // of the same; at most 100 are kept
	Bytes     int      // of the last message accepted
	Messages  int      // accepted
}

// Delivery is one accepted message.
type Delivery struct {
	Session
	Data []byte // CRLF line ends, without dot-stuffing; nil with Options.SizeOnly
}

// Relay is one practice relay under way.
type Relay struct {
	behavior Behavior
	options  Options
	tls      *tls.Config
	plain    net.Listener
	secure   net.Listener
	stop     chan struct{}
	done     sync.WaitGroup

	mu        sync.Mutex
	conns     map[net.Conn]bool
	sessions  []Session
	delivered []Delivery
}

// Start opens the ports and serves until Close.
func Start(b Behavior, o Options) (*Relay, error) {
	if b.Host == "" {
		b.Host = "relay.practice.example"
	}
	if b.MaxMessage == 0 {
		b.MaxMessage = 25 << 20
	}
	config, err := b.serverTLS()
	if err != nil {
		return nil, err
	}
	r := &Relay{behavior: b, options: o, tls: config, stop: make(chan struct{}), conns: map[net.Conn]bool{}}
	if r.plain, err = listen(o.Addr); err != nil {
		return nil, err
	}
	if r.secure, err = listen(o.TLSAddr); err != nil {
		r.Close()
		return nil, err
	}
	r.accept(r.plain, false)
	r.accept(r.secure, true)
	return r, nil
}

func listen(address string) (net.Listener, error) {
	switch address {
	case NoPort:
		return nil, nil
	case "":
		address = "127.0.0.1:0"
	}
	return net.Listen("tcp", address)
}

// Close ends every connection and waits for the last.
func (r *Relay) Close() {
	r.mu.Lock()
	select {
	case <-r.stop:
	default:
		close(r.stop)
	}
	for _, l := range []net.Listener{r.plain, r.secure} {
		if l != nil {
			_ = l.Close()
		}
	}
	for conn := range r.conns {
		_ = conn.Close()
	}
	r.mu.Unlock()
	r.done.Wait()
}

// Addr is host:port with STARTTLS, or "".
func (r *Relay) Addr() string { return address(r.plain) }

// tlsAddr is host:port with implicit TLS, or "".
func (r *Relay) tlsAddr() string { return address(r.secure) }

// Port is the port with STARTTLS, or 0.
func (r *Relay) Port() int { return port(r.plain) }

// TLSPort is the port with implicit TLS, or 0.
func (r *Relay) TLSPort() int { return port(r.secure) }

func address(l net.Listener) string {
	if l == nil {
		return ""
	}
	return l.Addr().String()
}

func port(l net.Listener) int {
	if l == nil {
		return 0
	}
	return l.Addr().(*net.TCPAddr).Port
}

// Delivered are the messages accepted so far, the newest last.
func (r *Relay) Delivered() []Delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.delivered)
}

// Sessions are the connections that have ended, the newest last.
func (r *Relay) Sessions() []Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.sessions)
}

// accept serves a port until it is closed.
func (r *Relay) accept(l net.Listener, secure bool) {
	if l == nil {
		return
	}
	r.done.Go(func() {
		for {
			conn, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil { // too many open files, most likely: it passes
				time.Sleep(50 * time.Millisecond)
				continue
			}
			if r.add(conn) {
				r.done.Go(func() { r.serve(conn, secure) })
			} else {
				turnAway(conn, secure)
			}
		}
	})
}

// add takes a connection in, unless the relay ends or has too many.
func (r *Relay) add(conn net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.stop:
		return false
	default:
	}
	if len(r.conns) >= maxConnections {
		return false
	}
	r.conns[conn] = true
	return true
}

// serve plays one connection and remembers it.
func (r *Relay) serve(conn net.Conn, secure bool) {
	c := newClient(r, conn)
	c.play(secure)
	_ = conn.Close()
	r.mu.Lock()
	delete(r.conns, conn)
	r.sessions = append(r.sessions[max(0, len(r.sessions)-keep+1):], c.session)
	r.mu.Unlock()
	if r.options.OnSession != nil {
		r.options.OnSession(c.session)
	}
}

func (r *Relay) keep(d Delivery) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.delivered = append(r.delivered[max(0, len(r.delivered)-keep+1):], d)
}

// Bounds of what strangers can make a relay remember and do.
const (
	keep           = 1000 // sessions and deliveries remembered
	maxConnections = 100  // at once
	maxCommands    = 1000 // a session
	maxKept        = 100  // EHLO names a session, and recipients a message
	maxText        = 320  // bytes of a name or an address (RFC 5321 section 4.5.3.1)
)

// keepText adds a text to a list that is bounded in both directions.
func keepText(list []string, s string) []string {
	if len(list) >= maxKept {
		return list
	}
	return append(list, clip(s))
}

// clip makes a text safe to show and cuts it, between two characters. It is a
// copy, so that the line it stood in can be freed.
func clip(s string) string {
	s = text.Clean(s)
	if len(s) <= maxText {
		return strings.Clone(s)
	}
	cut := maxText
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// turnAway ends a connection that there is no room for. Where TLS comes first
// there is nothing to say.
func turnAway(conn net.Conn, secure bool) {
	if !secure {
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = io.WriteString(conn, "421 4.3.2 Too many connections\r\n")
	}
	_ = conn.Close()
}
