package steps

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"

	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/wizard"
)

// TestHearsPocketID lets a Pocket ID of that version send to the page, and tests with
// the names that it has announced.
func TestHearsPocketID(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		version, hostname string
		mode              smtpcheck.TLSMode
		want              Heard
	}{
		{"2.9.0", "id.example.com", smtpcheck.TLSStartTLS, Heard{smtpcheck.TLSStartTLS, "localhost", "id.example.com"}},
		{"2.9.0", "id.example.com", smtpcheck.TLSImplicit, Heard{smtpcheck.TLSImplicit, "id.example.com", "id.example.com"}},
		{"2.9.0", "3f9c2a71b0de", smtpcheck.TLSNone, Heard{smtpcheck.TLSNone, "3f9c2a71b0de", "3f9c2a71b0de"}},
		{"2.14.0", "id.example.com", smtpcheck.TLSStartTLS, Heard{smtpcheck.TLSStartTLS, "localhost", "localhost"}},
	} {
		t.Run(fmt.Sprint(c.version, " ", c.mode), func(t *testing.T) {
			t.Parallel()
			world, _ := practiceWorld(t, "open", practice.Options{})
			as, err := pocketid.ParseVersion(c.version)
			if err != nil {
				t.Fatal(err)
			}
			page := listen{world}
			a := Answers{Listen: true, Version: c.version, Runs: string(pocketid.RuntimeSystemd), MailAnswers: mailFrom("id@example.com")}
			a.TLS, a.Hostname = c.mode, "chosen.example.com"
			job := page.Wants(View{Answers: a})
			var mu sync.Mutex
			var news []any
			var sent sync.WaitGroup
			result := page.Work(t.Context(), job, View{Answers: a}, func(one any) {
				mu.Lock()
				defer mu.Unlock()
				news = append(news, one)
				at, ok := one.(listening)
				if !ok {
					return
				}
				setup := Setup{MailAnswers: a.MailAnswers, As: as}
				setup.Host, setup.Hostname, setup.SkipVerify = at.host, c.hostname, true
				setup.Port, _ = strconv.Atoi(at.port)
				sent.Go(func() { world.RunTest(context.WithoutCancel(t.Context()), setup, nil, func(any) {}) })
			})
			sent.Wait()
			mu.Lock()
			defer mu.Unlock()
			if result != c.want {
				t.Fatalf("%+v, want %+v; %v", result, c.want, news)
			}
			for _, one := range news {
				if at, ok := one.(listening); ok && at.host != "127.0.0.1" {
					t.Errorf("it listens on %s", at.host)
				}
			}
			found := map[wizard.ID]wizard.Finding{Listen: {News: news, Result: result}}
			state := Machine{Steps: []Step{page}}.Apply(State{Answers: a, Place: wizard.Place{At: Listen, Found: found}}, wizard.Submitted{})
			setup := SetupOf(state.Answers)
			if s := setup.speech(); state.Answers.Listen || !s.Proven || s.Names != (smtpcheck.Names{First: c.want.First, AfterTLS: c.want.AfterTLS}) {
				t.Errorf("it then speaks %+v", s)
			}
			if uses := pocketid.UsesHostname(as, c.mode); uses != (setup.Hostname == c.hostname) {
				t.Errorf("hostname %s, used %v", setup.Hostname, uses)
			}
			state.Answers.TLS = otherMode(c.mode) // of which nothing was heard
			if other := SetupOf(state.Answers); other.Heard != (Heard{}) {
				t.Errorf("heard in another mode: %+v", other.Heard)
			}
		})
	}
}

func otherMode(m smtpcheck.TLSMode) smtpcheck.TLSMode {
	if m == smtpcheck.TLSNone {
		return smtpcheck.TLSImplicit
	}
	return smtpcheck.TLSNone
}

// TestListensForAContainer shows the address that a container reaches; Esc stops it.
func TestListensForAContainer(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "google", practice.Options{})
	for name, bridges := range map[string][]Bridge{"127.0.0.2": {{"docker0", netip.MustParsePrefix("127.0.0.2/8")}}, "127.0.0.1": nil} {
		world := World{Bridges: func() []Bridge { return bridges }}
		ctx, stop := context.WithCancel(t.Context())
		var at listening
		run := listenRun{mode: smtpcheck.TLSStartTLS, container: true}
		result := listen{world}.Work(ctx, wizard.Job{For: run}, View{}, func(news any) {
			at, _ = news.(listening)
			stop()
		})
		if _, ok := result.(error); !ok || at.host != name {
			t.Errorf("at %+v: %v", at, result)
		}
	}
	w.to(Identity)
	w.answer("hostname", hear)
	w.state = w.machine.Apply(w.state, wizard.Submitted{})
	page := w.machine.Page(w.state)
	if w.state.At != Listen || !strings.Contains(page.Busy, "10 minutes") {
		t.Fatalf("at %s: %+v", w.state.At, page)
	}
	w.apply(wizard.WentBack{})
	w.answer("hostname", "id.example.com")
	w.to(Arrival)
	if !w.trial().nothingRefused() || w.trial().Setup.Heard != (Heard{}) {
		t.Errorf("%+v", w.trial().Setup)
	}
}
