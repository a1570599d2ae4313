package smtpcheck_test

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/hostile"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
)

const (
	user     = "wizard@example.com"
	password = "correct horse: \"battery\" $taple"
)

// relay starts a practice relay of the catalogue for one test.
func relay(t testing.TB, name string, options practice.Options, change ...func(*practice.Behavior)) *practice.Relay {
	t.Helper()
	behavior := hostile.Named(t, name)
	for _, f := range change {
		f(&behavior)
	}
	return hostile.Start(t, behavior, options)
}

// plan is a complete delivery to a practice relay.
func plan(r *practice.Relay, mode smtpcheck.TLSMode) smtpcheck.Plan {
	p := smtpcheck.Plan{
		Settings: smtpcheck.Settings{
			Host: "127.0.0.1", Port: r.Port(), TLS: mode, From: "id@example.com", To: "admin@example.com",
		},
		RootCAs: r.CA(),
		Client:  smtpcheck.Client{Names: smtpcheck.SameName("id.example.com")},
		Message: []byte("Subject: x\r\n\r\n.a line with a dot\r\n..two\r\nlast\r\n"),
		Limits: smtpcheck.Limits{
			Connect: patience, Greeting: patience, Command: patience, Silence: 100 * time.Millisecond,
		},
	}
	if mode == smtpcheck.TLSImplicit {
		p.Port = r.TLSPort()
	}
	return p
}

// scriptedRelay runs talk on each connection, which it closes with a reset when
// talk returns.
func scriptedRelay(t *testing.T, talk func(conn net.Conn)) smtpcheck.Plan {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	dialed := make(chan struct{}, 1000) // before that, a reset would fail the connection
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				talk(conn)
				<-dialed
				_ = conn.(*net.TCPConn).SetLinger(0)
				_ = conn.Close()
			}()
		}
	}()
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		dialed <- struct{}{}
		return conn, err
	}
	return smtpcheck.Plan{
		Settings: smtpcheck.Settings{
			Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: smtpcheck.TLSNone, From: "a@b.example", To: "c@d.example",
		},
		Client:  smtpcheck.Client{Names: smtpcheck.SameName("id.example.com")},
		Message: []byte("x\r\n"),
		Limits:  smtpcheck.Limits{Command: patience},
		Net:     smtpcheck.Network{Dial: dial},
	}
}

const (
	hears   = "(it hears)"
	hangsUp = "(it hangs up)"
)

// script is the talk of a relay that says its lines, whatever it hears.
func script(lines ...string) func(net.Conn) {
	return func(conn net.Conn) {
		for _, line := range lines {
			switch line {
			case hears:
				_, _ = conn.Read(make([]byte, 4096))
			case hangsUp:
				_ = conn.Close()
			default:
				say(conn, line)
			}
		}
	}
}

func say(conn net.Conn, text string) { _, _ = io.WriteString(conn, text) }

// fakeRelay answers every command with answer(line, last EHLO name).
func fakeRelay(t *testing.T, answer func(line, name string) string) smtpcheck.Plan {
	t.Helper()
	return scriptedRelay(t, func(conn net.Conn) { talkFor(conn, answer) })
}

func talkFor(conn net.Conn, answer func(line, name string) string) {
	say(conn, "220 fake\r\n")
	buffer, name := make([]byte, 4096), ""
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		line := strings.TrimSpace(string(buffer[:n]))
		if host, ok := strings.CutPrefix(line, "EHLO "); ok {
			name = host
		}
		switch line {
		case "DATA":
			say(conn, "354 go on\r\n")
		case "QUIT":
			say(conn, "221 bye\r\n")
			return
		default:
			say(conn, answer(line, name)+"\r\n")
		}
	}
}

// authRelay offers AUTH; answer is what it says to all but EHLO.
func authRelay(t *testing.T, answer func(line string) string) smtpcheck.Plan {
	t.Helper()
	p := login(fakeRelay(t, func(line, _ string) string {
		if strings.HasPrefix(line, "EHLO") {
			return "250-fake\r\n250-AUTH=PLAIN LOGIN\r\n250 SIZE 5"
		}
		return answer(line)
	}))
	p.StopAfter = smtpcheck.StageAuth
	return p
}

// patience is how long a conversation may take to end, on a machine that has much
// else to do. It is less than the minute after which a practice relay hangs up.
const patience = 30 * time.Second

// unlimited are limits that nothing may wait out: what waits for one of them has
// not ended when patience has.
var unlimited = smtpcheck.Limits{Connect: time.Hour, Greeting: time.Hour, Command: time.Hour, Silence: 100 * time.Millisecond}

// ends runs a plan that must come to its end by itself.
func ends(t *testing.T, ctx context.Context, p smtpcheck.Plan, report func(smtpcheck.Event)) smtpcheck.Result {
	t.Helper()
	return inTime(t, func() smtpcheck.Result { return smtpcheck.Run(ctx, p, report) })
}

// inTime is the result of what must come to its end by itself.
func inTime[T any](t *testing.T, do func() T) T {
	t.Helper()
	done := make(chan T, 1)
	go func() { done <- do() }()
	select {
	case result := <-done:
		return result
	case <-time.After(patience):
		t.Fatalf("it has not ended after %s", patience)
	}
	return *new(T)
}

func login(p smtpcheck.Plan) smtpcheck.Plan {
	p.User, p.Password = user, secret.New(password)
	return p
}

func stages(events []smtpcheck.Event, state smtpcheck.EventState) []smtpcheck.Stage {
	var all []smtpcheck.Stage
	for _, e := range events {
		if e.State == state {
			all = append(all, e.Stage)
		}
	}
	return all
}

func text(r smtpcheck.Result) string {
	var b strings.Builder
	for _, line := range r.Transcript {
		b.WriteString(string(line.From) + ": " + line.Text + "\n")
	}
	return b.String()
}
