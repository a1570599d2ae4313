package steps

import (
	"fmt"
	"strings"

	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
)

// WriteResult is how the last page ended, for a face that prints it.
type WriteResult struct {
	Plan     *FilePlan // what was planned and not written; nil once it is written
	Saved    []atomicfile.Saved
	Env      envwriter.Edit
	Readers  []string
	Warnings []string
	Commands []string // to run next, in order
	Err      error    // why nothing was written
}

// WriteResultOf reads a state at its end.
func WriteResultOf(s State) WriteResult {
	f := s.Found[Write]
	if p, ok := f.Result.(*FilePlan); ok {
		return WriteResult{Plan: p, Env: p.Env, Warnings: p.Warnings, Readers: p.Request.readerNames()}
	}
	out, _ := f.Result.(WriteResult)
	out.Err = failed(f)
	return out
}

// TestResultOf is the live test of a state, if there was one.
func TestResultOf(s State) (TestResult, bool) {
	t, ok := s.Found[LiveTest].Result.(TestResult)
	return t, ok
}

// ReadyToWrite reports whether a state waits for the word to write.
func ReadyToWrite(s State) bool {
	_, planned := s.Found[Write].Result.(*FilePlan)
	return s.At == Write && planned
}

func written(s State) bool {
	_, ok := s.Found[Write].Result.(WriteResult)
	return ok
}

// Finished reports whether a state stands behind the writing: then the guide is
// done, however it is left.
func Finished(s State) bool {
	return s.At == Write && written(s)
}

// Fate is what has become of the files of a guide that was left.
func Fate(s State) string {
	f := s.Found[Write]
	if written(s) {
		return "What was written before stays."
	}
	if f.Job.Task == "write" {
		return "The file was being written when you left: check it."
	}
	return "Nothing was written."
}

// Summary is what stays on the screen after the guide: whether mail works, the
// files, and what to run next.
func Summary(s State) string {
	var b strings.Builder
	t, tested := TestResultOf(s)
	out := WriteResultOf(s)
	switch {
	case !tested || t.Result.Failure != nil || s.Answers.Untested:
		b.WriteString("Mail is not proven: no test message was accepted.\n")
	case len(out.Warnings) > 0:
		fmt.Fprintf(&b, "%s took the test %s for %s, but note the warnings below.\n", t.Setup.Host, t.Token, t.Setup.To)
	default:
		fmt.Fprintf(&b, "Mail works: %s took the test %s for %s.\n", t.Setup.Host, t.Token, t.Setup.To)
	}
	if !written(s) {
		fmt.Fprintf(&b, "Nothing was written: %s is already up to date.\n", s.Answers.EnvFile)
	}
	for _, f := range out.Saved {
		switch {
		case f.Created:
			fmt.Fprintf(&b, "New:     %s\n", f.Path)
		case f.Changed:
			fmt.Fprintf(&b, "Changed: %s\n", f.Path)
		}
		if f.Backup != "" {
			fmt.Fprintf(&b, "Backup:  %s\n", f.Backup)
		}
	}
	for _, warning := range out.Warnings {
		fmt.Fprintf(&b, "Warning: %s\n", sentence(warning))
	}
	if written(s) {
		b.WriteString("Run next:\n")
		for _, c := range out.Commands {
			fmt.Fprintf(&b, "  %s\n", c)
		}
	}
	return b.String()
}
