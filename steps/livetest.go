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
	"smtp-wizard/smtpcheck/deliverability"
	"smtp-wizard/wizard"
)

// livetest has the whole conversation as Pocket ID will have it, and delivers a
// message.
type livetest struct{ world World }

func (livetest) ID() wizard.ID       { return LiveTest }
func (livetest) Name() string        { return "Test" }
func (livetest) Skip(a Answers) bool { return a.Offline }

// testRun is the job of one test.
type testRun struct {
	setup   Setup
	attempt int
}

func (s livetest) Wants(v View) wizard.Job {
	return wizard.Job{Task: "test", For: testRun{setupOf(v.Answers), v.Answers.Attempts[LiveTest]}}
}

// Work takes the names' results and the ports from the pages before.
func (s livetest) Work(ctx context.Context, job wizard.Job, v View, report func(any)) any {
	t := s.world.RunTest(ctx, job.For.(testRun).setup, nil, report)
	t.Identities, _ = result[[]smtpcheck.IdentityResult](v, Identity)
	t.Advice = s.world.advise(t, surveyed(v))
	return t
}

func (s livetest) Page(v View) wizard.Page {
	a, f := v.Answers, v.Found[LiveTest]
	page := wizard.Page{
		Title: "Live test",
		Why:   "Speaking " + SpeakingAs(setupOf(a)) + ", to " + a.Host + ", port " + strconv.Itoa(a.Port) + ".",
	}
	if err := failed(f); err != nil {
		page.Body = []wizard.Block{wizard.Text{Tone: wizard.Bad, Body: sentence(err.Error())}}
		page.Field = []wizard.Field{testField(retryChoice, skipChoice)}
		return page
	}
	t, done := f.Result.(TestResult)
	page.Body = append(page.Body, stageTable(f, t))
	if !done {
		page.Busy = "Testing"
		return page
	}
	if t.Result.Failure == nil {
		page.Gist = wizard.Text{Tone: wizard.Good, Body: "accepted"}
		page.Body = append(page.Body, wizard.Text{Tone: wizard.Good, Label: "Accepted", Body: fmt.Sprintf(
			"The relay took a message for %s. Look for the test %s there, in the spam folder too.", t.Setup.To, t.Token)})
		page.Body = append(page.Body, hintBlocks(t.Hints)...)
		page.Field = []wizard.Field{testField(successChoices(v)...)}
	} else {
		page.Gist = wizard.Text{Tone: wizard.Bad, Body: string(t.Result.Failure.Stage)}
		page.Body = append(page.Body, refusal(t)...)
		page.Field = []wizard.Field{testField(s.refusalChoices(v, t)...)}
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

// stageTable has a row a stage: the result's, or as far as the news go.
func stageTable(f wizard.Finding, t TestResult) wizard.Table {
	table := wizard.Table{}
	for _, r := range t.Result.Stages {
		table.Rows = append(table.Rows, rowOf(toneOf(r.OK), string(r.Stage), r.Detail, millis(r.Elapsed)))
	}
	if t.Result.Stages != nil {
		return table
	}
	for _, e := range reported[smtpcheck.Event](f) {
		row := rowOf(wizard.Busy, string(e.Stage), e.Detail, "")
		if e.State != smtpcheck.StageBegan {
			row = rowOf(toneOf(e.State == smtpcheck.StagePassed), string(e.Stage), e.Detail, millis(e.Elapsed))
		}
		if n := len(table.Rows); n > 0 && table.Rows[n-1].Cells[0] == string(e.Stage) && table.Rows[n-1].Tone == wizard.Busy {
			table.Rows = table.Rows[:n-1]
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

func toneOf(ok bool) wizard.Tone {
	if ok {
		return wizard.Good
	}
	return wizard.Bad
}

// refusal is what was said, why, and what to do.
func refusal(t TestResult) []wizard.Block {
	fix := t.Diagnosis.Fix
	if best, ok := betterPort(t); ok {
		fix = best.Title + ". " + best.Why
	}
	return []wizard.Block{
		wizard.Text{Label: "It said", Body: t.Result.Failure.Error()},
		wizard.Text{Label: "Why", Body: t.Diagnosis.Cause},
		wizard.Text{Label: "Do this", Body: fix, Tone: wizard.Warn},
	}
}

// hintBlocks shows what to do first, then what is not known; what is in order
// takes one line.
func hintBlocks(hints []deliverability.Hint) []wizard.Block {
	var advice, rest []wizard.Block
	var good []string
	for _, h := range hints {
		switch h.Level {
		case deliverability.Advice:
			advice = append(advice, wizard.Text{Tone: wizard.Warn, Label: "Advice", Body: h.Text})
		case deliverability.Good:
			good = append(good, strings.ReplaceAll(strings.ToUpper(h.ID), "-", " "))
		default:
			rest = append(rest, wizard.Text{Tone: wizard.Quiet, Label: "DNS", Body: h.Text})
		}
	}
	if len(good) > 0 {
		rest = append(rest, wizard.Text{Tone: wizard.Quiet, Label: "DNS",
			Body: "All good: " + strings.Join(good, ", ") + "."})
	}
	return append(advice, rest...)
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

// betterPort is the port on which the relay accepts the same name, if the name is
// what was refused.
func betterPort(t TestResult) (pocketid.Option, bool) {
	for _, o := range t.Advice {
		if o.ID == "endpoint" && t.Diagnosis.Step == diagnosis.StepIdentity {
			return o, true
		}
	}
	return pocketid.Option{}, false
}

// greetsOnceOnly reports whether the refused name is one that this version says
// before STARTTLS alone, so that no hostname helps but implicit TLS does.
func greetsOnceOnly(t TestResult) bool {
	s := t.Setup
	implicit := pocketid.SpeechOf(s.As, smtpcheck.TLSImplicit, s.Hostname).Names.First
	return t.Diagnosis.Step == diagnosis.StepIdentity && t.Result.Failure.Stage == smtpcheck.StageEHLO &&
		s.TLS == smtpcheck.TLSStartTLS && t.Speech.Names.First == "localhost" && implicit != "localhost"
}

// The choices of the page, by value.
const (
	actGoOn       = "go-on"
	actFix        = "fix"
	actBetter     = "better"
	actIdeal      = "as-none"
	actShow       = "show"
	actRetry      = "retry"
	actSkip       = "skip"
	actSkipVerify = "skip-verify"
	actPort       = "port"
)

var (
	retryChoice = choice(actRetry, "Try again")
	skipChoice  = choice(actSkip, "Continue without a delivered message")
)

// skipVerifyChoice gives up the check of the certificate, in so many words.
var skipVerifyChoice = wizard.Choice{Value: actSkipVerify, Cells: []string{"Skip the certificate check and test again"},
	Note: "This sets SMTP_SKIP_CERT_VERIFY=true: anyone between Pocket ID and the relay can then read the password " +
		"and every mail. Only for a relay on this machine or in a network of your own."}

func testField(choices ...wizard.Choice) wizard.Field {
	return nextField("What to do next. All answers are kept, whatever you choose.", choices...)
}

func successChoices(v View) []wizard.Choice {
	list := []wizard.Choice{choice(actGoOn, "Continue")}
	if v.Answers.TestAs != "" {
		list = append(list, choice(actIdeal, "Test again as Pocket ID speaks"))
	}
	return append(list, showChoice(v), choice(actRetry, "Send another message"))
}

func showChoice(v View) wizard.Choice {
	if v.Input["show"] != "" {
		return choice(actShow, "Hide the conversation")
	}
	return choice(actShow, "Show the conversation")
}

// refusalChoices begins with the way to the cure, so that Enter alone takes it;
// where time or somebody else has to cure it, with another try.
func (s livetest) refusalChoices(v View, t TestResult) []wizard.Choice {
	if v.Answers.Unattended {
		return []wizard.Choice{choice(actFix, "Say what to change")}
	}
	var list []wizard.Choice
	add := func(when bool, c wizard.Choice) {
		if when {
			list = append(list, c)
		}
	}
	d := t.Diagnosis
	var untrusted *smtpcheck.CertificateError
	var unknownCA x509.UnknownAuthorityError
	retryFirst := d.WaitHelps || errors.As(t.Result.Failure, &unknownCA)
	add(retryFirst, retryChoice)
	if best, ok := betterPort(t); ok {
		add(true, choice(actBetter, best.Title+", and test again"))
	} else {
		add(greetsOnceOnly(t), choice(actPort, "Change the port and the TLS mode"))
	}
	if d.Step != diagnosis.StepNone {
		add(true, choice(actFix, "Change "+s.world.answerName(v, wizard.ID(d.Step), d.Field)))
	}
	add(errors.As(t.Result.Failure, &untrusted), skipVerifyChoice)
	add(true, showChoice(v))
	add(!retryFirst, retryChoice)
	add(t.Speech.Names.First == "localhost" && v.Answers.Hostname != "localhost" && d.Step == diagnosis.StepIdentity,
		choice(actIdeal, "Test as "+v.Answers.Hostname+", to check everything else"))
	return append(list, skipChoice)
}

func (s livetest) Take(v View) Intent {
	a := v.Answers
	t, _ := v.Found[LiveTest].Result.(TestResult)
	switch v.Input["action"] {
	case actGoOn:
		if t.Result.Failure != nil || t.Result.Stages == nil {
			return wizard.Stay(a, errorAt("action", "The test has not passed."))
		}
		a.Untested = false
		return wizard.Next(a)
	case actSkip:
		a.Untested = true
		return wizard.Next(a)
	case actRetry:
		return stay(a.again(LiveTest))
	case actSkipVerify:
		a.SkipVerify = true
		return stay(a)
	case actIdeal:
		a.TestAs = toggle(a.TestAs)
		return stay(a)
	case actShow:
		return wizard.Correct(a, wizard.Input{"show": toggle(v.Input["show"]), "action": ""}, wizard.Fault{})
	case actPort:
		return wizard.Goto(a, Relay, cureAt("port", t))
	case actBetter:
		best, _ := betterPort(t)
		a.Port, a.TLS = best.Port, best.TLS
		return stay(a)
	}
	return toCure(a, t)
}

func cureAt(field string, t TestResult) wizard.Fault {
	return wizard.Fault{Field: field, Tone: wizard.Bad, Text: sentence(t.Result.Failure.Error()) + " " + t.Diagnosis.Fix}
}

// toCure goes to the answer to change, or says on the spot that no answer here
// can help.
func toCure(a Answers, t TestResult) Intent {
	if t.Result.Failure == nil || t.Diagnosis == nil {
		return stay(a)
	}
	if t.Diagnosis.Step == diagnosis.StepNone {
		return wizard.Stay(a, cureAt("action", t))
	}
	field := t.Diagnosis.Field
	if field == "user" || field == "password" {
		field = loginCure(t, field)
	}
	return wizard.Goto(a, wizard.ID(t.Diagnosis.Step), cureAt(field, t))
}

// loginCure is the field to change where a login failed. With a password alone,
// it is the user that is missing if the relay looked at the login, else the
// password that is too much.
func loginCure(t TestResult, field string) string {
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
