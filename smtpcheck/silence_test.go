package smtpcheck_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"smtp-wizard/smtpcheck"
)

// A relay that is silent at a stage is waited for once, and not once for each name.
func TestSilenceIsWaitedForOnce(t *testing.T) {
	t.Parallel()
	names := strings.Fields("id.example.com a.example b.example c.example d.example e.example f.example g.example")
	const limit = 15 * time.Second
	for _, silentAt := range []string{"greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"} {
		t.Run(silentAt, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var logins atomic.Int32
				began := time.Now()
				p := login(silentRelay(t, silentAt, &logins))
				p.Limits = smtpcheck.Limits{Greeting: limit, Command: limit, Final: limit}
				result, identities := smtpcheck.RunWithProbes(t.Context(), p, names, func(smtpcheck.Event) {}, nil)
				if !errors.Is(result.Failure, smtpcheck.ErrTimeout) {
					t.Fatalf("the conversation ended with %v", result.Failure)
				}
				if took := time.Since(began); took > limit*3/2 {
					t.Errorf("it took %s", took)
				}
				if silentAt == "AUTH" && logins.Load() != 1 {
					t.Errorf("it logged in %d times", logins.Load())
				}
				for _, one := range identities {
					if (one.Acceptance == smtpcheck.Accepted) != (silentAt == "DATA") {
						t.Errorf("%+v, %v", one, one.Failure)
					}
				}
			})
		})
	}
}

// silentRelay says nothing from a command on, in the time of the test.
func silentRelay(t *testing.T, silentAt string, logins *atomic.Int32) smtpcheck.Plan {
	talk := func(conn net.Conn) {
		if silentAt == "greeting" {
			<-t.Context().Done()
			return
		}
		say(conn, "220 fake\r\n")
		for in := bufio.NewScanner(conn); in.Scan(); {
			verb, _, _ := strings.Cut(in.Text(), " ")
			if verb == "AUTH" {
				logins.Add(1)
			}
			if verb == silentAt {
				<-t.Context().Done()
				return
			}
			said, ok := map[string]string{"EHLO": "250-fake\r\n250 AUTH PLAIN", "AUTH": "235 ok", "QUIT": "221 bye", "DATA": "354 go on"}[verb]
			if !ok {
				said = "250 ok"
			}
			say(conn, said+"\r\n")
		}
	}
	return smtpcheck.Plan{
		Settings: smtpcheck.Settings{Host: "127.0.0.1", Port: 25, TLS: smtpcheck.TLSNone, From: "a@b.example", To: "c@d.example"},
		Client:   smtpcheck.Client{Names: smtpcheck.SameName("id.example.com")},
		Message:  []byte("x\r\n"),
		Net: smtpcheck.Network{Dial: func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go talk(theirs)
			return ours, nil
		}},
	}
}
