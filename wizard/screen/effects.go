package screen

import (
	"context"
	"sync"

	tea "charm.land/bubbletea/v2"

	"smtp-wizard/wizard"
	"smtp-wizard/wizard/runner"
)

// effects is what must be done outside after the machine has moved: the work
// follows the state, and the draft is saved. Commands run side by side and may
// overtake each other, so each of them carries a number and an older state never
// undoes a newer one.
type effects struct {
	ctx    context.Context
	runner *runner.Runner
	save   func(wizard.Guide) // nil for no draft
	last   *lastState

	following, saving sync.Mutex // apart, since a disk may be slow
	followed, saved   int        // the numbers of the newest states
	closed            bool
}

// command is what follows from a state.
func (e *effects) command(n int, g wizard.Guide, save bool) tea.Cmd {
	return func() (msg tea.Msg) {
		defer e.last.catch(func() { msg = tea.Quit() })
		e.following.Lock()
		if n > e.followed {
			e.followed = n
			e.runner.Follow(e.ctx, g)
		}
		e.following.Unlock()
		if save && e.save != nil {
			e.saving.Lock()
			defer e.saving.Unlock()
			if n > e.saved && !e.closed {
				e.saved = n
				e.save(g)
			}
		}
		return nil
	}
}

// close saves the last state and keeps every command that comes late from
// saving an older one over it, or a draft after the guide is done.
func (e *effects) close(g wizard.Guide) {
	e.saving.Lock()
	defer e.saving.Unlock()
	e.closed = true
	if e.save != nil && g.Place().Ended != wizard.Done {
		e.save(g)
	}
}
