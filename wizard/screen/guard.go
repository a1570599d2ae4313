package screen

import (
	"fmt"
	"sync"

	tea "charm.land/bubbletea/v2"

	"smtp-wizard/wizard"
)

// guard stands between Bubble Tea and the model. A panic in a step ends the
// guide with an error instead of a stack trace, and the last good state stays
// within reach of Run whatever happens to the screen.
type guard struct {
	*model
	last *lastState
}

// lastState is the newest state of the machine with what is typed and not yet
// handed over, for the case that the screen can no longer be asked.
type lastState struct {
	mu    sync.Mutex
	guide wizard.Guide
	err   error
}

func (l *lastState) keep(g wizard.Guide, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.guide = g
	if l.err == nil {
		l.err = err
	}
}

func (l *lastState) get() (wizard.Guide, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.guide, l.err
}

func (g guard) Init() (cmd tea.Cmd) {
	defer g.last.catch(func() { cmd = tea.Quit })
	return g.model.Init()
}

func (g guard) Update(msg tea.Msg) (next tea.Model, cmd tea.Cmd) {
	next = g
	defer g.last.catch(func() { cmd = tea.Quit })
	cmd = g.update(msg)
	g.last.keep(g.withAll(), g.err)
	return next, cmd
}

func (g guard) View() (v tea.View) {
	defer g.last.catch(func() { v = tea.NewView("") })
	return g.view()
}

// catch keeps the state as it was before a panic. It is to be deferred.
func (l *lastState) catch(then func()) {
	if p := recover(); p != nil {
		g, _ := l.get()
		l.keep(g, fmt.Errorf("a bug in smtp-wizard: %v", p))
		then()
	}
}
