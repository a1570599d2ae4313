package steps

import (
	"context"
	"errors"
	"fmt"

	"smtp-wizard/pocketid"
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
	probablyBetween: {"the relay took a message, spoken to as the relay in between most likely speaks",
		"mail from Pocket ID probably arrives once the relay in between is installed: the relay was spoken to as that one most likely speaks.",
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

// testOf is the live test of these very answers, with whether its message has
// arrived. The zero value, where there is none, claims nothing.
func testOf(a Answers, found map[wizard.ID]wizard.Finding) (TestResult, bool) {
	t, ok := found[LiveTest].Result.(TestResult)
	if !ok || t.Setup != setupOf(a) {
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
	if t, _ := TestResultOf(s); t.Result.Taken {
		text += fmt.Sprintf(" %s took the test %s for %s.", t.Setup.Host, t.Token, t.Setup.To)
	}
	return text
}
