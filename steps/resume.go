package steps

import (
	"context"
	"fmt"
	"slices"
	"time"

	"smtp-wizard/wizard"
	"smtp-wizard/wizard/draft"
)

// Resume asks whether to go on with a draft. It is a guide of its own, before
// the other.
type Resume struct {
	Saved Answers
	At    time.Time // when it was saved
	Now   time.Time
}

// ID implements Step.
func (Resume) ID() wizard.ID { return "resume" }

// Name implements Step.
func (Resume) Name() string { return "Resume" }

// Skip implements Step.
func (Resume) Skip(Answers) bool { return false }

// Page implements Step.
func (r Resume) Page(View) wizard.Page {
	table := wizard.Table{}
	for _, row := range answered(r.Saved) {
		table.Rows = append(table.Rows, wizard.Row{Cells: []string{row[0], row[1]}})
	}
	return wizard.Page{
		Title: "Continue where you left off " + ago(r.Now.Sub(r.At)) + "?",
		Why:   "The answers so far were kept, but for the password.",
		Body:  []wizard.Block{table},
		Field: []wizard.Field{{
			Name: "resume", Label: "Next", Kind: wizard.ChoiceField, Default: "continue",
			Choices: []wizard.Choice{
				{Value: "continue", Cells: []string{"Continue"}},
				{Value: "over", Cells: []string{"Begin anew"}},
			},
			Help: wizard.Help{What: "Beginning anew forgets the answers that were kept."},
		}},
	}
}

// Take implements Step.
func (Resume) Take(v View) Intent {
	a := v.Answers
	a.Continue = v.Input["resume"] != "over"
	return wizard.Finish(a)
}

// answered are the answers that say something, for a summary.
func answered(a Answers) [][2]string {
	rows := [][2]string{{".env", a.EnvFile}, {"APP_URL", a.AppURL}, {"Relay", relayWords(a)}, {"From", a.From}, {"User", a.User}, {"Identity", a.Hostname}}
	var said [][2]string
	for _, row := range rows {
		if row[1] != "" {
			said = append(said, row)
		}
	}
	return said
}

func relayWords(a Answers) string {
	if a.Host == "" {
		return ""
	}
	return fmt.Sprintf("%s, port %d, %s", a.Host, a.Port, a.TLS)
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

// password is the one secret that the answers hold.
var password = draft.Missing{Step: Sender, Field: "password"}

// ForDraft is what a draft keeps of a guide.
func ForDraft(g wizard.Guide) draft.Snapshot {
	s := wizard.StateOf[Answers](g)
	a := s.Answers
	a.PasswordTyped = a.PasswordTyped || !s.Secrets[Sender]["password"].Empty()
	kept := draft.Snapshot{Place: s.Place, Answers: a}
	if !a.Password.Empty() {
		kept.Missing = []draft.Missing{password}
	}
	return kept
}

// Resumed puts a saved state back to work. What was not kept is asked for again,
// but for a password that the .env still has.
func (w World) Resumed(ctx context.Context, m Machine, s State, missing []draft.Missing) State {
	known := false
	if slices.Contains(missing, password) {
		s.Answers, known = w.Recall(ctx, s.Answers)
	}
	s = m.Resume(s)
	for _, one := range missing {
		if one == password && known {
			continue
		}
		s = m.AskAgain(s, one.Step, wizard.Fault{Field: one.Field, Tone: wizard.Warn,
			Text: "Passwords are not kept; please enter it again."})
	}
	return s
}
