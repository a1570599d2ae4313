package smtpcheck_test

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
)

const (
	user     = "wizard@example.com"
	password = "correct horse: \"battery\" $taple"
)

// relay starts a practice relay of the catalogue for one test.
func relay(t testing.TB, name string, options practice.Options, change ...func(*practice.Behaviour)) *practice.Relay {
	t.Helper()
	behaviour, ok := practice.Named(name)
	if !ok {
		t.Fatalf("no practice relay %q", name)
	}
	for _, f := range change {
		f(&behaviour)
	}
	r, err := practice.Start(behaviour, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// plan is a complete delivery to a practice relay.
func plan(r *practice.Relay, mode smtpcheck.TLSMode) smtpcheck.Plan {
	p := smtpcheck.Plan{
		Settings: smtpcheck.Settings{Host: "127.0.0.1", Port: r.Port(), TLS: mode, From: "id@example.com", To: "admin@example.com"}, RootCAs: r.CA(),
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
	return scriptedRelay(t, func(conn net.Conn) {
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
			say(conn, answer(line, name)+"\r\n")
		}
	})
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

func TestDelivery(t *testing.T) {
	t.Parallel()
	for mode, want := range map[smtpcheck.TLSMode]string{
		smtpcheck.TLSNone:     "dns connect greeting ehlo auth mail rcpt data",
		smtpcheck.TLSStartTLS: "dns connect greeting ehlo starttls tls ehlo auth mail rcpt data",
		smtpcheck.TLSImplicit: "dns connect tls greeting ehlo auth mail rcpt data",
	} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			r := relay(t, "open", practice.Options{User: user, Password: password})
			p := login(plan(r, mode))
			p.Names = smtpcheck.Names{First: "localhost", AfterTLS: "id.example.com"}
			p.Body8Bit = true
			var events []smtpcheck.Event
			result := smtpcheck.Run(context.Background(), p, func(e smtpcheck.Event) { events = append(events, e) })
			if result.Failure != nil {
				t.Fatalf("failed at %s: %v", result.Failure.Stage, result.Failure)
			}
			var got []string
			for _, stage := range stages(events, smtpcheck.StagePassed) {
				got = append(got, string(stage))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("stages %v, want %s", got, want)
			}
			if !slices.Equal(stages(events, smtpcheck.StageBegan), stages(events, smtpcheck.StagePassed)) {
				t.Errorf("began and passed differ: %v", events)
			}
			announced := []string{"localhost"}
			if mode == smtpcheck.TLSStartTLS {
				announced = append(announced, "id.example.com")
			}
			r.Close()
			checkDelivered(t, r, result, announced, mode != smtpcheck.TLSNone)
		})
	}
}

func checkDelivered(t *testing.T, r *practice.Relay, result smtpcheck.Result, announced []string, encrypted bool) {
	t.Helper()
	delivered := r.Delivered()
	if len(delivered) != 1 {
		t.Fatalf("%d messages delivered", len(delivered))
	}
	d := delivered[0]
	if !slices.Equal(d.EHLO, announced) || !slices.Equal(result.Announced, announced) {
		t.Errorf("the relay heard %q, the result says %q, want %q", d.EHLO, result.Announced, announced)
	}
	if d.TLS != encrypted || d.Mechanism != "PLAIN" || d.User != user || result.Mechanism != "PLAIN" {
		t.Errorf("delivered with %+v", d.Session)
	}
	if d.From != "id@example.com" || !slices.Equal(d.To, []string{"admin@example.com"}) {
		t.Errorf("envelope %q %q", d.From, d.To)
	}
	if string(d.Data) != "Subject: x\r\n\r\n.a line with a dot\r\n..two\r\nlast\r\n" {
		t.Errorf("message arrived as %q", d.Data)
	}
	transcript := text(result)
	if !strings.Contains(transcript, "C: AUTH PLAIN ***") || !strings.Contains(transcript, "C: QUIT") || !strings.Contains(transcript, "S: 221") {
		t.Errorf("transcript:\n%s", transcript)
	}
	if strings.Contains(transcript, "AGNvc") || strings.Contains(transcript, password) {
		t.Errorf("the transcript shows a credential:\n%s", transcript)
	}
	if last := result.Stages[len(result.Stages)-1]; !strings.Contains(last.Detail, "queued as PRACTICE0001") {
		t.Errorf("data's detail: %q", last.Detail)
	}
}

func text(r smtpcheck.Result) string {
	var b strings.Builder
	for _, line := range r.Transcript {
		b.WriteString(string(line.From) + ": " + line.Text + "\n")
	}
	return b.String()
}

func TestGoogleRefusesAtEHLO(t *testing.T) {
	t.Parallel()
	r := relay(t, "google", practice.Options{})
	for _, mode := range []smtpcheck.TLSMode{smtpcheck.TLSNone, smtpcheck.TLSStartTLS, smtpcheck.TLSImplicit} {
		for name, accepted := range map[string]bool{
			"localhost": false, "[127.0.0.1]": false, "127.0.0.1": false, "relay.practice.example": false,
			"id.example.com": true,
		} {
			p := plan(r, mode)
			p.Names = smtpcheck.SameName(name)
			f := smtpcheck.Run(context.Background(), p, nil).Failure
			if accepted {
				if f != nil {
					t.Errorf("%s %s: %v", mode, name, f)
				}
				continue
			}
			if f == nil || f.Stage != smtpcheck.StageEHLO || f.Reply == nil || f.Reply.Code != 421 || f.Err != nil {
				t.Fatalf("%s %s: %+v", mode, name, f)
			}
			if f.Reply.Enhanced != "4.7.0" || !f.Reply.Temporary() || f.Doing != "EHLO "+name {
				t.Errorf("%s %s: %+v, reply %+v", mode, name, f, f.Reply)
			}
		}
	}
}

func TestSecondNameRefused(t *testing.T) {
	t.Parallel()
	r := relay(t, "google", practice.Options{})
	p := plan(r, smtpcheck.TLSStartTLS)
	p.Names = smtpcheck.Names{First: "id.example.com", AfterTLS: "localhost"}
	result := smtpcheck.Run(context.Background(), p, nil)
	if f := result.Failure; f == nil || f.Stage != smtpcheck.StageEHLO || f.Doing != "EHLO localhost" || result.TLS == nil {
		t.Errorf("failure %v, announced %q", f, result.Announced)
	}
}

func TestStopAfter(t *testing.T) {
	t.Parallel()
	for stop, want := range map[smtpcheck.Stage]string{
		smtpcheck.StageEHLO:     "EHLO QUIT",
		smtpcheck.StageStartTLS: "EHLO STARTTLS QUIT",
		smtpcheck.StageTLS:      "EHLO STARTTLS QUIT",
		smtpcheck.StageAuth:     "EHLO STARTTLS EHLO QUIT",
		smtpcheck.StageMail:     "EHLO STARTTLS EHLO MAIL RSET QUIT",
		smtpcheck.StageRcpt:     "EHLO STARTTLS EHLO MAIL RCPT RSET QUIT",
	} {
		r := relay(t, "open", practice.Options{})
		p := plan(r, smtpcheck.TLSStartTLS)
		p.StopAfter, p.Message = stop, nil
		result := smtpcheck.Run(context.Background(), p, nil)
		if result.Failure != nil {
			t.Errorf("%s: %v", stop, result.Failure)
		}
		var verbs []string
		for _, line := range result.Transcript {
			if line.From == smtpcheck.SpeakerClient {
				verbs = append(verbs, strings.Fields(line.Text)[0])
			}
		}
		if got := strings.Join(verbs, " "); got != want {
			t.Errorf("%s: said %s, want %s", stop, got, want)
		}
		if len(r.Delivered()) != 0 {
			t.Errorf("%s: a message was delivered", stop)
		}
	}
}

func TestHELOFallback(t *testing.T) {
	t.Parallel()
	r := relay(t, "postfix-at-once", practice.Options{})
	p := plan(r, smtpcheck.TLSNone)
	p.HELOFallback, p.Names = true, smtpcheck.SameName("box")
	result := smtpcheck.Run(context.Background(), p, nil)
	if f := result.Failure; f == nil || f.Doing != "EHLO box" || f.Reply.Code != 504 || len(result.Announced) != 2 {
		t.Errorf("both refused: %v, announced %q", result.Failure, result.Announced)
	}
	if !strings.Contains(text(result), "C: QUIT") {
		t.Error("no QUIT after a refusal")
	}
}

// A relay that forwards, or that will try, has taken the recipient (RFC 5321
// section 4.2.3).
func TestRecipientCodes(t *testing.T) {
	t.Parallel()
	for code, taken := range map[string]bool{"250": true, "251": true, "252": true, "220": false, "354": false, "450": false, "550": false} {
		p := fakeRelay(t, func(line, _ string) string {
			if strings.HasPrefix(line, "RCPT") {
				return code + " that is what I say"
			}
			return "250 ok"
		})
		p.StopAfter = smtpcheck.StageRcpt
		if f := smtpcheck.Run(context.Background(), p, nil).Failure; (f == nil) != taken || f != nil && f.Stage != smtpcheck.StageRcpt {
			t.Errorf("%s: %v", code, f)
		}
	}
}

func TestRefusedBeforeTheWire(t *testing.T) {
	t.Parallel()
	r := relay(t, "open", practice.Options{})
	cases := []struct {
		name   string
		stage  smtpcheck.Stage
		change func(*smtpcheck.Plan)
	}{
		{"line break in the name", smtpcheck.StageEHLO, func(p *smtpcheck.Plan) { p.Names.First = "a\r\nRSET" }},
		{"space in the second name", smtpcheck.StageEHLO, func(p *smtpcheck.Plan) { p.Names.AfterTLS = "a b" }},
		{"empty name", smtpcheck.StageEHLO, func(p *smtpcheck.Plan) { p.Names.First = "" }},
		{"name outside ASCII", smtpcheck.StageEHLO, func(p *smtpcheck.Plan) { p.Names.First = "bücher.example" }},
		{"NUL in the sender", smtpcheck.StageMail, func(p *smtpcheck.Plan) { p.From = "a\x00@b.example" }},
		{"a second command in the sender", smtpcheck.StageMail, func(p *smtpcheck.Plan) { p.From = "a@b.example>\r\nDATA" }},
		{"sender outside ASCII", smtpcheck.StageMail, func(p *smtpcheck.Plan) { p.From = "jürgen@b.example" }},
		{"display name", smtpcheck.StageMail, func(p *smtpcheck.Plan) { p.From = "A <a@b.example>" }},
		{"parameter in the recipient", smtpcheck.StageRcpt, func(p *smtpcheck.Plan) { p.To = "a@b.example> NOTIFY=NEVER" }},
		{"no recipient", smtpcheck.StageRcpt, func(p *smtpcheck.Plan) { p.To = "" }},
		{"NUL in the password", smtpcheck.StageAuth, func(p *smtpcheck.Plan) { p.Password = secret.New("a\x00b") }},
		{"no message", smtpcheck.StageData, func(p *smtpcheck.Plan) { p.Message = nil }},
		{"port", smtpcheck.StageConnect, func(p *smtpcheck.Plan) { p.Port = 70000 }},
		{"host with a port", smtpcheck.StageDNS, func(p *smtpcheck.Plan) { p.Host = "a b" }},
	}
	for _, c := range cases {
		p := plan(r, smtpcheck.TLSStartTLS)
		c.change(&p)
		result := smtpcheck.Run(context.Background(), p, nil)
		if f := result.Failure; f == nil || f.Stage != c.stage || !errors.Is(f, smtpcheck.ErrInvalid) {
			t.Errorf("%s: %v", c.name, f)
		}
		if len(result.Transcript) != 0 {
			t.Errorf("%s: something went over the wire:\n%s", c.name, text(result))
		}
	}
}
