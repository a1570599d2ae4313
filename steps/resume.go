package steps

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

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
