package steps

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/wizard"
	"smtp-wizard/wizard/draft"
)

// resume asks whether to continue with a draft.
type resume struct {
	saved   Answers
	at, now time.Time // when it was saved, and now
}

// Offer is the step that offers a draft. It is a guide of its own, before the other.
func Offer(saved Answers, at, now time.Time) Step { return resume{saved, at, now} }

func (resume) ID() wizard.ID     { return "resume" }
func (resume) Name() string      { return "Resume" }
func (resume) Skip(Answers) bool { return false }

func (r resume) Page(View) wizard.Page {
	return wizard.Page{
		Title: "Continue where you left off " + ago(r.now.Sub(r.at)) + "?",
		Why:   "Your answers so far were kept, except the password.",
		Body:  []wizard.Block{answered(r.saved)},
		Field: []wizard.Field{nextField("Starting over discards the saved answers.",
			choice("continue", "Continue"), choice("over", "Start over"))},
	}
}

func (resume) Take(v View) Intent {
	a := v.Answers
	a.Continue = v.Input["action"] != "over"
	return wizard.Finish(a)
}

// answered are the answers that say something.
func answered(a Answers) wizard.Table {
	relay := fmt.Sprintf("%s, port %d, %s", a.Host, a.Port, a.TLS)
	if a.Host == "" {
		relay = ""
	}
	rows := []wizard.Row{
		rowOf(wizard.Plain, ".env", a.EnvFile), rowOf(wizard.Plain, "APP_URL", a.AppURL),
		rowOf(wizard.Plain, "Relay", relay), rowOf(wizard.Plain, "From", a.From),
		rowOf(wizard.Plain, "User", a.User), rowOf(wizard.Plain, "Identity", a.Hostname),
	}
	return wizard.Table{Rows: slices.DeleteFunc(rows, func(r wizard.Row) bool { return r.Cells[1] == "" })}
}

// ago is a span of time in words.
func ago(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return "just now"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}

// ForDraft is what a draft keeps of a guide.
func ForDraft(g wizard.Guide) draft.Snapshot {
	s := wizard.StateOf[Answers](g)
	a := s.Answers
	typed := !s.Secrets[Sender]["password"].Empty()
	a.PasswordTyped = a.PasswordTyped || typed
	kept := draft.Snapshot{Place: s.Place, Answers: a, Missing: typed || !a.Password.Empty()}
	kept.Place.Inputs, kept.Place.Secrets = maps.Clone(s.Inputs), maps.Clone(s.Secrets)
	delete(kept.Place.Inputs, Arrival) // of a mailbox, and for one mail
	delete(kept.Place.Secrets, Arrival)
	return kept
}

// Resumed puts a saved state back to work. What was not kept is asked for again,
// but for a password that the .env still has.
func (w World) Resumed(ctx context.Context, m Machine, s State, missing bool) State {
	known := !missing
	if !known {
		s.Answers, known = w.recall(ctx, s.Answers)
	}
	s = m.Resume(s)
	if !known {
		s = m.AskAgain(s, Sender, noticeAt("password", "Passwords are not saved; please enter it again."))
	}
	return s
}

// recall takes the password that a draft lacks from the file again; false when it
// is not there: it was typed, or the file has none for that user.
func (w World) recall(ctx context.Context, a Answers) (Answers, bool) {
	if a.PasswordTyped {
		return a, false
	}
	found := w.Discover(ctx, a.EnvFile).ReadAs(a.readers())
	if found.Password.Empty() || found.Value("SMTP_USER") != a.User {
		return a, false
	}
	a.Password = found.Password
	return a, true
}

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
	if t, _ := TestResultOf(s); t.Result.Accepted && len(out.Warnings) > 0 {
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
