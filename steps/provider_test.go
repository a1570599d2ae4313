package steps

import (
	"net"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/smtpcheck/practice"

	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// suggestedBy is what is found out about firm.de by its MX record.
func suggestedBy(t *testing.T, mx string) []presets.Suggestion {
	t.Helper()
	found := presets.Discovery{DNS: &records{mx: map[string]string{"firm.de": mx}}}.Of(t.Context(), "firm.de")
	if len(found) == 0 {
		t.Fatalf("nobody is known by %s", mx)
	}
	return found
}

// The relay that the domain names, or the provider that receives its mail, is the
// one to begin at, unless something better is known.
func TestRelayIsSuggested(t *testing.T) {
	t.Parallel()
	dns := &records{mx: map[string]string{"firm.de": "aspmx1.migadu.com", "tuta-firm.de": "mail.tutanota.de",
		"own.de": "mx.own.de", "example.com": "aspmx1.migadu.com", "both.de": "aspmx1.migadu.com"},
		srv: map[string]string{"srv.de": "smtp.zoho.eu", "both.de": "mail.both.de"}}
	first := presets.All()[0].ID
	for _, tt := range []struct {
		name    string
		answers Answers
		dns     Resolver
		presets []presets.Preset
		offline bool
		want    string // the choice to begin at
		says    string // a part of that choice's note, or of another's
	}{
		{name: "by APP_URL", answers: Answers{AppURL: "https://id.firm.de"}, want: "migadu",
			says: "Suggested: it receives the mail of firm.de (MX aspmx1.migadu.com)."},
		{name: "by SRV", answers: Answers{AppURL: "https://id.srv.de"}, want: "smtp.zoho.eu",
			says: "Suggested: srv.de names it in DNS (SRV _submissions._tcp)."},
		{name: "a relay of its own", answers: Answers{AppURL: "https://id.both.de"}, want: Custom,
			says: "Suggested: mail.both.de, port 465; both.de names it in DNS (SRV _submissions._tcp)."},
		{name: "offline", answers: Answers{AppURL: "https://id.firm.de"}, offline: true, want: first},
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
			world.DNS, world.Presets, world.Offline = dns, tt.presets, tt.offline
			if tt.dns != nil {
				world.DNS = nil
			}
			s := provider{world}
			view := View{Answers: tt.answers}
			if job := s.Wants(view); job != (wizard.Job{}) {
				view.Found = map[wizard.ID]wizard.Finding{Provider: {Job: job, Running: true}}
				if page := s.Page(view); !strings.HasPrefix(page.Aside, "asking DNS how mail is sent for ") {
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

// A text means a preset when it finds no other; its region comes with it.
func TestWhatAPresetIsMeant(t *testing.T) {
	t.Parallel()
	s := provider{sceneWorld()}
	take := func(preset, region string) Answers {
		input := map[wizard.ID]wizard.Input{Provider: {"preset": preset, "region": region}}
		return stilled(All(s.world)).Apply(State{Place: wizard.Place{At: Provider, Inputs: input}}, wizard.Submitted{}).Answers
	}
	const oregon = "email-smtp.us-west-2.amazonaws.com"
	for text, want := range casetest.Read[map[string]string](t, "whatapresetismeant") {
		a := take(text, oregon)
		if got := a.Preset + " " + a.Host; got != want {
			t.Errorf("%q is %s, not %s", text, got, want)
		}
	}
	if a := take("amazon-ses", oregon); a.Host != oregon {
		t.Errorf("the region asked for is %s", a.Host)
	}
	for user, want := range map[string]string{"apikey": "", "bob@example.org": "bob@example.org"} {
		state := State{Place: wizard.Place{At: Provider, Inputs: map[wizard.ID]wizard.Input{Provider: {"preset": "gmail"}}}}
		state.Answers.Preset, state.Answers.Host, state.Answers.User = "sendgrid", "smtp.sendgrid.net", user
		if a := stilled(All(s.world)).Apply(state, wizard.Submitted{}).Answers; a.User != want {
			t.Errorf("of the user %s Gmail is left %q", user, a.User)
		}
	}
	page := s.Page(View{Input: wizard.Input{"preset": oregon}})
	choices := page.Field[0].Choices
	if found := choices[wizard.Filter(choices, "oregon")[0]]; len(page.Field) != 1 || found.Value != oregon || found.Under != "" {
		t.Errorf("a region that is chosen is asked for again, or not shown: %+v", found)
	}
}

// A choice that was refused is not the one to begin at again, and whatever was chosen
// before, one with several regions asks for its own.
func TestAfterARefusedChoice(t *testing.T) {
	t.Parallel()
	m := stilled(All(sceneWorld()))
	s := State{Place: wizard.Place{At: Provider}}
	choose := func(field, answer string) wizard.Page {
		s = m.Apply(s, wizard.Typed{Field: field, Text: answer})
		return m.Page(s)
	}
	choose("preset", "loops")
	s = m.Apply(s, wizard.Submitted{})
	if s.At != Provider || s.Fault.Field != "preset" || m.Page(s).Field[0].Default == "loops" {
		t.Errorf("after one that cannot be used it begins at %s: %+v", m.Page(s).Field[0].Default, s.Fault)
	}
	for preset, region := range map[string]string{"amazon-ses": "email-smtp.us-west-2.amazonaws.com", "mailgun": "smtp.eu.mailgun.org"} {
		page := choose("preset", preset)
		if len(page.Field) != 2 || !page.Field[1].Missing {
			t.Errorf("%s asks for no region of its own: %+v", preset, page.Field)
		}
		if page = choose("region", region); page.Field[1].Missing {
			t.Errorf("%s asks again after %s", preset, region)
		}
	}

	a := sceneAnswers()
	s = State{Place: wizard.Place{At: LiveTest, Found: map[wizard.ID]wizard.Finding{LiveTest: {Result: refused(a)},
		Install: {Result: Discovery{Values: map[string]string{"SMTP_HOST": a.Host}}}}}, Answers: a}
	s = m.Apply(m.Apply(s, wizard.Typed{Field: "action", Text: actProvider}), wizard.Submitted{})
	if first := m.Page(s).Field[0].Default; s.At != Provider || first == keep || first == a.Preset {
		t.Errorf("the relay that refused is the first choice again: %s at %s", first, s.At)
	}
}

// TestAnotherProviderDropsTheRelayTyped fills the page of the relay anew, whatever was
// typed there before the provider was changed.
func TestAnotherProviderDropsTheRelayTyped(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "open", practice.Options{})
	w.to(Provider)
	w.answer("preset", Custom)
	w.enter()
	w.answer("host", "mail.example.org")
	w.apply(wizard.WentBack{})
	w.answer("preset", "practice")
	w.enter()
	page := w.machine.Page(w.state)
	view := w.state.View()
	host, _ := page.FieldNamed("host")
	if got := view.Text("host", host.Default); w.state.At != Relay || got != "localhost" {
		t.Errorf("at %s: host %q", w.state.At, got)
	}
}
