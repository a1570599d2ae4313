package practice

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"smtp-wizard/internal/casetest"
)

func start(t *testing.T, name string, o Options) *Relay {
	t.Helper()
	b, ok := Named(name)
	if !ok {
		t.Fatalf("no relay %q", name)
	}
	return startRelay(t, b, o)
}

func startRelay(t *testing.T, b Behavior, o Options) *Relay {
	t.Helper()
	r, err := Start(b, o)
	casetest.Must(t, err)
	t.Cleanup(r.Close)
	return r
}

// talk sends commands one by one and returns the last line of each reply.
func talk(t *testing.T, r *Relay, commands ...string) []string {
	t.Helper()
	conn, err := net.Dial("tcp", r.Addr())
	casetest.Must(t, err)
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	in := bufio.NewReader(conn)
	var said []string
	hear := func() {
		for {
			line, err := in.ReadString('\n')
			if err != nil || len(line) < 4 || line[3] == ' ' {
				said = append(said, strings.TrimSpace(line))
				return
			}
		}
	}
	hear()
	for _, command := range commands {
		if _, err := io.WriteString(conn, command+"\r\n"); err != nil {
			t.Fatal(err)
		}
		hear()
	}
	return said
}

// theEnd is the session that OnSession was told of.
func theEnd(t *testing.T, ended <-chan Session) Session {
	t.Helper()
	select {
	case s := <-ended:
		return s
	case <-time.After(time.Minute):
		t.Fatal("nothing is heard of the end of the session")
		return Session{}
	}
}

// The standard library's client is the second opinion on what we serve.
func TestStandardClientDelivers(t *testing.T) {
	t.Parallel()
	ended := make(chan Session, 1)
	r := start(t, "google", Options{User: "u", Password: "p w", OnSession: func(s Session) { ended <- s }})
	client, err := smtp.Dial(r.Addr())
	casetest.Must(t, err)
	if err := errors.Join(
		client.Hello("id.example.com"),
		client.StartTLS(&tls.Config{ServerName: "127.0.0.1", RootCAs: r.CA()}),
		client.Auth(smtp.PlainAuth("", "u", "p w", "127.0.0.1")),
		client.Mail("a@example.com"), client.Rcpt("b@example.com"), client.Rcpt("c@example.com"),
	); err != nil {
		t.Fatal(err)
	}
	w, err := client.Data()
	casetest.Must(t, err)
	_, _ = io.WriteString(w, "Subject: x\r\n\r\n.dot\r\n")
	casetest.Must(t, errors.Join(w.Close(), client.Quit()))
	s := theEnd(t, ended)
	if !slices.Equal(s.EHLO, []string{"id.example.com", "id.example.com"}) || !s.TLS || s.Mechanism != "PLAIN" || s.User != "u" {
		t.Errorf("session %+v", s)
	}
	if s.From != "a@example.com" || !slices.Equal(s.To, []string{"b@example.com", "c@example.com"}) || s.Messages != 1 || s.Bytes != len("Subject: x\r\n\r\n.dot\r\n") {
		t.Errorf("envelope %+v", s)
	}
	if d := r.Delivered(); len(d) != 1 || string(d[0].Data) != "Subject: x\r\n\r\n.dot\r\n" {
		t.Errorf("delivered %+v", d)
	}
}

func TestCommandsOutOfOrder(t *testing.T) {
	t.Parallel()
	r := start(t, "open", Options{User: "u", Password: "p"})
	got := talk(t, r, "MAIL FROM:<a@b>", "EHLO x.example", "MAIL FROM:<a@b>", "RCPT TO:<a@b>", "DATA", "NONSENSE",
		"AUTH CRAM-MD5", "AUTH PLAIN !!!", "AUTH PLAIN "+base64.StdEncoding.EncodeToString([]byte("\x00u\x00p")),
		"AUTH PLAIN x", "MAIL FROM:a@b", "MAIL FROM:<a@b> BODY=8BITMIME", "RCPT TO:<>", "RCPT TO:<a@b>", "RSET", "DATA", "QUIT")
	want := "220 503 250 530 503 554 502 504 535 235 503 501 250 501 250 250 554 221"
	var codes []string
	for _, line := range got {
		codes = append(codes, line[:3])
	}
	if strings.Join(codes, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(codes, " "), want)
	}
}

func TestLoginWithPrompts(t *testing.T) {
	t.Parallel()
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	ended := make(chan Session, 1)
	r := start(t, "open", Options{AnyLogin: true, OnSession: func(s Session) { ended <- s }})
	got := talk(t, r, "EHLO x.example", "AUTH LOGIN", b64("somebody\x1b"), b64("whatever"), "QUIT")
	if want := []string{"334 " + b64("Username:"), "334 " + b64("Password:"), "235 2.7.0 Authentication successful"}; !slices.Equal(got[2:5], want) {
		t.Errorf("%q", got)
	}
	if s := theEnd(t, ended); s.Mechanism != "LOGIN" || s.User != "somebody?" {
		t.Errorf("%+v", s)
	}
}

func TestNamePolicies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ relay, name, ehlo, rcpt string }{
		{"google", "LOCALHOST", "421", ""},
		{"google", "box", "250", "250"},
		{"postfix", "box", "250", "504 5.5.2 <box>: Helo command rejected: need fully-qualified hostname"},
		{"postfix", "box.", "250", "504"},
		{"postfix", "[127.0.0.1]", "250", "250"},
		{"postfix-at-once", "box", "504", ""},
		{"open", "localhost", "250", "250"},
	} {
		commands := []string{"EHLO " + c.name}
		if c.rcpt != "" {
			commands = append(commands, "MAIL FROM:<a@b>", "RCPT TO:<a@b>")
		}
		got := talk(t, start(t, c.relay, Options{}), commands...)
		if !strings.HasPrefix(got[1], c.ehlo) || c.rcpt != "" && !strings.HasPrefix(got[3], c.rcpt) {
			t.Errorf("%s %s: %q", c.relay, c.name, got)
		}
	}
}

func TestCloseEndsEverything(t *testing.T) {
	t.Parallel()
	const patience = idle / 2 // after idle the connection would end without Close
	for _, b := range append(catalogue, Behavior{Name: "mute", Mute: true}, Behavior{Name: "slow", BannerDelay: time.Hour}) {
		r := startRelay(t, b, Options{})
		conn, err := net.Dial("tcp", r.Addr())
		if err != nil {
			t.Fatalf("%s: %v", b.Name, err)
		}
		taken(t, r)
		done := make(chan struct{})
		go func() { r.Close(); r.Close(); close(done) }()
		select {
		case <-done:
		case <-time.After(patience):
			t.Fatalf("%s has not closed after %s", b.Name, patience)
		}
		_ = conn.Close()
	}
}

// taken waits until a relay has taken a connection in: one that still queues is
// nothing to end.
func taken(t *testing.T, r *Relay) {
	t.Helper()
	held := func() int {
		r.mu.Lock()
		defer r.mu.Unlock()
		return len(r.conns)
	}
	for end := time.Now().Add(time.Minute); held() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the connection is not taken")
		}
	}
}

func TestListenAddresses(t *testing.T) {
	t.Parallel()
	r := start(t, "open", Options{TLSAddr: NoPort})
	if r.TLSPort() != 0 || r.Port() == 0 {
		t.Errorf("%d %d", r.TLSPort(), r.Port())
	}
	if _, err := Start(Behavior{}, Options{Addr: r.Addr()}); err == nil {
		t.Error("two relays on one port")
	}
}

func TestTooBigMessage(t *testing.T) {
	t.Parallel()
	r := startRelay(t, Behavior{MaxMessage: 10000}, Options{})
	body := strings.Repeat(strings.Repeat("x", 998)+"\r\n", 11)
	said := talk(t, r, "EHLO x.example", "MAIL FROM:<a@b>", "RCPT TO:<a@b>", "DATA", body+".")
	if last := said[len(said)-1]; !strings.HasPrefix(last, "552") || len(r.Delivered()) != 0 {
		t.Errorf("%q, delivered %d", last, len(r.Delivered()))
	}
}

func TestSessionIsBounded(t *testing.T) {
	t.Parallel()
	ended := make(chan Session, 1)
	r := start(t, "open", Options{SizeOnly: true, OnSession: func(s Session) { ended <- s }})
	commands := make([]string, 0, maxCommands+1)
	for i := range maxKept + 50 {
		commands = append(commands, fmt.Sprintf("EHLO name%d.%s", i, strings.Repeat("ü", 1000)))
	}
	commands = append(commands, "MAIL FROM:<"+strings.Repeat("f", 1000)+"@example.com>")
	for i := range maxKept + 50 {
		commands = append(commands, fmt.Sprintf("RCPT TO:<to%d@example.com> %s", i, strings.Repeat("x", 1000)))
	}
	for len(commands) < maxCommands {
		commands = append(commands, "NOOP")
	}
	said := talk(t, r, append(commands, "NOOP")...)
	if last, before := said[len(said)-1], said[len(said)-2]; !strings.HasPrefix(before, "250") || !strings.HasPrefix(last, "421") {
		t.Errorf("the last replies are %q and %q", before, last)
	}
	s := theEnd(t, ended)
	if len(s.EHLO) != maxKept || len(s.To) != maxKept || s.EHLO[0][:6] != "name0." || s.To[0] != "to0@example.com" {
		t.Errorf("%d names, %d recipients", len(s.EHLO), len(s.To))
	}
	for _, text := range append(s.EHLO, s.From) {
		if utf8.RuneCountInString(text) > maxText || strings.Contains(text, "?") {
			t.Fatalf("%d bytes of %q", len(text), text)
		}
	}
}

// A name beyond those that are kept is judged all the same.
func TestLastNameCounts(t *testing.T) {
	t.Parallel()
	r := start(t, "postfix", Options{})
	var commands []string
	for range maxKept {
		commands = append(commands, "EHLO id.example.com")
	}
	said := talk(t, r, append(commands, "EHLO box", "MAIL FROM:<a@b>", "RCPT TO:<a@b>")...)
	if last := said[len(said)-1]; !strings.HasPrefix(last, "504 5.5.2 <box>") {
		t.Errorf("%q", last)
	}
}

func TestSizeOnly(t *testing.T) {
	t.Parallel()
	r := start(t, "open", Options{SizeOnly: true})
	const message = "Subject: x\r\n\r\n.dot\r\n"
	said := talk(t, r, "EHLO x.example", "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA", strings.TrimSuffix(strings.ReplaceAll(message, "\r\n.", "\r\n.."), "\r\n")+"\r\n.")
	if last := said[len(said)-1]; !strings.HasPrefix(last, "250") {
		t.Errorf("%q", last)
	}
	d := r.Delivered()
	if len(d) != 1 || d[0].Data != nil || d[0].Bytes != len(message) {
		t.Errorf("delivered %+v", d)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	r := start(t, "open", Options{})
	dial := func() (net.Conn, string) {
		conn, err := net.Dial("tcp", r.Addr())
		casetest.Must(t, err)
		_ = conn.SetDeadline(time.Now().Add(time.Minute))
		line, _ := bufio.NewReader(conn).ReadString('\n')
		return conn, line
	}
	var open []net.Conn
	for range maxConnections {
		conn, greeting := dial()
		if !strings.HasPrefix(greeting, "220") {
			t.Fatalf("%q", greeting)
		}
		open = append(open, conn)
	}
	one, greeting := dial()
	_ = one.Close()
	if greeting != "" {
		t.Errorf("one more: %q", greeting)
	}
	for _, conn := range open {
		_ = conn.Close()
	}
	for range 100 { // the relay sees the ends a moment later
		conn, greeting := dial()
		_ = conn.Close()
		if strings.HasPrefix(greeting, "220") {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("no room again after all had left")
}
