package steps

import (
	"strings"

	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
)

// Outcome is how the last page ended, for a face that prints it.
type Outcome struct {
	Draft    *Draft // what was planned and not written; nil once it is written
	Saved    []atomicfile.Saved
	Env      envwriter.Edit
	Readers  []string
	Warnings []string
	Err      error // why nothing was written
}

// OutcomeOf reads a state at its end.
func OutcomeOf(s State) Outcome {
	v := s.ViewOf(Write)
	out := Outcome{Err: failed(v.Found[Write])}
	switch r := v.Found[Write].Result.(type) {
	case *Draft:
		out.Draft, out.Env, out.Warnings = r, r.Env, r.Warnings
		out.Readers = strings.Split(r.Order.Readers, ",")
	case Written:
		out.Saved, out.Env, out.Warnings, out.Readers = r.Saved, r.Env, r.Warnings, r.Readers
	}
	return out
}

// TrialOf is the live test of a state, if there was one.
func TrialOf(s State) (Trial, bool) {
	return result[Trial](s.ViewOf(LiveTest), LiveTest)
}

// ReadyToWrite reports whether a state waits for the word to write.
func ReadyToWrite(s State) bool {
	d, ok := s.Found[Write].Result.(*Draft)
	return s.At == Write && ok && d != nil
}

// Finished reports whether a state stands behind the writing: then the guide is
// done, however it is left.
func Finished(s State) bool {
	_, written := s.Found[Write].Result.(Written)
	return s.At == Write && written
}

// Fate is what has become of the files of a guide that was left.
func Fate(s State) string {
	f := s.Found[Write]
	if _, written := f.Result.(Written); written {
		return "What was written before stays."
	}
	if f.Job.Task == "write" {
		return "It was left while the file was being written: look at it."
	}
	return "Nothing was written."
}
