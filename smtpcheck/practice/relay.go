package practice

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"smtp-wizard/internal/text"
)

// Options are where a relay listens and who may log in.
type Options struct {
	// Addr is the port with STARTTLS; "" is a free port of 127.0.0.1.
	Addr string
	// TLSAddr is the port with implicit TLS; "" is a free port of 127.0.0.1,
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

// Session is what a client did in one connection. Its texts are safe to show.
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

// String is the session on one line.
func (s Session) String() string {
	parts := []string{"no EHLO", "no TLS", "no login", "no message"}
	if len(s.EHLO) > 0 {
		parts[0] = "EHLO " + strings.Join(s.EHLO, ", then ")
	}
	if s.TLS {
		parts[1] = "TLS"
	}
	if s.Mechanism != "" {
		parts[2] = fmt.Sprintf("AUTH %s as %s", s.Mechanism, s.User)
	}
	if s.Messages > 0 {
		parts[3] = fmt.Sprintf("%d bytes from %s to %s", s.Bytes, s.From, strings.Join(s.To, ", "))
	} else if s.From != "" {
		parts[3] = fmt.Sprintf("from %s to %s, no message", s.From, strings.Join(s.To, ", "))
	}
	return strings.Join(parts, "; ")
}

// Delivery is one accepted message.
type Delivery struct {
	Session
	Data []byte // CRLF line ends, without dot-stuffing; nil with Options.SizeOnly
}

// Relay is a running practice relay.
type Relay struct {
	behavior Behavior
	options  Options
	tls      *tls.Config
	plain    net.Listener
	secure   net.Listener // nil without such a port
	stop     chan struct{}
	done     sync.WaitGroup

	mu        sync.Mutex
	conns     map[net.Conn]bool
	delivered []Delivery
}

// Start opens the ports and serves until Close.
func Start(b Behavior, o Options) (*Relay, error) {
	b.Host = cmp.Or(b.Host, "relay.practice.example")
	b.MaxMessage = cmp.Or(b.MaxMessage, 25<<20)
	config, err := b.serverTLS()
	if err != nil {
		return nil, err
	}
	r := &Relay{behavior: b, options: o, tls: config, stop: make(chan struct{}), conns: map[net.Conn]bool{}}
	if r.plain, err = net.Listen("tcp", cmp.Or(o.Addr, "127.0.0.1:0")); err != nil {
		return nil, err
	}
	if o.TLSAddr != NoPort {
		if r.secure, err = net.Listen("tcp", cmp.Or(o.TLSAddr, "127.0.0.1:0")); err != nil {
			r.Close()
			return nil, err
		}
		if o.Addr+o.TLSAddr == "" && r.TLSPort() < r.Port() { // so that lists of ports are sorted
			r.plain, r.secure = r.secure, r.plain
		}
		r.done.Go(func() { r.accept(r.secure, true) })
	}
	r.done.Go(func() { r.accept(r.plain, false) })
	return r, nil
}

// Close closes all connections and waits for them to end.
func (r *Relay) Close() {
	r.mu.Lock()
	select {
	case <-r.stop:
	default:
		close(r.stop)
	}
	_ = r.plain.Close()
	if r.secure != nil {
		_ = r.secure.Close()
	}
	for conn := range r.conns {
		_ = conn.Close()
	}
	r.mu.Unlock()
	r.done.Wait()
}

// Addr is host:port with STARTTLS.
func (r *Relay) Addr() string { return r.plain.Addr().String() }

// Port is the port with STARTTLS.
func (r *Relay) Port() int { return r.plain.Addr().(*net.TCPAddr).Port }

// TLSPort is the port with implicit TLS, or 0.
func (r *Relay) TLSPort() int {
	if r.secure == nil {
		return 0
	}
	return r.secure.Addr().(*net.TCPAddr).Port
}

// Delivered are the latest accepted messages, the newest last.
func (r *Relay) Delivered() []Delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.delivered)
}

// accept serves a port until it is closed.
func (r *Relay) accept(l net.Listener, secure bool) {
	for {
		conn, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // most likely too many open files, which is temporary
			time.Sleep(50 * time.Millisecond)
		case r.add(conn):
			r.done.Go(func() { r.serve(conn, secure) })
		default:
			_ = conn.Close()
		}
	}
}

// add registers a connection, unless the relay is closed or has too many.
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

func (r *Relay) serve(conn net.Conn, secure bool) {
	c := newClient(r, conn)
	c.serve(secure)
	_ = conn.Close()
	r.mu.Lock()
	delete(r.conns, conn)
	r.mu.Unlock()
	if r.options.OnSession != nil {
		r.options.OnSession(c.session)
	}
}

func (r *Relay) remember(d Delivery) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.delivered = append(r.delivered[max(0, len(r.delivered)-maxDeliveries+1):], d)
}

// Bounds on what strangers can make a relay store and do.
const (
	maxDeliveries  = 1000 // deliveries remembered
	maxConnections = 100  // at once
	maxCommands    = 1000 // a session
	maxKept        = 100  // EHLO names a session, and recipients a message
	maxText        = 320  // characters of a name or an address (RFC 5321 section 4.5.3.1)
)

// appendText adds a text to a list that is bounded in both directions.
func appendText(list []string, s string) []string {
	if len(list) >= maxKept {
		return list
	}
	return append(list, clip(s))
}

// clip makes a text safe to show and cuts it.
func clip(s string) string { return text.Shorten(text.CleanForeign(s), maxText) }
