package steps

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"smtp-wizard/asowner"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/presets"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/wizard"
	"smtp-wizard/wizard/runner"
)

// mailFrom are answers with a sender and a recipient.
func mailFrom(from string) MailAnswers {
	return MailAnswers{Settings: smtpcheck.Settings{From: from, To: "me@example.com"}}
}

// walk goes through the real guide against a practice relay, as a face would.
type walk struct {
	t       *testing.T
	machine Machine
	state   State
	runner  *runner.Runner
	news    chan wizard.Outcome
	relay   *practice.Relay
	dir     string
}

func put(t *testing.T, path, text string) {
	t.Helper()
	casetest.Must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	casetest.Must(t, os.WriteFile(path, []byte(text), 0o600))
}

// newWalk begins a guide with answers that work, in a directory of its own.
func newWalk(t *testing.T, relayName string, options practice.Options) *walk {
	t.Helper()
	w, relay := practiceWorld(t, relayName, options)
	dir := t.TempDir()
	w.Limits.Silence = 100 * time.Millisecond
	w.Getenv = func(string) string { return "" }
	w.Hostname = func() (string, error) { return "vps.example.net", nil }
	w.Look = func(*asowner.Files, map[string][]byte) (install.Install, error) {
		v, err := pocketid.ParseVersion("2.9.0")
		return install.Install{Runs: pocketid.RuntimeManual, Version: install.Version{Release: v, From: "the test"},
			Hostname: install.Hostname{Kind: install.KindMachine, Value: "vps.example.net"}}, err
	}
	w.Presets = []presets.Preset{{ID: "practice", Name: "Practice", Usable: true, Helo: "judges names",
		Hosts:     []presets.Host{{Host: "localhost"}},
		Endpoints: []presets.Endpoint{{Port: relay.Port(), TLS: "starttls", Recommended: true}, {Port: relay.TLSPort(), TLS: "tls"}}}}
	a := Answers{EnvFile: filepath.Join(dir, ".env"), AppURL: "https://id.example.com", MailAnswers: mailFrom("id@example.com")}
	walker := &walk{t: t, relay: relay, dir: dir}
	walker.begin(Machine{Steps: All(w)}, a)
	return walker
}

// begin starts a guide from those answers.
func (w *walk) begin(m Machine, a Answers) {
	w.t.Helper()
	news := make(chan wizard.Outcome, 1000)
	w.machine, w.news = m, news
	w.runner = runner.New(func(o wizard.Outcome) { news <- o })
	w.t.Cleanup(w.runner.Stop)
	w.state = m.Start(a)
	w.settle()
}

// settle waits until the page's work is done, and that which all pages rely on.
func (w *walk) settle() {
	w.t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		w.runner.Follow(context.Background(), wizard.Session[Answers]{Machine: w.machine, State: w.state})
		if !w.state.Found[w.state.At].Running && !w.state.Found[Install].Running {
			return
		}
		select {
		case o := <-w.news:
			w.state = w.machine.Apply(w.state, o)
		case <-deadline:
			w.t.Fatalf("the work of the page %s does not end", w.state.At)
		}
	}
}

func (w *walk) apply(o wizard.Outcome) {
	w.t.Helper()
	w.state = w.machine.Apply(w.state, o)
	w.settle()
}

func (w *walk) enter() { w.t.Helper(); w.apply(wizard.Submitted{}) }

func (w *walk) answer(field, text string) {
	w.t.Helper()
	if field == "password" {
		w.apply(wizard.TypedSecret{Field: field, Secret: secret.New(text)})
	} else {
		w.apply(wizard.Typed{Field: field, Text: text})
	}
}

// read is a file's text, or "".
func (w *walk) read(path string) string {
	text, _ := os.ReadFile(path)
	return string(text)
}

// to presses enter until the guide is at a page.
func (w *walk) to(id wizard.ID) {
	w.t.Helper()
	for range 20 {
		if w.state.At == id && w.state.Ended == wizard.Open {
			return
		}
		before := w.state
		w.enter()
		if before.At == w.state.At && w.state.Fault.Tone == wizard.Bad {
			w.t.Fatalf("stuck at %s: %+v", w.state.At, w.state.Fault)
		}
	}
	w.t.Fatalf("at %s, never at %s", w.state.At, id)
}

// finish presses enter until the end.
func (w *walk) finish() {
	w.t.Helper()
	for range 30 {
		if w.state.Ended != wizard.Open {
			return
		}
		w.enter()
	}
	w.t.Fatalf("no end: at %s with %+v", w.state.At, w.state.Fault)
}

func (w *walk) trial() TestResult {
	w.t.Helper()
	trial, ok := TestResultOf(w.state)
	if !ok {
		w.t.Fatal("there was no live test")
	}
	return trial
}

// Enter alone delivers a message and writes the file, and the second time finds
// nothing to write.
func TestEnterAloneDeliversAndWrites(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "google", practice.Options{})
	w.finish()
	if n := len(w.relay.Delivered()); n != 1 {
		t.Errorf("%d messages delivered, want 1", n)
	}
	path := filepath.Join(w.dir, ".env")
	env := w.read(path)
	for _, line := range []string{"SMTP_TLS=tls\n", "SMTP_HOST=localhost\n", "UI_CONFIG_DISABLED=true\n"} {
		if !strings.Contains(env, line) {
			t.Errorf("no %q in\n%s", line, env)
		}
	}
	if text := Summary(w.state); !strings.Contains(text, w.trial().Token) {
		t.Errorf("the summary does not name the test: %s", text)
	}
	w.begin(w.machine, Answers{EnvFile: path, AppURL: "https://id.example.com"})
	w.finish()
	if again := w.read(path); again != env {
		t.Errorf("the second run changed the file:\n%s\nis now\n%s", env, again)
	}
	if entries, _ := os.ReadDir(w.dir); len(entries) != 1 {
		t.Errorf("the second run left %d files, want the .env alone", len(entries))
	}
	if text := Summary(w.state); !strings.Contains(text, "Nothing was written: "+path+" is already up to date.") {
		t.Errorf("the summary is %q", text)
	}
}

// warnedAt presses enter and expects a warning at a field.
func (w *walk) warnedAt(field string) {
	w.t.Helper()
	w.enter()
	if f := w.state.Fault; f.Field != field || f.Tone != wizard.Warn {
		w.t.Errorf("no warning at %s, but %+v", field, f)
	}
}

// spoilt gives a password and no user, which is warned of once.
func spoilt(password string) func(*walk) {
	return func(w *walk) {
		w.apply(wizard.TypedSecret{Field: "password", Secret: secret.New(password)})
		w.warnedAt("user")
	}
}

// Every refusal leads with one key to the field to change; after the
// correction the test passes, and nothing else is asked again.
func TestRefusalAndCure(t *testing.T) {
	t.Parallel()
	login := practice.Options{User: "id@example.com", Password: "right"}
	for _, c := range []struct {
		name, relay string
		options     practice.Options
		at          wizard.ID
		spoil       func(*walk)
		stage       smtpcheck.Stage
		step        wizard.ID
		field, says string // where Enter leads, and what it says beside the relay's words
		cure        func(*walk)
	}{
		{name: "a wrong password", relay: "open", options: login,
			spoil: func(w *walk) {
				w.answer("user", "id@example.com")
				w.apply(wizard.TypedSecret{Field: "password", Secret: secret.New("wrong")})
			},
			stage: smtpcheck.StageAuth, step: Sender, field: "password",
			cure: func(w *walk) {
				w.apply(wizard.TypedSecret{Field: "password", Secret: secret.New("right")})
			}},
		{name: "a password without a user", relay: "open", options: login, spoil: spoilt("right"),
			stage: smtpcheck.StageAuth, step: Sender, field: "user",
			cure: func(w *walk) { w.answer("user", "id@example.com") }},
		{name: "a password too much", relay: "wrong-password", spoil: spoilt("any"),
			stage: smtpcheck.StageAuth, step: Sender, field: "user",
			cure: func(w *walk) {}}, // an empty user, once more
		{name: "a wrong port", relay: "open", at: Relay,
			spoil: func(w *walk) { w.answer("port", "1"); w.warnedAt("port") },
			stage: smtpcheck.StageConnect, step: Relay, field: "port", says: "Practice is reached on port ",
			cure: func(w *walk) { w.answer("port", portText(w.relay.TLSPort())); w.answer("tls", "tls") }},
		{name: "a TLS mode that does not fit", relay: "open", at: Relay,
			spoil: func(w *walk) {
				w.answer("port", portText(w.relay.TLSPort()))
				w.answer("tls", "starttls")
				w.warnedAt("tls")
			},
			stage: smtpcheck.StageGreeting, step: Relay, field: "tls",
			cure: func(w *walk) { w.answer("tls", "tls") }},
		{name: "localhost", relay: "google", at: Identity, spoil: func(w *walk) { w.answer("hostname", "localhost") },
			stage: smtpcheck.StageEHLO, step: Identity, field: "hostname",
			cure: func(*walk) {}}, // the name offered is not the refused one
		{name: "a refused sender", relay: "sender-refused", stage: smtpcheck.StageMail, step: Sender, field: "from"},
		{name: "a refused recipient", relay: "recipient-refused", stage: smtpcheck.StageRcpt, step: Sender, field: "to"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWalk(t, c.relay, c.options)
			w.to(cmp.Or(c.at, Sender))
			if c.spoil != nil {
				c.spoil(w)
			}
			w.to(LiveTest)
			f := w.trial().Result.Failure
			if f == nil || f.Stage != c.stage {
				t.Fatalf("the failure is %v, want one at %s", f, c.stage)
			}
			answers := w.state.Answers
			w.enter()
			if w.state.At != c.step || w.state.Focus != c.field {
				t.Fatalf("enter leads to %s, field %q; want %s, %q", w.state.At, w.state.Focus, c.step, c.field)
			}
			if text := w.state.Fault.Text; !strings.HasPrefix(text, sentence(f.Error())) || !strings.Contains(text, c.says) {
				t.Errorf("the page says %q, not %q and %q", text, f.Error(), c.says)
			}
			if c.cure == nil {
				return
			}
			c.cure(w)
			w.enter()
			if w.state.At != Arrival || w.trial().Result.Failure != nil {
				t.Fatalf("after the cure: at %s, %v", w.state.At, w.trial().Result.Failure)
			}
			if got := w.state.Answers; got.From != answers.From || got.Hostname != answers.Hostname && c.at != Identity {
				t.Errorf("answers were lost: %+v", got)
			}
			w.finish()
		})
	}
}

// A guide that is resumed knows the machine's own names again.
func TestResumedGuideDiscoversAgain(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "google", practice.Options{})
	w.to(Identity)
	saved := w.state
	saved.Found = nil // a draft has no findings
	w.state = w.machine.Resume(saved)
	w.settle()
	hostname, _ := w.machine.Page(w.state).FieldNamed("hostname")
	own := func(c wizard.Choice) bool { return c.Value == "vps.example.net" }
	if !slices.ContainsFunc(hostname.Choices, own) {
		t.Errorf("the names are %v, without the machine's own", hostname.Choices)
	}
}

// Bad answers are refused at their field, and none is lost.
func TestBadAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range casetest.Read[[]struct {
		Page        wizard.ID
		Field, Text string
		Want        string // in the message
		Rewritten   string // what the field then holds
	}](t, "badanswers") {
		t.Run(c.Field+" "+c.Text, func(t *testing.T) {
			t.Parallel()
			w := newWalk(t, "open", practice.Options{})
			w.to(c.Page)
			if c.Field == "name" {
				w.answer("hostname", another)
			}
			w.answer(c.Field, c.Text)
			kept := ForDraft(wizard.Session[Answers]{Machine: w.machine, State: w.state}).Place.Inputs[c.Page][c.Field]
			if strings.ContainsAny(kept, "@/") && c.Page == Relay {
				t.Errorf("the draft keeps %s", kept)
			}
			if w.state.Fault == (wizard.Fault{}) { // not seen at once
				w.enter()
			}
			if w.state.At != c.Page || w.state.Fault.Field != c.Field {
				t.Fatalf("at %s with %+v", w.state.At, w.state.Fault)
			}
			if !strings.Contains(w.state.Fault.Text, c.Want) {
				t.Errorf("the message is %q, want %q in it", w.state.Fault.Text, c.Want)
			}
			if got := w.state.Inputs[c.Page][c.Field]; c.Rewritten != "" && got != c.Rewritten {
				t.Errorf("the field holds %q, want %q", got, c.Rewritten)
			}
		})
	}
}

// A stripped STARTTLS must not lead anybody to clear text, and a login in clear
// text is warned of once.
func TestClearTextIsNeverTheDefault(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "stripped", practice.Options{})
	w.to(Relay)
	w.answer("port", portText(w.relay.Port()))
	if tls, _ := w.machine.Page(w.state).FieldNamed("tls"); tls.Default != string(smtpcheck.TLSStartTLS) {
		t.Errorf("the default is %q where STARTTLS is not offered", tls.Default)
	}
	for _, tt := range casetest.Read[[]struct {
		Host   string
		Tls    smtpcheck.TLSMode
		User   string
		Warned bool
	}](t, "cleartextisneverthedefault") {
		a := Answers{}
		a.Host, a.TLS, a.User, a.Password = tt.Host, tt.Tls, tt.User, secret.New("x")
		if f := loginFault(View{}, a, false); (f.Tone == wizard.Warn) != tt.Warned {
			t.Errorf("%+v: %+v", tt, f)
		}
	}
}

// Certificates that are not checked are a matter of one relay: another one begins
// with the check.
func TestAnotherRelayIsVerified(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		page                wizard.ID
		field, answer, host string
	}{
		{Provider, "preset", "practice", "localhost"},
		{Relay, "host", "other.example", "other.example"},
	} {
		w, path := walkOver(t, "manual", "2.9.0", finished+"SMTP_SKIP_CERT_VERIFY=true\n")
		w.to(Write)
		w.apply(wizard.Jumped{To: tt.page})
		w.answer(tt.field, tt.answer)
		w.finish()
		after := w.read(path)
		if !strings.Contains(after, "SMTP_SKIP_CERT_VERIFY=false\n") || !strings.Contains(after, "SMTP_HOST="+tt.host+"\n") {
			t.Errorf("%s: the new relay's certificate is not checked:\n%s", tt.page, after)
		}
	}
}

// Who goes back and names another .env gets that one's settings, not a mixture;
// the same file in other words keeps what was typed.
func TestAnotherFileIsNotMixed(t *testing.T) {
	t.Parallel()
	w, path := walkOver(t, "manual", "2.9.0", finished)
	other := filepath.Join(t.TempDir(), ".env")
	text := "APP_URL=https://sso.other.example\nUI_CONFIG_DISABLED=true\nSMTP_HOST=mail.other.example\nSMTP_PORT=587\n" +
		"SMTP_FROM=sso@other.example\nSMTP_TLS=starttls\n"
	put(t, other, text)
	w.to(Sender)
	w.answer("from", "typed@example.com")
	w.to(Write)
	for w.state.At != Install {
		w.apply(wizard.WentBack{})
	}
	w.answer("env_file", filepath.Dir(path)+"/./.env")
	w.to(Provider)
	if from := w.state.Answers.From; from != "typed@example.com" {
		t.Errorf("the same file again, and the sender is %s", from)
	}
	w.apply(wizard.WentBack{})
	w.answer("env_file", other)
	w.finish()
	if after := w.read(other); after != text {
		t.Errorf("the other file is now\n%s", after)
	}
	if after := w.read(path); after != finished {
		t.Errorf("the first file is now\n%s", after)
	}
}

// The pages' fields name the flags of apply; their names are a contract.
func TestAnswerFlags(t *testing.T) {
	t.Parallel()
	var names []string
	for _, f := range AnswerFlags() {
		names = append(names, f.Name)
		if f.Usage == "" {
			t.Errorf("--%s is not explained", f.Name)
		}
	}
	slices.Sort(names)
	if got := strings.Join(names, " "); got != "app-url as from host hostname port preset tls to user" {
		t.Errorf("the flags are %s", got)
	}
}
