package steps

import (
	"net"
	"strings"
	"testing"

	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
	"smtp-wizard/wizard"
)

func receiverFor(t *testing.T, mx string) presets.Receiver {
	t.Helper()
	r, ok := presets.FromMX([]string{mx})
	if !ok {
		t.Fatalf("nobody is known by %s", mx)
	}
	return r
}

// The provider that receives the domain's mail is the one to begin at, unless
// something better is known.
func TestReceiverIsSuggested(t *testing.T) {
	t.Parallel()
	dns := &records{mx: map[string]string{"firm.de": "aspmx1.migadu.com", "tuta-firm.de": "mail.tutanota.de",
		"own.de": "mx.own.de", "example.com": "aspmx1.migadu.com"}}
	first := presets.All()[0].ID
	for _, tt := range []struct {
		name    string
		answers Answers
		dns     deliverability.Resolver
		presets []presets.Preset
		want    string // the choice to begin at
		says    string // a part of that choice's note, or of another's
	}{
		{name: "by APP_URL", answers: Answers{AppURL: "https://id.firm.de"}, want: "migadu",
			says: "Suggested: it receives the mail of firm.de (MX aspmx1.migadu.com)."},
		{name: "by the sender", answers: Answers{AppURL: "https://id.own.de", MailAnswers: mailFrom("id@firm.de")}, want: "migadu"},
		{name: "nobody known", answers: Answers{AppURL: "https://id.own.de"}, want: first},
		{name: "not in the DNS", answers: Answers{AppURL: "https://id.nowhere.de"}, want: first},
		{name: "one that cannot be used", answers: Answers{AppURL: "https://id.tuta-firm.de"}, want: first},
		{name: "a mailbox's own provider", answers: Answers{AppURL: "https://id.firm.de", MailAnswers: mailFrom("a@gmx.de")}, want: "gmx"},
		{name: "a relay is there", answers: Answers{AppURL: "https://id.firm.de", MailAnswers: MailAnswers{Settings: smtpcheck.Settings{Host: "mx.own.de"}}}, want: Custom},
		{name: "nobody reads it", answers: Answers{AppURL: "https://id.firm.de", Unattended: true}, want: first},
		{name: "a preset of the world", answers: Answers{AppURL: "https://id.firm.de"},
			presets: []presets.Preset{{ID: "practice", Usable: true}}, want: "practice"},
		{name: "a reserved name and the real DNS", answers: Answers{AppURL: "https://id.example.com"}, dns: (*net.Resolver)(nil), want: first},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			world := sceneWorld()
			world.DNS, world.Presets = dns, tt.presets
			if tt.dns != nil {
				world.DNS = nil
			}
			s := provider{world}
			view := View{Answers: tt.answers}
			if job := s.Wants(view); job != (wizard.Job{}) {
				view.Found = map[wizard.ID]wizard.Finding{Provider: {Job: job, Running: true}}
				if page := s.Page(view); !strings.HasPrefix(page.Aside, "asking DNS who receives the mail of ") {
					t.Errorf("the page says %q of the work", page.Aside)
				}
				view.Found[Provider] = wizard.Finding{Job: job, Result: s.Work(t.Context(), job, view, nil)}
			}
			field := s.Page(view).Field[0]
			if field.Default != tt.want {
				t.Errorf("it begins at %s, not %s", field.Default, tt.want)
			}
			for _, c := range field.Choices {
				if c.Value == tt.want && !strings.HasPrefix(c.Note, tt.says) {
					t.Errorf("%s is explained by %q", c.Value, c.Note)
				}
			}
		})
	}
}

// A relay of one's own is found by the name that goes with the way Pocket ID runs.
func TestPlaceOfALocalRelay(t *testing.T) {
	t.Parallel()
	for runs, want := range map[string]string{"compose": "host.docker.internal", "systemd": "127.0.0.1", "manual": "127.0.0.1"} {
		view := View{Answers: Answers{Runs: runs}, Input: wizard.Input{"preset": "postfix-local"}}
		fields := provider{sceneWorld()}.Page(view).Field
		if len(fields) != 2 || fields[1].Default != want || fields[1].Label != "Seen from" {
			t.Errorf("%s: %+v", runs, fields[1:])
		}
	}
}
