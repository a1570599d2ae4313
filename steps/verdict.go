package steps

import (
	"context"
	"errors"
	"fmt"

	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

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
	VerdictAccepted: {"the relay took a message, spoken to exactly as this Pocket ID speaks",
		"mail from Pocket ID arrives with these settings: the relay was spoken to exactly as that version speaks.", wizard.Good},
	VerdictProbably: {"the relay took a message, spoken to as this Pocket ID most likely speaks",
		"mail from Pocket ID probably arrives with these settings: the relay was spoken to as that version most likely speaks.",
		wizard.Good},
	VerdictOtherwise: {"the relay took a message, which proves the rest but not how Pocket ID speaks",
		"everything works but what was not tried: Pocket ID does not speak to the relay as this test did.", wizard.Warn},
	VerdictNotAccepted: {words: "the relay took no message", tone: wizard.Bad},
	VerdictNotTested:   {words: "no message was sent", tone: wizard.Warn},
}

// Words explain the verdict.
func (v Verdict) Words() string { return verdicts[v].words }

// most is what may be claimed once the relay takes the message of this test.
func (t TestResult) most() Verdict {
	switch {
	case t.Setup.As.IsNone():
		return VerdictOtherwise
	case !t.Speech.Proven:
		return VerdictProbably
	}
	return VerdictAccepted
}

// Verdict is the most that this test may claim.
func (t TestResult) Verdict() Verdict {
	f := t.Result.Failure
	switch {
	case f == nil && !t.Result.Taken, f != nil && f.Stage == smtpcheck.StageSettings,
		f != nil && !t.Result.Taken && errors.Is(f, context.Canceled):
		return VerdictNotTested
	case !t.Result.Taken:
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
	if ok && !t.Result.Taken || t.Diagnosis != nil && t.Diagnosis.ID == onlyInside {
		return nil
	}
	return &ok
}

// testOf is the live test of these very answers. The zero value, where there is none,
// claims nothing.
func testOf(a Answers, found map[wizard.ID]wizard.Finding) (TestResult, bool) {
	if t, ok := found[LiveTest].Result.(TestResult); ok && t.Setup == setupOf(a) {
		return t, true
	}
	return TestResult{}, false
}

// verdictBlock is what the test of these answers may claim.
func verdictBlock(a Answers, found map[wizard.ID]wizard.Finding) wizard.Text {
	t, _ := testOf(a, found)
	v := t.Verdict()
	return wizard.Text{Tone: verdicts[v].tone, Label: "Mail", Body: string(v) + ". " + sentence(v.Words())}
}

// verdictGist is the same in a word.
func verdictGist(a Answers, found map[wizard.ID]wizard.Finding) wizard.Text {
	t, _ := testOf(a, found)
	return wizard.Text{Tone: verdicts[t.Verdict()].tone, Body: string(t.Verdict())}
}

// Claim is what the test of a state may claim, with the message that was taken.
func Claim(s State) string {
	text := "Mail: " + verdictBlock(s.Answers, s.Found).Body
	if t, _ := TestResultOf(s); t.Result.Taken {
		text += fmt.Sprintf(" %s took the test %s for %s.", t.Setup.Host, t.Token, t.Setup.To)
	}
	return text
}
