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
	Keys     []envwriter.KeyEdit
	Readers  []string
	Warnings []string
	Commands []string // to run next, in order
	Then     string   // what to do after them
	Err      error    // why nothing was written
}

// files are the files that there are now, each with what it is.
func (r WriteResult) files() (list [][2]string) {
	for _, s := range r.Saved {
		switch {
		case s.Created:
			list = append(list, [2]string{"New", s.Path})
		case s.Changed:
			list = append(list, [2]string{"Changed", s.Path})
		}
		if s.Backup != "" {
			list = append(list, [2]string{"Backup", s.Backup})
		}
	}
	return list
}

// WriteResultOf reads a state at its end.
func WriteResultOf(s State) WriteResult {
	f := s.Found[Write]
	if p, ok := f.Result.(*FilePlan); ok {
		return WriteResult{Plan: p, Keys: p.keys(), Warnings: p.Warnings, Readers: p.Request.readerNames()}
	}
	out, _ := f.Result.(WriteResult)
	out.Err = failed(f)
	return out
}

// TestResultOf is the live test of a state, if its answers were tested.
func TestResultOf(s State) (TestResult, bool) { return testOf(s.Answers, s.Found) }

// ReadyToWrite reports whether a state waits for the word to write.
func ReadyToWrite(s State) bool {
	_, planned := s.Found[Write].Result.(*FilePlan)
	return s.At == Write && planned
}

// Finished reports whether the file was written: then the guide is done, however it
// is left.
func Finished(s State) bool {
	_, written := s.Found[Write].Result.(WriteResult)
	return written
}

// Fate is what has become of the file of a guide that was left unfinished.
func Fate(s State) string {
	if s.Found[Write].Job.Task == "write" {
		return "The file was being written when you left: check it."
	}
	return "Nothing was written."
}

// Summary is what stays on the screen after the guide: whether mail works, the
// files, and what to run next.
func Summary(s State) string {
	var b strings.Builder
	out := WriteResultOf(s)
	b.WriteString(Claim(s))
	if t, _ := TestResultOf(s); t.Result.Taken && len(out.Warnings) > 0 {
		b.WriteString(" Note the warnings below.")
	}
	b.WriteString("\n")
	if !Finished(s) {
		fmt.Fprintf(&b, "Nothing was written: %s is already up to date.\n", s.Answers.EnvFile)
	}
	for _, file := range out.files() {
		fmt.Fprintf(&b, "%-8s %s\n", file[0]+":", file[1])
	}
	for _, warning := range out.Warnings {
		fmt.Fprintf(&b, "Warning: %s\n", sentence(warning))
	}
	if Finished(s) {
		b.WriteString("Run next:\n")
		for _, c := range out.Commands {
			fmt.Fprintf(&b, "  %s\n", c)
		}
		b.WriteString(out.Then)
	}
	return b.String()
}
