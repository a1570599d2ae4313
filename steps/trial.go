package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"smtp-wizard/diagnosis"
	"smtp-wizard/pocketid"
	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
)

// Setup is all that a test of mail settings depends on. It is comparable, so it
// names the work of testing it.
type Setup struct {
	Preset string // id, for the diagnosis
	smtpcheck.Settings

	// As is the version of Pocket ID to speak as.
	As pocketid.Version
	// Hostname is what os.Hostname() will return to Pocket ID.
	Hostname string
	Runtime  pocketid.Runtime
	NoSend   bool // stop after RCPT
}

// Trial is what a test found.
type Trial struct {
	Setup    Setup
	Speech   pocketid.Speech
	Result   smtpcheck.Result
	Verdicts []smtpcheck.IdentityResult
	// Diagnosis explains Result.Failure; nil when there is none.
	Diagnosis *diagnosis.Diagnosis
	Advice    []pocketid.Option
	Token     string // of the message, to compare with what arrives
	// Hints are how receivers will judge the mail; only where the relay took it.
	Hints []deliverability.Hint
}

// Plan is the conversation that Pocket ID will have with these settings.
func (w World) Plan(s Setup) (smtpcheck.Plan, pocketid.Speech) {
	speech := pocketid.SpeechOf(s.As, s.TLS, s.Hostname)
	plan := smtpcheck.Plan{
		Settings: s.Settings,
		Client: smtpcheck.Client{
			Names:         speech.Names,
			Auth:          speech.Auth,
			PlainNeedsTLS: speech.PlainNeedsTLS,
			Body8Bit:      speech.Body8Bit,
			HELOFallback:  speech.HELOFallback,
		},
		RootCAs: w.RootCAs,
		Limits:  w.Limits,
		Net:     w.Net,
	}
	if s.NoSend {
		plan.StopAfter = smtpcheck.StageRcpt
	}
	return plan, speech
}

// Try has the conversation, and beside it one with each of names as the
// identity. News are smtpcheck.Event and smtpcheck.IdentityResult values.
func (w World) Try(ctx context.Context, s Setup, names []string, report func(any)) Trial {
	plan, speech := w.Plan(s)
	t := Trial{Setup: s, Speech: speech}
	if speech.Broken != "" {
		return w.failed(t, smtpcheck.StageEHLO, fmt.Errorf("version %s of Pocket ID fails by itself here, whatever the relay says: %s", s.As, speech.Broken))
	}
	if !s.NoSend {
		t.Token = w.Token()
		message, err := s.message(t.Token, plan.Names, w.Now())
		if err != nil {
			return w.failed(t, smtpcheck.StageMail, err)
		}
		plan.Message = message
	}
	// The gate lets one session log in first: a wrong password is tried but once.
	plan.Gate = smtpcheck.NewGate(smtpcheck.MaxSessions)
	hints := w.consult(ctx, s)
	var side sync.WaitGroup
	if len(names) > 0 {
		side.Go(func() {
			t.Verdicts = smtpcheck.Identities(ctx, plan, names, func(v smtpcheck.IdentityResult) { report(v) })
		})
	}
	t.Result = smtpcheck.Run(ctx, plan, func(e smtpcheck.Event) { report(e) })
	side.Wait()
	t.Hints = hints(t.Result.Failure == nil)
	if t.Result.Failure != nil {
		t.Diagnosis = w.diagnose(t.Result.Failure, s, t.Result.Announced)
	}
	t.Advice = w.advise(s, t.Verdicts, w.elsewhere(ctx, t))
	return t
}

// elsewhere looks for the port with implicit TLS, on which Pocket ID greets but
// once, where the name was refused at a relay that no preset knows.
func (w World) elsewhere(ctx context.Context, t Trial) []pocketid.Endpoint {
	s := t.Setup
	_, known := presets.ByID(s.Preset)
	if t.Diagnosis == nil || t.Diagnosis.Step != diagnosis.StepIdentity || s.Port == 465 || known && s.Preset != Custom {
		return nil
	}
	options := smtpcheck.PortOptions{Names: []string{s.Hostname}, RootCAs: w.RootCAs, Limits: w.Limits, Net: w.Net}
	for _, p := range smtpcheck.Ports(ctx, s.Host, []int{465}, options, nil) {
		if p.TLS == smtpcheck.TLSImplicit {
			return []pocketid.Endpoint{{Port: p.Port, TLS: p.TLS}}
		}
	}
	return nil
}

// Identities tries each name in a session of its own. No message is sent.
func (w World) Identities(ctx context.Context, s Setup, names []string, report func(any)) []smtpcheck.IdentityResult {
	plan, _ := w.Plan(s)
	return smtpcheck.Identities(ctx, plan, names, func(v smtpcheck.IdentityResult) { report(v) })
}

// situation is what was tried, for the diagnosis.
func (s Setup) situation(announced []string) diagnosis.Situation {
	return diagnosis.Situation{
		Provider: s.Preset, Settings: s.Settings, Names: announced, SpeaksAs: s.As,
	}
}

// message is the mail that is delivered.
func (s Setup) message(token string, names smtpcheck.Names, now time.Time) ([]byte, error) {
	identity := names.First
	if s.TLS == smtpcheck.TLSStartTLS {
		identity = names.AfterTLS
	}
	return smtpcheck.TestMail{
		From: s.From, To: s.To, Host: s.Host, Identity: identity, Token: token, Time: now,
	}.Bytes()
}

// failed is a test that could not begin.
func (w World) failed(t Trial, stage smtpcheck.Stage, err error) Trial {
	t.Result.Failure = &smtpcheck.Failure{Stage: stage, Err: err}
	t.Diagnosis = w.diagnose(t.Result.Failure, t.Setup, nil)
	return t
}

// diagnose explains a failure. A cure at the port that names the usual ones is
// followed by the provider's own where those are others.
func (w World) diagnose(f *smtpcheck.Failure, s Setup, announced []string) *diagnosis.Diagnosis {
	d := diagnosis.FromFailure(f, s.situation(announced))
	p, known := w.preset(s.Preset)
	ports := p.Ports()
	if known && p.ID != Custom && len(ports) > 0 && (d.Field == "port" || d.Field == "tls") &&
		!(slices.Contains(ports, 465) && slices.Contains(ports, 587)) {
		d.Fix += " " + p.Name + " is reached on " + endpointWords(p.Endpoints) + "."
	}
	return &d
}

// endpointWords names endpoints, as "port 587 with starttls or port 465 with tls".
func endpointWords(list []presets.Endpoint) string {
	words := make([]string, len(list))
	for i, e := range list {
		words[i] = fmt.Sprintf("port %d with %s", e.Port, e.TLS)
		if e.TLS == string(smtpcheck.TLSNone) {
			words[i] = fmt.Sprintf("port %d without TLS", e.Port)
		}
	}
	return strings.Join(words, " or ")
}

// advise says which settings the relay would take, given its verdicts.
func (w World) advise(s Setup, said []smtpcheck.IdentityResult, found []pocketid.Endpoint) []pocketid.Option {
	if len(said) == 0 {
		return nil
	}
	return pocketid.Advise(w.situation(s, said, found))
}
