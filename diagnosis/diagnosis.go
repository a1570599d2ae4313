// Package diagnosis says what a refused mail means: the cause, the fix, and the
// answer to change. It is pure: it reads no file, asks no network, and knows
// only what it is told.
//
// It works in three steps that stand apart. Package reading takes any text and
// returns what it says as values: codes, words, stages, a kind of failure. The
// tables in the folder rules judge them (judge.go, conditions.go), from particular to
// general: what is known for sure, the words of one provider, what a server program's
// words mean, what words mean whoever says them; what no row knows is answered from
// the meaning of the codes at the stage (class.go). Wording fills the blanks of the
// answer with what is known (wording.go, names.go, provider.go).
//
// Knowledge is data: a refusal is one row in a table, and testdata/corpus.json
// has all cases that it was tried on, with their sources.
package diagnosis

import (
	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
)

// Situation is what was being tried and how it ended. Every field may be empty;
// the more is known, the more exact the answer.
type Situation struct {
	Stage smtpcheck.Stage  // where it ended
	Reply *smtpcheck.Reply // the relay's last word
	Err   error            // the cause below the protocol
	// Text is an error message or log line of which there is no value, such as
	// "failed to set sender: EOF" out of Pocket ID's log.
	Text string

	Provider string // preset, such as "google-workspace-relay"
	smtpcheck.Settings
	Names    []string         // EHLO names that were announced, in order
	SpeaksAs pocketid.Version // not known: zero
}

// Step is the page of the wizard with the answer to change.
type Step string

// The steps that a diagnosis can send to.
const (
	StepInstall  Step = "install"
	StepProvider Step = "provider"
	StepRelay    Step = "relay"
	StepSender   Step = "sender"
	StepIdentity Step = "identity"
	StepNone     Step = "none" // nothing the wizard asks for can cure it
)

// Confidence is how sure a diagnosis is.
type Confidence string

// Exact is a refusal that says just this; Likely is a pattern that nearly always
// means this; Class is no more than the meaning of the codes or of the stage.
const (
	Exact  Confidence = "exact"
	Likely Confidence = "likely"
	Class  Confidence = "class"

	ifSeen Confidence = "live" // in tables
)

// Diagnosis is the answer. Cause and Fix are plain text of a few sentences
// without control characters.
type Diagnosis struct {
	ID    string          `json:"id"`
	Stage smtpcheck.Stage `json:"stage"` // the likeliest; "" when neither told nor to be told from the words
	// Stages are all that it can have happened at, Stage first.
	Stages     []smtpcheck.Stage `json:"-"`
	Provider   string            `json:"provider"`
	Cause      string            `json:"cause"`
	Fix        string            `json:"fix"`
	Step       Step              `json:"step"`
	Field      string            `json:"field"` // of that step, such as "hostname"
	Confidence Confidence        `json:"confidence"`
	// Temporary is set when the relay called it temporary (4xx) or the network
	// may recover; WaitHelps says whether the same try can succeed later.
	Temporary bool `json:"-"`
	WaitHelps bool `json:"-"`
}

// explain names the refusal. It always answers: where nothing is known about the
// words, by the class of the codes, and without codes by the stage.
func explain(s Situation) Diagnosis {
	d, _ := judge(newEvidence(s))
	return d
}

// FromFailure explains the end of a conversation. What the failure knows goes
// over what the situation says.
func FromFailure(f *smtpcheck.Failure, s Situation) Diagnosis {
	if f == nil {
		return explain(s)
	}
	s.Stage, s.Reply, s.Err = f.Stage, f.Reply, f.Err
	if name := reading.AnnouncedIn(f.Doing); name != "" {
		s.Names = append(append([]string(nil), s.Names...), name)
	}
	return explain(s)
}
