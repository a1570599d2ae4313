package smtpcheck_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
)

func TestAuthStyles(t *testing.T) {
	t.Parallel()
	for _, c := range casetest.Read[[]struct {
		Relay     string
		Style     smtpcheck.AuthStyle
		Mode      smtpcheck.TLSMode
		Mechanism string
		Said      string // the AUTH lines
	}](t, "authstyles") {
		r := relay(t, c.Relay, practice.Options{User: user, Password: password})
		p := login(plan(r, c.Mode))
		p.Auth = c.Style
		result := smtpcheck.Run(context.Background(), p, nil)
		if result.Mechanism != c.Mechanism || (result.Failure == nil) != (c.Mechanism != "") {
			t.Errorf("%s: mechanism %q, %v", c.Relay, result.Mechanism, result.Failure)
		}
		var said []string
		for _, line := range result.Transcript {
			if line.From == smtpcheck.SpeakerClient && (strings.HasPrefix(line.Text, "AUTH") || line.Text == "***") {
				said = append(said, line.Text)
			}
		}
		if got := strings.Join(said, " / "); got != c.Said {
			t.Errorf("%s: said %s, want %s", c.Relay, got, c.Said)
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

// checkUnseen looks for a password in all that is shown of a conversation: in any
// case, and for pieces of its base64 and of the AUTH command's argument.
func checkUnseen(t *testing.T, name string, result smtpcheck.Result, events []smtpcheck.Event, user, password string) {
	t.Helper()
	f := result.Failure
	if f == nil || f.Stage != smtpcheck.StageAuth {
		t.Fatalf("%s: %v", name, f)
	}
	shown := fmt.Sprint(f.Error(), " | ", f.Reply, " | ", result.Stages, " | ", events, " | ", result.Transcript)
	secrets := []string{password}
	for _, told := range []string{password, "\x00" + user + "\x00" + password} {
		blob := base64.StdEncoding.EncodeToString([]byte(told))
		for i := 0; i+12 <= len(blob); i++ {
			secrets = append(secrets, blob[i:i+12])
		}
	}
	for _, secret := range secrets {
		if strings.Contains(strings.ToLower(shown), strings.ToLower(secret)) {
			t.Errorf("%s: %q is shown in %s", name, secret, shown)
		}
	}
}

// TestRelaysThatRepeatThePassword plays relays that send it back in odd ways.
func TestRelaysThatRepeatThePassword(t *testing.T) {
	t.Parallel()
	const user, password = "bob", `S3cr3t "Passw0rd"`
	b64 := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	for name, answer := range map[string]func(line string) string{
		"challenge":            func(string) string { return "334 " + b64(password) },
		"challenge, sentence":  func(string) string { return "334 " + b64("your password is "+password+" ok?") },
		"challenge, two lines": func(string) string { return "334-" + b64(password) + "\r\n334 " + b64("x"+password) },
		"cut short":            func(line string) string { return `500 5.5.1 Command unrecognized: "` + line[:len(line)-6] + `..."` },
		"over two lines":       func(line string) string { return "535-5.7.8 " + line[:20] + "\r\n535 5.7.8 " + line[20:] },
		"in place of a code":   func(string) string { return password + " foo" },
		"with another code":    func(line string) string { return "250-" + line + "\r\n535 " + password },
		"as a consent":         func(string) string { return "354 " + password },
		"in a sentence":        func(line string) string { return "535 5.7.8 " + line + " is wrong for " + user + " (" + password + ")" },
		"without an end":       func(line string) string { return "535 " + strings.Repeat(line+" ", 100) },
		"and then some":        func(line string) string { return "235 ok\r\n250 " + line },
	} {
		p := authRelay(t, func(line string) string {
			if strings.HasPrefix(line, "AUTH") {
				return answer(line)
			}
			return "501 no"
		})
		p.User, p.Password = user, secret.New(password)
		var events []smtpcheck.Event
		result := smtpcheck.Run(context.Background(), p, func(e smtpcheck.Event) { events = append(events, e) })
		if name == "and then some" { // it answers the next command, which is refused or not
			result.Failure = &smtpcheck.Failure{Stage: smtpcheck.StageAuth}
		}
		checkUnseen(t, name, result, events, user, password)
		if name == "in a sentence" && !strings.Contains(result.Failure.Error(), "535 5.7.8 AUTH PLAIN *** is wrong for bob (***)") {
			t.Errorf("the rest of the reply is lost: %v", result.Failure)
		}
		if strings.HasPrefix(name, "challenge") && !strings.Contains(text(result), "S: 334 ***\n") {
			t.Errorf("%s: transcript\n%s", name, text(result))
		}
	}
}

func TestUnexpectedChallenge(t *testing.T) {
	t.Parallel()
	p := authRelay(t, func(line string) string {
		if strings.HasPrefix(line, "AUTH") {
			return "334 " + base64.StdEncoding.EncodeToString([]byte("Which \x1b planet?"))
		}
		return "501 5.7.0 cancelled"
	})
	result := smtpcheck.Run(context.Background(), p, nil)
	if f := result.Failure; f == nil || !errors.Is(f, smtpcheck.ErrProtocol) || !strings.Contains(f.Error(), "Which ? planet?") {
		t.Errorf("%v", f)
	}
	if size, ok := result.Extension("size"); !ok || size != "5" {
		t.Errorf("SIZE %q %v", size, ok)
	}
}

// A relay that asks for the password over and over gets it a few times, and then
// the exchange is cancelled.
func TestAuthRoundsAreBounded(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	p := authRelay(t, func(line string) string {
		switch {
		case strings.HasPrefix(line, "AUTH PLAIN"):
			return "504 5.5.4 no"
		case line == "*" || asked.Add(1) > 50:
			return "501 5.7.0 cancelled"
		}
		return "334 " + base64.StdEncoding.EncodeToString([]byte("Password:"))
	})
	p.Auth = smtpcheck.AuthPlainThenLogin
	result := smtpcheck.Run(context.Background(), p, nil)
	if f := result.Failure; f == nil || !errors.Is(f, smtpcheck.ErrProtocol) || !strings.Contains(text(result), "C: *\n") {
		t.Errorf("%v\n%s", f, text(result))
	}
	if n := asked.Load(); n > 5 {
		t.Errorf("it was asked %d times", n)
	}
}
