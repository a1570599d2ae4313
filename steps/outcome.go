package steps

import (
	"strings"

	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/wizard"
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
func OutcomeOf(s wizard.State) Outcome {
	v := s.ViewOf(wizard.Write)
	out := Outcome{Err: failed(v.Found[wizard.Write])}
	switch r := v.Found[wizard.Write].Result.(type) {
	case *Draft:
		out.Draft, out.Env, out.Warnings = r, r.Env, r.Warnings
		out.Readers = strings.Split(r.Order.Readers, ",")
	case Written:
		out.Saved, out.Env, out.Warnings, out.Readers = r.Saved, r.Env, r.Warnings, r.Readers
	}
	return out
}

// TrialOf is the live test of a state, if there was one.
func TrialOf(s wizard.State) (Trial, bool) {
	return result[Trial](s.ViewOf(wizard.LiveTest), wizard.LiveTest)
}

// ReadyToWrite reports whether a state waits for the word to write.
func ReadyToWrite(s wizard.State) bool {
	d, ok := s.Found[wizard.Write].Result.(*Draft)
	return s.At == wizard.Write && ok && d != nil
}

// Finished reports whether a state stands behind the writing: then the guide is
// done, however it is left.
func Finished(s wizard.State) bool {
	_, written := s.Found[wizard.Write].Result.(Written)
	return s.At == wizard.Write && written
}

// Fate is what has become of the files of a guide that was left.
func Fate(s wizard.State) string {
	f := s.Found[wizard.Write]
	if _, written := f.Result.(Written); written {
		return "What was written before stays."
	}
	if f.Job.Task == "write" {
		return "It was left while the file was being written: look at it."
	}
	return "Nothing was written."
}
