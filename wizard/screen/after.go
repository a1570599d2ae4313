package screen

import (
	"context"
	"sync"

	tea "charm.land/bubbletea/v2"

	"smtp-wizard/wizard"
	"smtp-wizard/wizard/runner"
)

// aftermath is what must be done outside after the machine has moved: the work
// goes along with the state, and the draft is saved. Commands run side by side
// and may overtake each other, so each of them carries a number and an older
// state never undoes a newer one.
type aftermath struct {
	ctx    context.Context
	runner *runner.Runner
	save   func(wizard.Guide)

	following, saving sync.Mutex
	followed, saved   int // the numbers of the newest states
	closed            bool
}

// followUp returns the command that goes along with a state.
func (a *aftermath) followUp(n int, g wizard.Guide, save bool) tea.Cmd {
	return func() tea.Msg {
		a.following.Lock()
		if n > a.followed {
			a.followed = n
			a.runner.Follow(a.ctx, g)
		}
		a.following.Unlock()
		if !save || a.save == nil {
			return nil
		}
		a.saving.Lock()
		defer a.saving.Unlock()
		if n > a.saved && !a.closed {
			a.saved = n
			a.save(g)
		}
		return nil
	}
}

// close saves the last state and keeps every command that comes late from
// saving an older one over it, or a draft after the guide is done.
func (a *aftermath) close(g wizard.Guide) {
	a.saving.Lock()
	defer a.saving.Unlock()
	a.closed = true
	if a.save != nil && g.Place().Ended != wizard.Done {
		a.save(g)
	}
}

// follow is the command for the current state. News of work change no answer,
// so they need no saving.
func (m *model) follow(o wizard.Outcome) tea.Cmd {
	m.moves++
	save := true
	switch o.(type) {
	case nil, wizard.Reported, wizard.Worked:
		save = false
	}
	return m.after.followUp(m.moves, m.guide, save)
}
