package steps

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"smtp-wizard/diagnosis"
	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// livetest has the whole conversation as Pocket ID will have it, and delivers a
// message.
type livetest struct{ world World }

func (livetest) ID() wizard.ID       { return LiveTest }
func (livetest) Name() string        { return "Test" }
func (livetest) Skip(a Answers) bool { return a.Offline }

// attempt is the job of one test. The number makes "try again" a new one.
type attempt struct {
	setup  Setup
	number int
}

func (s livetest) Wants(v View) wizard.Job {
	return wizard.Job{Task: "test", For: attempt{s.world.setup(v.Answers), v.Answers.Retries}}
}

func (s livetest) Work(ctx context.Context, job wizard.Job, v View, report func(any)) any {
	setup := job.For.(attempt).setup
	t := s.world.Try(ctx, setup, nil, report)
	t.Verdicts, _ = result[[]smtpcheck.IdentityResult](v, Identity)
	t.Advice = s.world.advise(setup, t.Verdicts, surveyed(v))
	return t
}

func (s livetest) Page(v View) wizard.Page {
	a, f := v.Answers, v.Found[LiveTest]
	setup := s.world.setup(a)
	page := wizard.Page{
		Title: "Live test",
		Why:   "Speaking " + SpeakingAs(setup) + ", to " + a.Host + ", port " + strconv.Itoa(a.Port) + ".",
	}
	if err := failed(f); err != nil {
		page.Body = []wizard.Block{wizard.Text{Tone: wizard.Bad, Body: sentence(err.Error())}}
		page.Field = []wizard.Field{actionField([]wizard.Choice{retryChoice, skipChoice})}
		return page
	}
	t, done := f.Result.(Trial)
	page.Body = append(page.Body, stageTable(f, t))
	if !done {
		page.Busy = "Testing"
		return page
	}
	if t.Result.Failure == nil {
		page.Gist = wizard.Text{Tone: wizard.Good, Body: "accepted"}
		page.Body = append(page.Body, delivered(t))
		page.Body = append(page.Body, hintBlocks(t.Hints)...)
		page.Field = []wizard.Field{actionField(successChoices(v))}
	} else {
		page.Gist = wizard.Text{Tone: wizard.Bad, Body: string(t.Result.Failure.Stage)}
		page.Body = append(page.Body, refusal(t)...)
		page.Field = []wizard.Field{actionField(refusalChoices(v, t))}
	}
	if v.Input["show"] != "" {
		page.Body = append(page.Body, conversation(t.Result.Transcript))
	}
	return page
}

// SpeakingAs says in words whose conversation a test has.
func SpeakingAs(s Setup) string {
	if s.As.IsNone() {
		return "as " + s.Hostname + " everywhere, which is not how Pocket ID speaks"
	}
	text := "as Pocket ID " + s.As.String() + " does"
	if !pocketid.SpeechOf(s.As, s.TLS, s.Hostname).Proven {
		text += ", as far as is known"
	}
	return text
}

func stageTable(f wizard.Finding, t Trial) wizard.Table {
	table := wizard.Table{}
	if stages := t.Result.Stages; stages != nil {
		for _, st := range stages {
			table.Rows = append(table.Rows, stageRow(st.Stage, toneOf(st.OK), st.Detail, millis(st.Elapsed)))
		}
		return table
	}
	for _, news := range f.News {
		e, ok := news.(smtpcheck.Event)
		if !ok {
			continue
		}
		row := stageRow(e.Stage, wizard.Busy, e.Detail, "")
		if e.State != smtpcheck.StageBegan {
			row = stageRow(e.Stage, toneOf(e.State == smtpcheck.StagePassed), e.Detail, millis(e.Elapsed))
		}
		if n := len(table.Rows); n > 0 && table.Rows[n-1].Cells[0] == string(e.Stage) && table.Rows[n-1].Tone == wizard.Busy {
			table.Rows[n-1] = row
		} else {
			table.Rows = append(table.Rows, row)
		}
	}
	return table
}

func stageRow(stage smtpcheck.Stage, tone wizard.Tone, detail, took string) wizard.Row {
	return wizard.Row{Tone: tone, Cells: []string{string(stage), detail, took}}
}

func toneOf(ok bool) wizard.Tone {
	if ok {
		return wizard.Good
	}
	return wizard.Bad
}

func delivered(t Trial) wizard.Block {
	return wizard.Text{Tone: wizard.Good, Label: "Accepted", Body: fmt.Sprintf(
		"The relay took a message for %s. Look for the test %s there, in the spam folder too.",
		t.Setup.To, t.Token)}
}

// refusal is what was said, why, and what to do.
func refusal(t Trial) []wizard.Block {
	said := t.Result.Failure.Error()
	blocks := []wizard.Block{
		wizard.Text{Label: "It said", Body: said},
		wizard.Text{Label: "Why", Body: t.Diagnosis.Cause},
	}
	fix := t.Diagnosis.Fix
	if best, ok := better(t); ok {
		fix = best.Title + ". " + best.Why
	}
	return append(blocks, wizard.Text{Label: "Do this", Body: fix, Tone: wizard.Warn})
}

func conversation(lines []smtpcheck.Line) wizard.Block {
	v := wizard.Verbatim{}
	for _, l := range lines {
		tone := wizard.Plain
		if l.From == smtpcheck.SpeakerNote {
			tone = wizard.Quiet
		}
		v.Lines = append(v.Lines, wizard.VerbatimLine{Tone: tone, Text: l.String()})
	}
	return v
}

// better is the port on which the relay takes the same name, if the name is what
// was refused.
func better(t Trial) (pocketid.Option, bool) {
	if string(t.Diagnosis.Step) != string(Identity) {
		return pocketid.Option{}, false
	}
	for _, o := range t.Advice {
		if o.ID == "endpoint" {
			return o, true
		}
	}
	return pocketid.Option{}, false
}

// greetsOnceOnly reports whether the refused name is one that this version says
// before STARTTLS alone, so that no hostname helps but implicit TLS does.
func greetsOnceOnly(t Trial) bool {
	s := t.Setup
	implicit := pocketid.SpeechOf(s.As, smtpcheck.TLSImplicit, s.Hostname).Names.First
	return t.Diagnosis.Step == diagnosis.StepIdentity && t.Result.Failure.Stage == smtpcheck.StageEHLO &&
		s.TLS == smtpcheck.TLSStartTLS && t.Speech.Names.First == "localhost" && implicit != "localhost"
}

// The choices of the page, by value.
const (
	actGoOn   = "go-on"
	actFix    = "fix"
	actBetter = "better"
	actOwn    = "as-none"
	actShow   = "show"
	actRetry  = "retry"
	actSkip   = "skip"
	actTrust  = "skip-verify"
	actPort   = "port"
)

var (
	retryChoice = wizard.Choice{Value: actRetry, Cells: []string{"Try again as it is"}}
	skipChoice  = wizard.Choice{Value: actSkip, Cells: []string{"Go on without a delivered message"}}
)

// trustChoice gives up the check of the certificate, in so many words.
var trustChoice = wizard.Choice{Value: actTrust, Cells: []string{"Do not check the certificate, and test again"},
	Note: "This sets SMTP_SKIP_CERT_VERIFY=true: whoever sits between Pocket ID and the relay can then read the password and every mail. For a relay on this machine or in a network of your own only."}

func actionField(choices []wizard.Choice) wizard.Field {
	return wizard.Field{
		Name: "action", Label: "Next", Kind: wizard.ChoiceField, Default: choices[0].Value, Choices: choices,
		Help: wizard.Help{What: "What to do about the outcome. All answers are kept, whatever you choose."},
	}
}

func successChoices(v View) []wizard.Choice {
	list := []wizard.Choice{{Value: actGoOn, Cells: []string{"Go on"}}}
	if v.Answers.TestAs != "" {
		list = append(list, wizard.Choice{Value: actOwn, Cells: []string{"Test again as Pocket ID speaks"}})
	}
	return append(list, showChoice(v), wizard.Choice{Value: actRetry, Cells: []string{"Send another message"}})
}

func showChoice(v View) wizard.Choice {
	if v.Input["show"] != "" {
		return wizard.Choice{Value: actShow, Cells: []string{"Hide the conversation"}}
	}
	return wizard.Choice{Value: actShow, Cells: []string{"Show the conversation"}}
}

// refusalChoices begins with the way to the cure, so that Enter alone takes it.
func refusalChoices(v View, t Trial) []wizard.Choice {
	if v.Answers.Unattended {
		return []wizard.Choice{{Value: actFix, Cells: []string{"Say what to change"}}}
	}
	var list []wizard.Choice
	d := t.Diagnosis
	if best, ok := better(t); ok {
		list = append(list, wizard.Choice{Value: actBetter, Cells: []string{best.Title + ", and test again"}})
	} else if greetsOnceOnly(t) {
		list = append(list, wizard.Choice{Value: actPort, Cells: []string{"Change the port and the TLS mode"}})
	}
	if d.Step != diagnosis.StepNone {
		list = append(list, wizard.Choice{Value: actFix, Cells: []string{"Change " + fieldWords(wizard.ID(d.Step), d.Field)}})
	}
	again := retryChoice
	if d.WaitHelps {
		list = append([]wizard.Choice{again}, list...)
	}
	var untrusted *smtpcheck.CertificateError
	var unknownCA x509.UnknownAuthorityError
	if errors.As(t.Result.Failure, &untrusted) {
		list = append(list, trustChoice)
	}
	outside := errors.As(t.Result.Failure, &unknownCA) // what there is to do is not done here
	if outside {
		list = append([]wizard.Choice{again}, list...)
	}
	list = append(list, showChoice(v))
	if !d.WaitHelps && !outside {
		list = append(list, again)
	}
	if t.Speech.Names.First == "localhost" && v.Answers.Hostname != "localhost" && d.Step == diagnosis.StepIdentity {
		list = append(list, wizard.Choice{Value: actOwn, Cells: []string{"Test as " + v.Answers.Hostname + ", to prove the rest"}})
	}
	return append(list, skipChoice)
}

// fieldWords names the answer to change, as its page does.
func fieldWords(step wizard.ID, field string) string {
	words := map[string]string{
		"env_file": "the .env", "runs": "how Pocket ID runs", "version": "the version", "app_url": "APP_URL",
		"preset": "the provider", "host": "the host", "port": "the port", "tls": "the TLS mode",
		"from": "the sender", "user": "the user", "password": "the password", "to": "the recipient",
		"hostname": "the identity",
	}
	if w, ok := words[field]; ok {
		return w
	}
	return "the answers of the page " + strings.ToUpper(string(step[:1])) + string(step[1:])
}

func (s livetest) Take(v View) Intent {
	a := v.Answers
	t, _ := v.Found[LiveTest].Result.(Trial)
	switch v.Input["action"] {
	case actGoOn:
		if t.Result.Failure != nil || t.Result.Stages == nil {
			return wizard.Stay(a, wizard.Fault{Field: "action", Tone: wizard.Bad, Text: "The test has not passed."})
		}
		a.Untested = false
		return wizard.Next(a)
	case actSkip:
		a.Untested = true
		return wizard.Next(a)
	case actRetry:
		a.Retries++
		return wizard.Stay(a, wizard.Fault{})
	case actTrust:
		a.SkipVerify = true
		return wizard.Stay(a, wizard.Fault{})
	case actOwn:
		a.TestAs = toggle(a.TestAs)
		return wizard.Stay(a, wizard.Fault{})
	case actShow:
		return wizard.Correct(a, wizard.Input{"show": toggle(v.Input["show"]), "action": ""}, wizard.Fault{})
	case actPort:
		return wizard.Goto(a, Relay, wizard.Fault{Field: "port", Tone: wizard.Bad,
			Text: sentence(t.Result.Failure.Error()) + " " + t.Diagnosis.Fix})
	case actBetter:
		best, _ := better(t)
		a.Port, a.TLS = best.Port, best.TLS
		return wizard.Stay(a, wizard.Fault{})
	}
	return toCure(a, t)
}

// toCure goes to the answer to change, or says on the spot that no answer here
// can help.
func toCure(a Answers, t Trial) Intent {
	if t.Result.Failure == nil || t.Diagnosis == nil {
		return wizard.Stay(a, wizard.Fault{})
	}
	fault := wizard.Fault{Field: t.Diagnosis.Field, Tone: wizard.Bad, Text: sentence(t.Result.Failure.Error()) + " " + t.Diagnosis.Fix}
	if fault.Field == "user" || fault.Field == "password" {
		fault.Field = loginCure(t, fault.Field)
	}
	if t.Diagnosis.Step == diagnosis.StepNone {
		fault.Field = "action"
		return wizard.Stay(a, fault)
	}
	return wizard.Goto(a, wizard.ID(t.Diagnosis.Step), fault)
}

// loginCure is the field to change where a login failed. With a password alone,
// it is the user that is missing if the relay looked at the login, else the
// password that is too much.
func loginCure(t Trial, field string) string {
	if t.Setup.User != "" || t.Setup.Password.Empty() {
		return field
	}
	if reply := t.Result.Failure.Reply; reply != nil && reply.Code == 535 {
		return "user"
	}
	return "login"
}

// toggle switches "as none" and "show" on and off.
func toggle(is string) string {
	if is == "" {
		return "none"
	}
	return ""
}
