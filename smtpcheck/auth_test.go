package smtpcheck_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
)

func TestAuthStyles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		relay     string
		style     smtpcheck.AuthStyle
		mode      smtpcheck.TLSMode
		mechanism string
		said      string // the AUTH lines
	}{
		{"open", smtpcheck.AuthOffered, "none", "PLAIN", "AUTH PLAIN ***"},
		{"login-only", smtpcheck.AuthOffered, "none", "LOGIN", "AUTH LOGIN *** / ***"},
		{"login-only", smtpcheck.AuthPlainThenLogin, "tls", "LOGIN", "AUTH PLAIN *** / AUTH LOGIN *** / ***"},
		{"auth-after-tls", smtpcheck.AuthOffered, "starttls", "PLAIN", "AUTH PLAIN ***"},
		{"xoauth2-only", smtpcheck.AuthPlainThenLogin, "none", "", "AUTH PLAIN *** / AUTH LOGIN ***"},
		{"no-auth", smtpcheck.AuthPlainThenLogin, "none", "", "AUTH PLAIN ***"},
	} {
		r := relay(t, c.relay, practice.Options{User: user, Password: password})
		p := login(plan(r, c.mode))
		p.Auth = c.style
		result := smtpcheck.Run(context.Background(), p, nil)
		if result.Mechanism != c.mechanism || (result.Failure == nil) != (c.mechanism != "") {
			t.Errorf("%s: mechanism %q, %v", c.relay, result.Mechanism, result.Failure)
		}
		var said []string
		for _, line := range result.Transcript {
			if line.From == smtpcheck.Client && strings.Contains(line.Text, "***") {
				said = append(said, line.Text)
			}
		}
		if got := strings.Join(said, " / "); got != c.said {
			t.Errorf("%s: said %s, want %s", c.relay, got, c.said)
		}
	}
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	r := relay(t, "open", practice.Options{User: user, Password: "another"})
	for _, style := range []smtpcheck.AuthStyle{smtpcheck.AuthOffered, smtpcheck.AuthPlainThenLogin} {
		p := login(plan(r, smtpcheck.TLSStartTLS))
		p.Auth = style
		f := smtpcheck.Run(context.Background(), p, nil).Failure
		if f == nil || f.Stage != smtpcheck.StageAuth || f.Reply.Code != 535 || f.Doing != "AUTH PLAIN" {
			t.Errorf("%v", f)
		}
	}
}

func TestPlainNeedsTLS(t *testing.T) {
	t.Parallel()
	r := relay(t, "open", practice.Options{User: user, Password: password})
	p := login(plan(r, smtpcheck.TLSNone))
	p.PlainNeedsTLS = true
	if f := smtpcheck.Run(context.Background(), p, nil).Failure; f != nil {
		t.Errorf("localhost: %v", f)
	}
	p.Host = "relay.example"
	p.Net.LookupHost = func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil }
	result := smtpcheck.Run(context.Background(), p, nil)
	if f := result.Failure; f == nil || f.Stage != smtpcheck.StageAuth || !errors.Is(f, smtpcheck.ErrUnencrypted) {
		t.Errorf("elsewhere: %v", f)
	}
	if strings.Contains(text(result), "AUTH PLAIN ***") {
		t.Error("the password went over the wire")
	}
}

// A relay that says back what it was told does not put it on the screen.
func TestEchoedCredentialsAreHidden(t *testing.T) {
	t.Parallel()
	port := fakeRelay(t, func(line, _ string) string {
		switch {
		case strings.HasPrefix(line, "EHLO"):
			return "250-fake\r\n250 AUTH PLAIN LOGIN"
		case strings.HasPrefix(line, "AUTH PLAIN"):
			decoded, _ := base64.StdEncoding.DecodeString(strings.Fields(line)[2])
			parts := strings.Split(string(decoded), "\x00")
			return fmt.Sprintf("535 5.7.8 %s is wrong for %s (%s)", line, parts[1], parts[2])
		}
		return "250 ok"
	})
	p := login(smtpcheck.Plan{Host: "127.0.0.1", Port: port, TLS: smtpcheck.TLSNone, Names: smtpcheck.SameName("a.example"), StopAfter: smtpcheck.StageAuth})
	var events []smtpcheck.Event
	result := smtpcheck.Run(context.Background(), p, func(e smtpcheck.Event) { events = append(events, e) })
	shown, err := json.Marshal(map[string]any{"result": result.Stages, "events": events, "lines": result.Transcript, "reply": result.Failure.Reply})
	if err != nil {
		t.Fatal(err)
	}
	all := string(shown) + result.Failure.Error() + fmt.Sprintf("%+v %#v", p, p)
	quoted, _ := json.Marshal(password)
	for _, secret := range []string{
		password, strings.Trim(string(quoted), `"`),
		base64.StdEncoding.EncodeToString([]byte(password)),
		base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password)),
	} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is shown in %s", secret, all)
		}
	}
	if result.Failure.Reply.Code != 535 || !strings.Contains(all, "is wrong for "+user) {
		t.Errorf("the rest of the reply is lost: %s", all)
	}
}

func TestUnexpectedChallenge(t *testing.T) {
	t.Parallel()
	port := fakeRelay(t, func(line, _ string) string {
		switch {
		case strings.HasPrefix(line, "EHLO"):
			return "250-fake\r\n250-AUTH=PLAIN\r\n250 SIZE 5"
		case strings.HasPrefix(line, "AUTH"):
			return "334 " + base64.StdEncoding.EncodeToString([]byte("Which \x1b planet?"))
		case line == "*":
			return "501 5.7.0 cancelled"
		}
		return "250 ok"
	})
	p := login(smtpcheck.Plan{Host: "127.0.0.1", Port: port, TLS: smtpcheck.TLSNone, Names: smtpcheck.SameName("a.example"), StopAfter: smtpcheck.StageAuth})
	result := smtpcheck.Run(context.Background(), p, nil)
	if f := result.Failure; f == nil || !errors.Is(f, smtpcheck.ErrProtocol) || !strings.Contains(f.Error(), "Which ? planet?") {
		t.Errorf("%v", f)
	}
	if size, ok := result.Extension("size"); !ok || size != "5" {
		t.Errorf("SIZE %q %v", size, ok)
	}
}
