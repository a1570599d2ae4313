package practice

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"math"
	"net"
	"strings"
	"time"
)

const (
	idle       = time.Minute // without a command
	maxCommand = 12288       // RFC 4954 section 4.5.3 allows AUTH lines that long
)

var errHungUp = errors.New("hung up")

// client is one connection to the relay.
type client struct {
	relay    *Relay
	behavior Behavior
	conn     net.Conn
	in       *bufio.Reader
	session  Session
	name     string // the last one announced
	commands int    // so far
	inMail   bool
	loggedIn bool
}

func newClient(r *Relay, conn net.Conn) *client {
	c := &client{relay: r, behavior: r.behavior, session: Session{Client: conn.RemoteAddr().String()}}
	c.setConn(conn)
	return c
}

func (c *client) setConn(conn net.Conn) {
	c.conn, c.in = conn, bufio.NewReaderSize(conn, maxCommand)
}

// serve goes from the greeting to the end of the connection.
func (c *client) serve(secure bool) {
	if c.behavior.Mute {
		<-c.relay.stop
		return
	}
	if secure && !c.behavior.NoTLS && c.encrypt() != nil {
		return
	}
	if c.pause(c.behavior.BannerDelay) != nil || c.greet() != nil {
		return
	}
	for {
		line, err := c.line()
		if err != nil || c.command(line) != nil {
			return
		}
	}
}

func (c *client) greet() error {
	if c.behavior.Banner != nil {
		return c.answer(*c.behavior.Banner)
	}
	return c.reply("220 " + c.behavior.Host + " ESMTP practice relay")
}

func (c *client) encrypt() error {
	conn := tls.Server(c.conn, c.relay.tls)
	_ = c.conn.SetDeadline(time.Now().Add(idle))
	if err := conn.Handshake(); err != nil {
		return err
	}
	c.setConn(conn)
	c.session.TLS = true
	return nil
}

// pause waits, unless the relay is closed.
func (c *client) pause(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	select {
	case <-time.After(d):
		return nil
	case <-c.relay.stop:
		return errHungUp
	}
}

// line reads one command.
func (c *client) line() (string, error) {
	_ = c.conn.SetReadDeadline(time.Now().Add(idle))
	raw, err := c.in.ReadSlice('\n')
	return strings.TrimRight(string(raw), "\r\n"), err
}

// reply writes a well-formed reply.
func (c *client) reply(lines ...string) error {
	return c.answer(Answer{Text: strings.Join(lines, "\r\n") + "\r\n"})
}

// refuse writes a reply and hangs up.
func (c *client) refuse(line string) error {
	return c.answer(Answer{Text: line + "\r\n", HangUp: true})
}

func (c *client) answer(a Answer) error {
	if err := c.pause(c.behavior.ReplyDelay + a.Delay); err != nil {
		return err
	}
	for n := 0; n < max(a.Times, 1); n++ {
		_ = c.conn.SetWriteDeadline(time.Now().Add(idle))
		if _, err := io.WriteString(c.conn, a.Text); err != nil {
			return err
		}
	}
	if a.HangUp {
		return errHungUp
	}
	return nil
}

// receive reads a message up to its final dot and counts its bytes. It does not keep
// what is too long, or anything with SizeOnly.
func (c *client) receive() (kept []byte, size int, err error) {
	var message bytes.Buffer
	for atStart := true; ; {
		_ = c.conn.SetReadDeadline(time.Now().Add(idle))
		piece, err := c.in.ReadSlice('\n')
		whole := err == nil
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, size, err
		}
		if atStart && string(bytes.TrimRight(piece, "\r\n")) == "." {
			return message.Bytes(), size, nil
		}
		if atStart {
			piece = bytes.TrimPrefix(piece, []byte("."))
		}
		size = min(size, math.MaxInt-len(piece)) + len(piece)
		if size <= c.behavior.MaxMessage && !c.relay.options.SizeOnly {
			message.Write(piece)
		}
		atStart = whole
	}
}
