package steps

import (
	"context"
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

// Mark says in the list of steps what the test claims.
func (livetest) Mark(v View) wizard.Tone { return verdictGist(v).Tone }

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
	setup := job.For.(testRun).setup
	if o, stops := discovered(v).inside(setup); stops {
		return NotSent(setup, []Objection{o})
	}
	door := s.world.beside(ctx, setup)
	t := s.world.RunTest(ctx, setup, nil, report)
	t.door = door(t.Diagnosis != nil && t.Diagnosis.Step == diagnosis.StepIdentity)
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
	t, done := f.Result.(TestResult)
	page.Body = append(page.Body, stageTable(f, t))
	if !done {
		page.Busy, page.Skip = "Testing", true
		return page
	}
	var choices []wizard.Choice
	if t.accepted() {
		page.Gist, page.Onward = verdictGist(v), t.Result.Failure == nil && a.TestAs == "" && s.asksArrival(a, t)
		page.Body = append(page.Body, verdictBlock(v))
		switch {
		case t.Result.Taken:
			page.Body = append(page.Body, wizard.Text{Label: "Look", Body: fmt.Sprintf(
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
	a.Untested, a.Unsent = false, !t.Result.Taken
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

// SpeakingAs says in words whose conversation a test has.
func SpeakingAs(s Setup) string {
	if s.Via != "" {
		return "as " + s.Via.Title() + " will, with the name " + s.Hostname
	}
	if s.As.IsNone() {
		return "as " + s.Hostname + " everywhere, which is not how Pocket ID speaks"
	}
	text := "as Pocket ID " + s.As.String() + " does"
	if s.Heard != (Heard{}) {
		return "as this Pocket ID was heard to speak"
	}
	if !s.speech().Proven {
		text += ", as far as is known"
	}
	return text
}

// stageTable has a row a stage: the result's, or as far as the news go. Those that
// passed before the last one fold into one row: always where that was refused, whose
// words stand below.
func stageTable(f wizard.Finding, t TestResult) wizard.Table {
	table, passed := wizard.Table{}, []string(nil)
	for _, r := range t.Result.Stages {
		row := rowOf(toneOf(r.OK), string(r.Stage), r.Detail, millis(r.Elapsed))
		if failure := t.Result.Failure; !r.OK && !t.accepted() {
			row.Cells = []string{strings.TrimSuffix(string(r.Stage)+": "+failure.Doing, ": "), millis(r.Elapsed)}
		}
		table.Rows = append(table.Rows, row)
		passed = append(passed, string(r.Stage))
	}
	if n := len(passed) - 1; n > 0 {
		table.Brief = []wizard.Row{rowOf(wizard.Good, strings.Join(passed[:n], ", ")), table.Rows[n]}
		if !t.accepted() {
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

// passedRow is the stages of a test that went well.
func passedRow(t TestResult) wizard.Table {
	var passed []string
	for _, r := range t.Result.Stages {
		passed = append(passed, string(r.Stage))
	}
	return wizard.Table{Rows: []wizard.Row{rowOf(wizard.Good, strings.Join(passed, ", "))}}
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
	said := wizard.Text{Label: "Error", Body: sentence(t.Result.Failure.Error())}
	if reply := t.Result.Failure.Reply; reply != nil && t.Result.Failure.Err == nil {
		said = wizard.Text{Label: "It said", Body: reply.String()}
	}
	return []wizard.Block{
		said,
		wizard.Text{Label: "Why", Body: t.Diagnosis.Cause},
		wizard.Text{Label: "Do this", Body: fix, Tone: wizard.Warn},
	}
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
