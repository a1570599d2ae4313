package steps

import (
	"context"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"smtp-wizard/asowner"
	"smtp-wizard/between"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/wizard"
)

// scene is a state of the guide with what its work would have found.
type scene struct {
	name    string
	machine Machine
	state   State
}

var sceneTime = time.Date(2026, 11, 23, 9, 45, 0, 0, time.UTC)

const (
	scenePassword = "Pa$$ w0rd'; #"
	relayHost     = "smtp-relay.gmail.com"
)

// sceneWorld reaches nothing.
func sceneWorld() World {
	return World{
		Hostname: func() (string, error) { return "vps-4711.example.net", nil },
		Getenv:   func(string) string { return "" },
		Now:      func() time.Time { return sceneTime },
		Look: func(_ *asowner.Files, planned map[string][]byte) (install.Install, error) {
			in := install.Install{Runs: pocketid.RuntimeCompose}
			if len(planned) > 1 { // the override
				in.Hostname.Value = "id.example.com"
			}
			return in, nil
		},
	}
}

func versionOf(t *testing.T, text string) pocketid.Version {
	t.Helper()
	v, err := pocketid.ParseVersion(text)
	casetest.Must(t, err)
	return v
}

// sceneAnswers are those of somebody who has come to the live test.
func sceneAnswers() Answers {
	return Answers{
		EnvFile: "/opt/pocket-id/.env", TakenFrom: "/opt/pocket-id/.env", Runs: "compose", Version: "2.9.0",
		AppURL: "https://id.example.com",
		MailAnswers: MailAnswers{Preset: "google-workspace-relay", Hostname: "id.example.com", Settings: smtpcheck.Settings{
			Host: relayHost, Port: 587, TLS: smtpcheck.TLSStartTLS, From: "noreply@example.com",
			User: "id@example.com", Password: secret.New(scenePassword), To: "admin@example.org"}},
	}
}

// scenes are all pages, in the states that differ.
func scenes(t *testing.T) []scene {
	var list []scene
	m := stilled(All(sceneWorld()))
	add := func(name string, at wizard.ID, a Answers, found any, change func(*State)) {
		s := State{Place: wizard.Place{At: at, Found: map[wizard.ID]wizard.Finding{}}, Answers: a}
		for _, step := range m.Steps {
			if step.ID() == at {
				break
			}
			s.History = append(s.History, step.ID())
		}
		s.Found[Install] = wizard.Finding{Result: inCompose(t)}
		if f, ok := found.(wizard.Finding); ok {
			s.Found[at] = f
		} else if found != nil {
			s.Found[at] = wizard.Finding{Result: found}
		}
		if change != nil {
			change(&s)
		}
		list = append(list, scene{name, m, s})
	}
	installScenes(t, add)
	relayScenes(add)
	identityScenes(t, add)
	testScenes(t, add)
	inboxScenes(add)
	writeScenes(t, add)
	offer := stilled([]Step{Offer(sceneAnswers(), sceneTime.Add(-3*time.Minute), sceneTime)})
	return append(list, scene{"resume", offer, State{Place: wizard.Place{At: "resume"}}})
}

func (c scene) guide() wizard.Guide {
	return wizard.Session[Answers]{Machine: c.machine, State: c.state}
}

type addScene func(name string, at wizard.ID, a Answers, found any, change func(*State))

func installScenes(t *testing.T, add addScene) {
	fresh := Answers{EnvFile: ".env"}
	add("install-new", Install, fresh, Discovery{
		EnvFile: ".env", Hostname: "vps-4711.example.net",
	}, nil)
	add("install-broken", Install, Answers{EnvFile: "/opt/pocket-id/.env"}, broken(t), nil)
	add("install-refused", Install, Answers{EnvFile: "/opt/pocket-id/.env"}, broken(t), func(s *State) {
		*s = stilled(All(sceneWorld())).Apply(*s, wizard.Submitted{})
	})
	a := Answers{EnvFile: "/opt/pocket-id/.env", Version: "2.9.0", AppURL: "https://id.example.com"}
	add("provider", Provider, a, nil, nil)
	add("provider-region", Provider, a, nil, func(s *State) {
		s.Inputs = map[wizard.ID]wizard.Input{Provider: {"preset": "amazon-ses"}}
		s.Focus = "region"
	})
	firm := a
	firm.AppURL = "https://id.firm.de"
	add("provider-suggested", Provider, firm, wizard.Finding{
		Job: wizard.Job{Task: "relay", For: "firm.de"}, Result: suggestedBy(t, "aspmx1.migadu.com"),
	}, nil)
	add("provider-keep", Provider, sceneAnswers(), nil, func(s *State) {
		found := inCompose(t)
		found.Values["SMTP_HOST"] = relayHost
		s.Found[Install] = wizard.Finding{Result: found}
	})
	add("provider-again", Provider, sceneAnswers(), nil, nil)
}

// inCompose is an install as compose runs it.
func inCompose(t *testing.T) Discovery {
	return Discovery{
		EnvFile: "/opt/pocket-id/.env", Exists: true, Hostname: "vps-4711.example.net",
		Values: map[string]string{"APP_URL": "https://id.example.com"},
		Install: install.Install{
			EnvFile: "/opt/pocket-id/.env", Runs: pocketid.RuntimeCompose, Found: "/opt/pocket-id/docker-compose.yml", Service: "pocket-id",
			EnvFiles: []install.EnvFile{{Path: "/opt/pocket-id/.env", Reader: "pocket-id"}},
			Version:  install.Version{Release: versionOf(t, "2.9.0"), From: "image tag v2.9.0"},
			Hostname: install.Hostname{Kind: install.KindContainerID},
			Compose:  &install.Project{Dir: "/opt/pocket-id", Files: []string{"/opt/pocket-id/docker-compose.yml"}},
		},
	}
}

// broken is the same with a line that Pocket ID cannot read.
func broken(t *testing.T) Discovery {
	found := inCompose(t)
	found.whole = secret.New("APP_URL=https://id.example.com\nSMTP_PASSWORD=\"half\nTRUST_PROXY=true\n")
	found.read(found.readers())
	return found
}

func relayScenes(add addScene) {
	a := sceneAnswers()
	add("relay", Relay, a, surveyedPorts(), nil)
	add("relay-running", Relay, a, wizard.Finding{Running: true, News: []any{surveyedPorts()[3]}}, nil)
	add("relay-warning", Relay, a, surveyedPorts(), func(s *State) {
		s.Inputs = map[wizard.ID]wizard.Input{Relay: {"port": "25"}}
		s.Fault = World{}.portWarning(wizard.Finding{Result: surveyedPorts()}, relayHost, 25, smtpcheck.TLSStartTLS)
		s.Focus = s.Fault.Field
	})
	a.Password = secret.Value{}
	add("sender", Sender, a, nil, nil)
	add("sender-fault", Sender, a, nil, func(s *State) {
		s.Fault = wizard.Fault{Field: "password", Tone: wizard.Bad,
			Text: "535 5.7.8 Username and Password not accepted. (in reply to AUTH PLAIN ***). Make an app password and put it in here."}
		s.Focus, s.Return = "password", LiveTest
	})
}

func surveyedPorts() []smtpcheck.Port {
	return []smtpcheck.Port{
		{Port: 25, State: smtpcheck.PortFiltered},
		{Port: 465, State: smtpcheck.PortOpen, TLS: smtpcheck.TLSImplicit, Elapsed: 34 * time.Millisecond},
		{Port: 587, State: smtpcheck.PortOpen, TLS: smtpcheck.TLSStartTLS, Elapsed: 121 * time.Millisecond},
		{Port: 2525, State: smtpcheck.PortRefused},
		{Port: 8025, State: smtpcheck.PortOpen, Failure: &smtpcheck.Failure{Stage: smtpcheck.StageGreeting, Err: smtpcheck.ErrNotSMTP}},
	}
}

var tryAgainLater = &smtpcheck.Reply{Code: 421, Enhanced: "4.7.0", Lines: []string{"4.7.0 Try again later, closing connection. (EHLO)"}}

func mixedResults() []smtpcheck.IdentityResult {
	hungUp := &smtpcheck.Failure{Stage: smtpcheck.StageEHLO, Doing: "EHLO localhost", Reply: tryAgainLater}
	return []smtpcheck.IdentityResult{
		{Name: "id.example.com", Acceptance: smtpcheck.Accepted, Stage: smtpcheck.StageRcpt, Elapsed: 101 * time.Millisecond},
		{Name: "vps-4711.example.net", Acceptance: smtpcheck.NotJudged, Stage: smtpcheck.StageMail, Elapsed: 2040 * time.Millisecond,
			Failure: &smtpcheck.Failure{Stage: smtpcheck.StageMail, Err: smtpcheck.ErrTimeout}},
		{Name: pocketid.ExampleContainerID, Acceptance: smtpcheck.Refused, Stage: smtpcheck.StageRcpt, Elapsed: 99 * time.Millisecond,
			Reply: &smtpcheck.Reply{Code: 504, Enhanced: "5.5.2", Lines: []string{"5.5.2 need fully-qualified hostname"}}},
		{Name: "localhost", Acceptance: smtpcheck.Refused, Stage: smtpcheck.StageEHLO, Reply: tryAgainLater, Failure: hungUp, Elapsed: 42 * time.Millisecond},
	}
}

func identityScenes(t *testing.T, add addScene) {
	a := sceneAnswers()
	a.Hostname = ""
	add("identity", Identity, a, mixedResults(), nil) // 2.9 greets as localhost before STARTTLS
	add("identity-busy", Identity, a, wizard.Finding{Running: true, Began: sceneTime.Add(-4 * time.Second),
		News: []any{mixedResults()[0], mixedResults()[3]}}, nil)
	on465 := a
	on465.Port, on465.TLS = 465, smtpcheck.TLSImplicit
	add("identity-accepted", Identity, on465, mixedResults(), nil)
	next := a
	next.Version = "2.14.0"
	add("identity-unproven", Identity, next, mixedResults(), nil)
	add("identity-another", Identity, on465, mixedResults(), func(s *State) {
		s.Inputs = map[wizard.ID]wizard.Input{Identity: {"hostname": another, "name": "https://mail.example.com"}}
		*s = stilled(All(sceneWorld())).Apply(*s, wizard.Submitted{})
	})
	needsLogin := &smtpcheck.Failure{Stage: smtpcheck.StageMail, Doing: "MAIL FROM:<noreply@example.com>",
		Reply: &smtpcheck.Reply{Code: 530, Enhanced: "5.7.0", Lines: []string{"5.7.0 Authentication Required."}}}
	var none []smtpcheck.IdentityResult
	for _, v := range mixedResults() {
		none = append(none, smtpcheck.IdentityResult{Name: v.Name, Stage: smtpcheck.StageMail, Failure: needsLogin, Elapsed: v.Elapsed})
	}
	add("identity-unjudged", Identity, on465, none, nil)
	skipped := []smtpcheck.IdentityResult{{Name: "id.example.com", Failure: &smtpcheck.Failure{Stage: smtpcheck.StageConnect, Err: context.Canceled}}}
	add("identity-skipped", Identity, on465, skipped, nil)
	on465.Via = between.Sidecar
	add("identity-between", Identity, on465, mixedResults(), nil)
}

func stage(s smtpcheck.Stage, ms int, detail string) smtpcheck.StageResult {
	return smtpcheck.StageResult{Stage: s, OK: true, Elapsed: time.Duration(ms) * time.Millisecond, Detail: detail}
}

var upToGreeting = []smtpcheck.StageResult{
	stage(smtpcheck.StageDNS, 4, relayHost+" is 142.250.102.28, 2a00:1450:4013:c1e::1c"),
	stage(smtpcheck.StageConnect, 21, "142.250.102.28 port 587"),
	stage(smtpcheck.StageGreeting, 40, "220 smtp-relay.gmail.com ESMTP 5b1f17b1804b1-477a9689f7bsm26547325e9.1 - gsmtp"),
}

func testScenes(t *testing.T, add addScene) {
	a := sceneAnswers()
	add("livetest-running", LiveTest, a, wizard.Finding{Running: true, Began: sceneTime.Add(-12 * time.Second), News: []any{
		smtpcheck.Event{Stage: smtpcheck.StageDNS, State: smtpcheck.StageBegan},
		smtpcheck.Event{Stage: smtpcheck.StageDNS, State: smtpcheck.StagePassed, Detail: upToGreeting[0].Detail, Elapsed: 4 * time.Millisecond},
		smtpcheck.Event{Stage: smtpcheck.StageConnect, State: smtpcheck.StagePassed, Detail: upToGreeting[1].Detail, Elapsed: 21 * time.Millisecond},
		smtpcheck.Event{Stage: smtpcheck.StageGreeting, State: smtpcheck.StageBegan},
	}}, nil)
	on465 := a
	on465.Port, on465.TLS = 465, smtpcheck.TLSImplicit
	add("livetest-passed", LiveTest, on465, passed(on465), nil)
	add("livetest-refused", LiveTest, a, refused(a), nil)
	add("livetest-conversation", LiveTest, a, refused(a), func(s *State) {
		s.Inputs = map[wizard.ID]wizard.Input{LiveTest: {"show": "none"}}
	})
	add("livetest-untrusted", LiveTest, a, untrusted(a), nil)
	other, between465, quiet := on465, on465, on465
	other.TestAs, other.To = "none", ""
	add("livetest-other", LiveTest, other, passed(other), nil)
	between465.Via = between.Sidecar
	add("livetest-between", LiveTest, between465, passed(between465), nil)
	quiet.Version = "2.10.0"
	late := passed(quiet)
	late.Result.Failure = &smtpcheck.Failure{Stage: smtpcheck.StageQuit, Doing: "QUIT", Reply: tryAgainLater}
	late.Diagnosis = sceneWorld().diagnose(late.Result.Failure, late.Setup, nil)
	add("livetest-quit", LiveTest, quiet, late, nil)
}

func inboxScenes(add addScene) {
	a := sceneAnswers()
	hears := a
	hears.Listen = true
	add("listen", Listen, hears, wizard.Finding{Running: true, Began: sceneTime.Add(-12 * time.Second), News: []any{
		listening{"172.17.0.1", "2525"}, practice.Session{EHLO: []string{"localhost"}}.String(),
	}}, nil)
	add("listen-heard", Listen, hears, Heard{smtpcheck.TLSStartTLS, "localhost", "id.example.com"}, nil)
	a.Port, a.TLS = 465, smtpcheck.TLSImplicit
	tested := func(change func(*State)) func(*State) {
		return func(s *State) {
			s.Found[LiveTest] = wizard.Finding{Result: passed(a)}
			change(s)
		}
	}
	add("inbox", Arrival, a, nil, tested(func(*State) {}))
	add("inbox-mailbox", Arrival, a, nil, tested(func(s *State) { s.Inputs = map[wizard.ID]wizard.Input{Arrival: {"how": byIMAP}} }))
	judged := a
	judged.Source = "Received: from a.example.com (a.example.com [192.0.2.7]) by mx.example.org; Mon, 23 Nov 2026 09:45:01 +0000\n" +
		"Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=example.com; dkim=none; dmarc=fail header.from=example.com\n" +
		"From: <id@example.com>\nTo: <admin@example.org>\nSubject: smtp-wizard\nDate: Mon, 23 Nov 2026 09:45:00 +0000\n"
	add("inbox-source", Arrival, judged, nil, tested(func(*State) {}))
	look := a
	look.Mailbox.Server = "imap.example.org"
	add("inbox-looking", Arrival, look, wizard.Finding{Running: true, News: []any{"12 mails are there"}}, tested(func(*State) {}))
	add("inbox-found", Arrival, look, foundIn{passed(a).Token, "Junk"}, tested(func(*State) {}))
	add("listen-silent", Listen, hears, errors.New("no mail came within 10 minutes"), nil)
}

func passed(a Answers) TestResult {
	t := TestResult{Setup: SetupOf(a), Token: "k3v9-m2xq"}
	t.Speech, t.Result.Accepted = pocketid.SpeechOf(t.Setup.Speaks(), t.Setup.TLS, t.Setup.Hostname), true
	t.Result.Stages = append(t.Result.Stages, upToGreeting[0], upToGreeting[1],
		stage(smtpcheck.StageTLS, 33, "TLS 1.3, certificate for smtp-relay.gmail.com by Google Trust Services"),
		upToGreeting[2],
		stage(smtpcheck.StageEHLO, 20, "id.example.com"),
		stage(smtpcheck.StageAuth, 88, "PLAIN"),
		stage(smtpcheck.StageMail, 19, "250 2.1.0 OK"),
		stage(smtpcheck.StageRcpt, 19, "250 2.1.5 OK"),
		stage(smtpcheck.StageData, 420, "250 2.0.0 OK 1763891100 5b1f17b1804b1-477a9689f7bsm26547325e9.1 - gsmtp"))
	t.Hints = []deliverability.Hint{
		{ID: "spf", Level: deliverability.Good, Text: "The SPF record of example.com lists Google Workspace."},
		{ID: "dmarc", Level: deliverability.Advice, Text: "example.com has no DMARC record; large receivers expect one. Begin with a TXT record at _dmarc.example.com: v=DMARC1; p=none"},
		{ID: "mx", Level: deliverability.Good, Text: "Replies to example.com go to aspmx.l.google.com."},
		{ID: "reverse-dns", Level: deliverability.Unknown, Text: "DNS gave no answer about the reverse name of 192.0.2.7."},
	}
	return t
}

func failedTest(a Answers, stages []smtpcheck.StageResult, f *smtpcheck.Failure) TestResult {
	w := sceneWorld()
	t := TestResult{Setup: SetupOf(a), Identities: mixedResults()}
	t.Speech = pocketid.SpeechOf(t.Setup.As, t.Setup.TLS, t.Setup.Hostname)
	t.Result.Stages, t.Result.Failure = append(append([]smtpcheck.StageResult{}, upToGreeting...), stages...), f
	t.Diagnosis = w.diagnose(f, t.Setup, []string{"localhost"})
	t.Advice = w.advise(t, nil)
	return t
}

func refused(a Answers) TestResult {
	t := failedTest(a, []smtpcheck.StageResult{{Stage: smtpcheck.StageEHLO, Elapsed: 42 * time.Millisecond, Detail: "localhost: " + tryAgainLater.String()}},
		&smtpcheck.Failure{Stage: smtpcheck.StageEHLO, Doing: "EHLO localhost", Reply: tryAgainLater})
	t.Result.Transcript = []smtpcheck.Line{
		{From: smtpcheck.SpeakerNote, Text: "connected to 142.250.102.28 port 587"},
		{From: smtpcheck.SpeakerServer, Text: upToGreeting[2].Detail},
		{From: smtpcheck.SpeakerClient, Text: "EHLO localhost"},
		{From: smtpcheck.SpeakerServer, Text: tryAgainLater.String()},
		{From: smtpcheck.SpeakerNote, Text: "the relay closed the connection"},
	}
	return t
}

func untrusted(a Answers) TestResult {
	return failedTest(a, []smtpcheck.StageResult{
		stage(smtpcheck.StageEHLO, 20, "localhost"), stage(smtpcheck.StageStartTLS, 20, "220 2.0.0 Ready to start TLS"),
		{Stage: smtpcheck.StageTLS, Elapsed: 31 * time.Millisecond, Detail: "the certificate is signed by nobody that this machine trusts"},
	}, &smtpcheck.Failure{Stage: smtpcheck.StageTLS, Err: &smtpcheck.CertificateError{Host: relayHost, Err: x509.UnknownAuthorityError{}}})
}

func writeScenes(t *testing.T, add addScene) {
	a := sceneAnswers()
	a.Port, a.TLS = 465, smtpcheck.TLSImplicit
	tested := func(s *State) { s.Found[LiveTest] = wizard.Finding{Result: passed(s.Answers)} }
	add("write-new", Write, a, planned(t, a, ""), tested)
	old := "# settings\nAPP_URL=https://id.example.com\nTRUST_PROXY=true\n\nSMTP_HOST=smtp-relay.gmail.com\nSMTP_PORT=587\nSMTP_TLS=starttls\nPUID=1000\n"
	add("write-changes", Write, a, planned(t, a, old), tested)
	changed := a
	changed.From = "pocket@example.com"
	add("write-retest", Write, changed, planned(t, changed, old), func(s *State) { s.Found[LiveTest] = wizard.Finding{Result: passed(a)} })
	changed.Mails = "EMAIL_VERIFICATION_ENABLED=true"
	add("mails", Mails, changed, nil, func(s *State) { tested(s); s.Return = Write })
	add("write-whole", Write, a, planned(t, a, old), func(s *State) {
		tested(s)
		s.Inputs = map[wizard.ID]wizard.Input{Write: {"show": "yes"}}
	})
	finished := planned(t, a, string(planned(t, a, old).Env.New))
	finished.Override = FileEdit{}
	add("write-nothing", Write, a, finished, tested)
	add("write-mounted", Write, a, &atomicfile.Error{Stage: "rename", Path: a.EnvFile, Err: atomicfile.ErrMounted}, nil)
	untested := a
	untested.Untested, untested.CloseFile = true, true
	add("write-untested", Write, untested, planned(t, a, old), func(s *State) { s.Found[LiveTest] = wizard.Finding{Result: refused(s.Answers)} })
	outside := planned(t, a, old)
	outside.Request.Via, outside.Printed, outside.SecretPath = between.Msmtpd, true, "/opt/pocket-id/pw"
	outside.Machine = []between.File{{Path: "/etc/msmtprc", Mode: 0o640, Masked: []byte("host a\n")}}
	outside.Refused = []Objection{{ID: "refuses-to-start", Key: "APP_URL", File: "/opt/pocket-id/.env", Line: 2, Text: "That is no URL.", Cure: "Write one."}}
	add("write-refused", Write, a, outside, tested)
	d := planned(t, a, old)
	add("done", Write, a, WriteResult{
		Readers: []string{"pocket-id", "compose"}, Warnings: d.Warnings, Commands: sceneWorld().commands(d),
		Saved: []atomicfile.Saved{
			{Path: "/opt/pocket-id/compose.override.yaml", Created: true},
			{Path: "/opt/pocket-id/.env", Changed: true, Backup: "/opt/pocket-id/.env.20261123T094500Z.bak"},
		},
	}, tested)
}

// planned is the plan for these answers and that file; "" is none yet.
func planned(t *testing.T, a Answers, file string) *FilePlan {
	t.Helper()
	d := &FilePlan{Request: fileRequest(a), Found: inCompose(t)}
	base := []byte(file)
	if file == "" {
		var err error
		if base, err = pocketid.Template(a.version(), a.AppURL, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="); err != nil {
			t.Fatal(err)
		}
	}
	d.Before = atomicfile.Snapshot{Path: a.EnvFile, Exists: file != "", Bytes: []byte(file)}
	casetest.Must(t, sceneWorld().complete(d, base, &asowner.Files{}))
	return d
}
