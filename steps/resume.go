package steps

import (
	"fmt"
	"time"

	"smtp-wizard/wizard"
)

// Resume asks whether to go on with a draft. It is a guide of its own, before
// the other.
type Resume struct {
	Saved wizard.State
	At    time.Time // when it was saved
	Now   time.Time
}

// ID implements wizard.Step.
func (Resume) ID() wizard.ID { return "resume" }

// Name implements wizard.Step.
func (Resume) Name() string { return "Resume" }

// Skip implements wizard.Step.
func (Resume) Skip(wizard.Answers) bool { return false }

// Page implements wizard.Step.
func (r Resume) Page(wizard.View) wizard.Page {
	table := wizard.Table{}
	for _, row := range answered(r.Saved.Answers) {
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

// Take implements wizard.Step.
func (Resume) Take(v wizard.View) wizard.Intent {
	a := v.Answers
	a.Continue = v.Input["resume"] != "over"
	return wizard.Finish(a)
}

// answered are the answers that say something, for a summary.
func answered(a wizard.Answers) [][2]string {
	rows := [][2]string{{".env", a.EnvFile}, {"APP_URL", a.AppURL}, {"Relay", relayWords(a)}, {"From", a.From}, {"User", a.User}, {"Identity", a.Hostname}}
	var said [][2]string
	for _, row := range rows {
		if row[1] != "" {
			said = append(said, row)
		}
	}
	return said
}

func relayWords(a wizard.Answers) string {
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
