package steps

import "smtp-wizard/smtpcheck"

// Verdict is the most that a test may claim.
type Verdict string

// The verdicts.
const (
	VerdictArrived     Verdict = "arrived" // the message was found in the mailbox
	VerdictAccepted    Verdict = "accepted"
	VerdictProbably    Verdict = "probably"                // accepted, as this version most likely speaks
	VerdictOtherwise   Verdict = "not as Pocket ID speaks" // accepted, with another name
	VerdictNotAccepted Verdict = "not accepted"
	VerdictNotTested   Verdict = "not tested"
)

// verdictWords say it in a sentence.
var verdictWords = map[Verdict]string{
	VerdictArrived:     "the message was found in the mailbox",
	VerdictAccepted:    "the relay took a message, spoken to exactly as this Pocket ID speaks",
	VerdictProbably:    "the relay took a message, spoken to as this Pocket ID most likely speaks",
	VerdictOtherwise:   "the relay took a message, which proves the rest but not how Pocket ID speaks",
	VerdictNotAccepted: "the relay took no message",
	VerdictNotTested:   "no message was sent",
}

// Words explain the verdict.
func (v Verdict) Words() string { return verdictWords[v] }

// Verdict is the most that this test may claim.
func (t TestResult) Verdict() Verdict {
	f := t.Result.Failure
	switch {
	case f == nil && !t.Result.Taken, f != nil && f.Stage == smtpcheck.StageSettings:
		return VerdictNotTested
	case !t.Result.Taken:
		return VerdictNotAccepted
	case t.Setup.As.IsNone():
		return VerdictOtherwise
	case !t.Speech.Proven:
		return VerdictProbably
	}
	return VerdictAccepted
}

// OK is whether Pocket ID's own send would have returned without an error; nil where
// nothing was to be sent.
func (t TestResult) OK() *bool {
	ok := t.Result.Failure == nil
	if ok && !t.Result.Taken {
		return nil
	}
	return &ok
}
