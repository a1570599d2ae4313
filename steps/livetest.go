package steps

import (
	"context"
	"errors"
	"fmt"
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

// Mark says in the list of steps what the test claims.
func (livetest) Mark(v View) wizard.Tone { return verdictGist(v).Tone }

// testRun is the job of one test.
type testRun struct {
	setup   Setup
	attempt int
}

func (s livetest) Wants(v View) wizard.Job {
	return wizard.Job{Task: "test", For: testRun{SetupOf(v.Answers), v.Answers.Attempts[LiveTest]}}
}

// Work takes the names' results and the ports from the pages before.
func (s livetest) Work(ctx context.Context, job wizard.Job, v View, report func(any)) any {
	setup := job.For.(testRun).setup
	if o, stops := discovered(v).inside(setup); stops {
		return NotSent(setup, []Objection{o})
	}
	endAlternative := s.world.tryAlternative(ctx, setup)
	t := s.world.RunTest(ctx, setup, nil, report)
	t.alternative = endAlternative(t.Diagnosis != nil && t.Diagnosis.Step == diagnosis.StepIdentity)
	t.Identities, _ = result[[]smtpcheck.IdentityResult](v, Identity)
	t.Advice = s.world.advise(t, surveyed(v))
	return t
}

func (s livetest) Page(v View) wizard.Page {
	a, f := v.Answers, v.Found[LiveTest]
	page := wizard.Page{
		Title: "Live test",
		Why:   fmt.Sprintf("Talking to %s, port %d, %s.", a.Host, a.Port, SetupOf(a).Manner()),
	}
	t, done := f.Result.(TestResult)
	page.Body = append(page.Body, stageTable(f, t))
	if !done {
		page.Busy, page.Skip = "Testing", true
		return page
	}
	var choices []wizard.Choice
	if t.nothingRefused() {
		page.Gist, page.Onward = verdictGist(v), t.Result.Failure == nil && a.TestAs == "" && s.asksArrival(a, t)
		page.Body = append(page.Body, verdictBlock(v))
		switch {
		case t.Result.Accepted:
			page.Body = append(page.Body, wizard.Text{Label: "Inbox", Body: fmt.Sprintf(
				"Look for the test %s in the mailbox of %s, in the spam folder too.", t.Token, t.Setup.To)})
		case t.Setup.NoSend:
			page.Body = append(page.Body, wizard.Text{Tone: wizard.Warn, Label: "Not sent", Body: "The relay accepted sender and recipient. " +
				"Without an inbox to look in, no message was sent, so nothing is proven of it."})
		}
		if t.Result.Failure != nil {
			page.Body = append(page.Body, wizard.Text{Tone: wizard.Warn, Label: "But", Body: "Pocket ID reports an error: " +
				pocketid.QuitError(t.Result.Failure) + ". " + t.Diagnosis.Cause + " " + t.Diagnosis.Fix})
		}
		page.Body = append(page.Body, hintBlocks(t.Hints)...)
		choices = successChoices(v)
	} else {
		page.Gist = wizard.Text{Tone: wizard.Bad, Body: string(t.Result.Failure.Stage)}
		page.Body = append(page.Body, refusal(t)...)
		choices = s.refusalChoices(v, t)
	}
	page.Field = []wizard.Field{nextField("What to do next. All answers are kept, whatever you choose.", choices...)}
	if v.Input["show"] != "" {
		page.Body = append(page.Body, conversation(t.Result.Transcript))
	}
	return page
}

// asksArrival reports whether the page after a test asks for its message.
func (s livetest) asksArrival(a Answers, t TestResult) bool {
	a.Untested, a.Unsent = false, !t.Result.Accepted
	return !arrival(s).Skip(a)
}

// Speaker is a version in words.
func Speaker(v pocketid.Version) string {
	switch {
	case v == pocketid.InBetween:
		return v.String()
	case v.IsNone():
		return "any client"
	}
	return "Pocket ID " + v.String()
}

// Manner says in words whose conversation a test has.
func (s Setup) Manner() string {
	switch {
	case s.Via != "":
		return "as " + s.Via.Title() + " will, announcing " + s.Hostname
	case s.As.IsNone():
		return "always announcing " + s.Hostname + ", which Pocket ID does not"
	case s.Heard != (Heard{}):
		return "as this Pocket ID was heard to"
	case s.speech().Proven:
		return "as Pocket ID " + s.As.String() + " does"
	}
	return "as Pocket ID " + s.As.String() + " does, as far as is known"
}

// stageTable has a row a stage: the result's, or as far as the news go. Those that
// passed before the last one fold into one row: always where that was refused, whose
// words stand below.
func stageTable(f wizard.Finding, t TestResult) wizard.Table {
	table := wizard.Table{}
	for _, r := range t.Result.Stages {
		row := rowOf(toneOf(r.OK), string(r.Stage), r.Detail, millis(r.Elapsed))
		if failure := t.Result.Failure; !r.OK && !t.nothingRefused() {
			row.Cells = []string{strings.TrimSuffix(string(r.Stage)+": "+failure.Doing, ": "), millis(r.Elapsed)}
		}
		table.Rows = append(table.Rows, row)
	}
	if n := len(table.Rows) - 1; n > 0 {
		table.Brief = []wizard.Row{passedRow(t.Result.Stages[:n]), table.Rows[n]}
		if !t.nothingRefused() {
			return wizard.Table{Rows: table.Brief}
		}
	}
	if t.Result.Stages != nil {
		return table
	}
	events := reported[smtpcheck.Event](f)
	for i, e := range events {
		if e.State != smtpcheck.StageBegan {
			tone := toneOf(e.State == smtpcheck.StagePassed)
			table.Rows = append(table.Rows, rowOf(tone, string(e.Stage), e.Detail, millis(e.Elapsed)))
		} else if i == len(events)-1 {
			detail := e.Detail
			if e.Limit > 0 {
				detail = strings.TrimPrefix(detail+"; waiting up to "+smtpcheck.Seconds(e.Limit), "; ")
			}
			table.Rows = append(table.Rows, rowOf(wizard.Busy, string(e.Stage), detail, ""))
		}
	}
	return table
}

// passedRow names stages that went well.
func passedRow(stages []smtpcheck.StageResult) wizard.Row {
	var passed []string
	for _, r := range stages {
		passed = append(passed, string(r.Stage))
	}
	return rowOf(wizard.Good, strings.Join(passed, ", "))
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
		errorBlock(t.Result.Failure),
		wizard.Text{Label: "Why", Body: t.Diagnosis.Cause},
		wizard.Text{Label: "Do this", Body: fix, Tone: wizard.Warn},
	}
}

// errorBlock is what the relay answered, else what went wrong.
func errorBlock(f *smtpcheck.Failure) wizard.Text {
	if f.Reply != nil && f.Err == nil {
		return wizard.Text{Label: "It said", Body: f.Reply.String()}
	}
	return wizard.Text{Label: "Error", Body: sentence(f.Error())}
}

// hintBlocks are what receivers will think of the mail.
func hintBlocks(hints []deliverability.Hint) []wizard.Block {
	var blocks []wizard.Block
	for _, h := range hints {
		block := wizard.Text{Tone: wizard.Quiet, Label: "DNS", Body: h.Text}
		if h.Level == deliverability.Advice {
			block.Tone, block.Label = wizard.Warn, "Advice"
		}
		blocks = append(blocks, block)
	}
	return blocks
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

// Verdict is the most that a test may claim. It is made here alone, of what was
// proved; every face says the same one.
type Verdict string

// The verdicts.
const (
	VerdictArrived     Verdict = "arrived"
	VerdictAccepted    Verdict = "accepted"
	VerdictProbably    Verdict = "probably"
	VerdictOtherwise   Verdict = "not as Pocket ID speaks"
	VerdictNotAccepted Verdict = "not accepted"
	VerdictNotTested   Verdict = "not tested"
)

// verdicts are what each one comes to: in a sentence, and in a message before it
// is known whether it arrives.
var verdicts = map[Verdict]struct {
	words, ifArrives string
	tone             wizard.Tone
}{
	VerdictArrived: {words: "the message was found in the mailbox", tone: wizard.Good},
	VerdictAccepted: {"the relay took a message from a client that speaks exactly as this Pocket ID does",
		"mail from Pocket ID arrives with these settings: this test was sent exactly as that version sends.", wizard.Good},
	VerdictProbably: {"the relay took a message from a client that speaks as this Pocket ID most likely does",
		"mail from Pocket ID probably arrives with these settings: this test was sent as that version most likely sends.",
		wizard.Good},
	VerdictOtherwise: {"the relay took a message, but not one sent as Pocket ID sends; the rest is proven",
		"all else works, but Pocket ID does not speak to the relay as this test did.", wizard.Warn},
	VerdictNotAccepted: {words: "the relay took no message", tone: wizard.Bad},
	probablyBetween: {"the relay took a message from a client that speaks as the relay in between most likely does",
		"mail from Pocket ID probably arrives once the relay in between is installed: this test was sent as it most likely sends.",
		wizard.Good},
	probablyBeside: {"the relay took a message from this machine's own address in the container's network; Pocket ID has another address there",
		"mail from Pocket ID probably arrives with these settings: the relay took this one from the machine's own address in the container's network.",
		wizard.Good},
	VerdictNotTested: {words: "no message was sent", tone: wizard.Warn},
}

// The words of VerdictProbably where a relay in between speaks, and where the test came
// from another address than Pocket ID's.
const (
	probablyBetween Verdict = "probably, in between"
	probablyBeside  Verdict = "probably, from beside"
)

// explained is the verdict whose words explain one of this test.
func (t TestResult) explained(v Verdict) Verdict {
	switch {
	case v == VerdictProbably && t.Setup.Speaks() == pocketid.InBetween:
		return probablyBetween
	case v == VerdictProbably && t.beside && t.Speech.Proven:
		return probablyBeside
	}
	return v
}

// Words explain the verdict of the test.
func (t TestResult) Words() string { return verdicts[t.explained(t.Verdict())].words }

// most is what may be claimed once the relay takes the message of this test.
func (t TestResult) most() Verdict {
	switch {
	case t.Setup.As.IsNone():
		return VerdictOtherwise
	case !t.Speech.Proven || t.beside:
		return VerdictProbably
	}
	return VerdictAccepted
}

// Verdict is the most that this test may claim.
func (t TestResult) Verdict() Verdict {
	f := t.Result.Failure
	switch {
	case f == nil && !t.Result.Accepted, f != nil && f.Stage == smtpcheck.StageSettings,
		f != nil && !t.Result.Accepted && errors.Is(f, context.Canceled):
		return VerdictNotTested
	case !t.Result.Accepted:
		return VerdictNotAccepted
	case t.Arrived:
		return VerdictArrived
	}
	return t.most()
}

// OK is whether Pocket ID's own send would have returned without an error; nil where
// nothing was to be sent, or could not be from here.
func (t TestResult) OK() *bool {
	ok := t.Result.Failure == nil
	if ok && !t.Result.Accepted || t.Diagnosis != nil && t.Diagnosis.ID == onlyInside {
		return nil
	}
	return &ok
}

// testOf is the live test of these very answers, with whether its message has
// arrived. The zero value, where there is none, claims nothing.
func testOf(a Answers, found map[wizard.ID]wizard.Finding) (TestResult, bool) {
	t, ok := found[LiveTest].Result.(TestResult)
	if !ok || t.Setup != SetupOf(a) {
		return TestResult{}, false
	}
	in, _ := found[Arrival].Result.(foundIn)
	t.Arrived = t.Token != "" && (a.Arrived == t.Token || in.token == t.Token)
	return t, true
}

// verdictBlock is what the test may claim.
func verdictBlock(v View) wizard.Text {
	t, _ := testOf(v.Answers, v.Found)
	verdict := t.Verdict()
	return wizard.Text{Tone: verdicts[verdict].tone, Label: "Mail", Body: string(verdict) + ". " + sentence(t.Words())}
}

// verdictGist is the same in a word.
func verdictGist(v View) wizard.Text {
	t, _ := testOf(v.Answers, v.Found)
	return wizard.Text{Tone: verdicts[t.Verdict()].tone, Body: string(t.Verdict())}
}

// Claim is what the test of a state may claim, with the message that was taken.
func Claim(s State) string {
	text := "Mail: " + verdictBlock(s.View()).Body
	if t, _ := TestResultOf(s); t.Result.Accepted {
		text += fmt.Sprintf(" %s took the test %s for %s.", t.Setup.Host, t.Token, t.Setup.To)
	}
	return text
}
