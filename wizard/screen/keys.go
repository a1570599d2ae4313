package screen

import (
	"cmp"

	"charm.land/bubbles/v2/key"

	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

// keyMap is every key that is not part of typing.
type keyMap struct {
	Submit, Next, Previous, Up, Down   key.Binding
	PageUp, PageDown, Back, Jump, Quit key.Binding
	Help, HelpTyping                   key.Binding
	Redraw, Suspend                    key.Binding
	Leave, Stay                        key.Binding // in the question whether to leave
	Open                               key.Binding // a list
	Skip                               key.Binding // the rest of the work
}

func newKeys(t theme) keyMap {
	bind := func(help, desc string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, desc))
	}
	return keyMap{
		Submit:     bind("enter", "go on", "enter", "ctrl+j"),
		Next:       bind("tab", "next", "tab"),
		Previous:   bind("shift+tab", "previous", "shift+tab"),
		Up:         bind(t.up, "up", "up", "ctrl+p"),
		Down:       bind(t.down, "down", "down", "ctrl+n"),
		PageUp:     bind("pgup", "scroll", "pgup"),
		PageDown:   bind("pgdn", "scroll", "pgdown"),
		Back:       bind("esc", "back", "esc"),
		Jump:       bind("ctrl+o", "steps", "ctrl+o"),
		Quit:       bind("ctrl+c", "quit", "ctrl+c"),
		Help:       bind("?", "help", "?"),
		HelpTyping: bind("ctrl+g", "help", "ctrl+g", "f1"),
		Redraw:     bind("ctrl+l", "redraw", "ctrl+l"),
		Suspend:    bind("ctrl+z", "suspend", "ctrl+z"),
		Open:       bind("space", "open", "space"),
		Skip:       bind("s", "skip the wait", "s"),
		Leave:      bind("y", "leave", "y", "Y", "ctrl+c"),
		Stay:       bind("enter", "stay", "enter", "ctrl+j", "esc", "n", "N"),
	}
}

var scrollHint = key.Help{Key: "pgup/pgdn", Desc: "scroll"}

// helpHints are all the keys that help lists.
func (m *model) helpHints() []key.Help {
	hints := append(m.pageHints(), scrollHint, hintFor(m.keys.Redraw, ""))
	if m.keys.Suspend.Enabled() {
		hints = append(hints, hintFor(m.keys.Suspend, ""))
	}
	return hints
}

// hintFor is a key with what it does here, "" for what it always does.
func hintFor(b key.Binding, does string) key.Help {
	return key.Help{Key: b.Help().Key, Desc: cmp.Or(does, b.Help().Desc)}
}

// hints are the keys for the footer, the most needed first.
func (m *model) hints() []key.Help {
	k := m.keys
	switch m.over {
	case leaveOverlay:
		return []key.Help{hintFor(k.Stay, ""), hintFor(k.Leave, "")}
	case stuckOverlay:
		return []key.Help{hintFor(k.Submit, "leave"), hintFor(k.Back, "stay")}
	case stepsOverlay:
		return []key.Help{hintFor(k.Submit, "go there"), {Key: m.theme.arrows, Desc: "choose"}, hintFor(k.Back, "")}
	case helpOverlay:
		return []key.Help{hintFor(k.Back, "close"), scrollHint}
	}
	return m.pageHints()
}

// pageHints are the keys that do something on the page.
func (m *model) pageHints() []key.Help {
	w := m.focused()
	k := m.keys
	var hints []key.Help
	arrows := m.arrowHints(w)
	switch does := m.enterDoes(); {
	case m.page.Busy != "":
		if m.skips() {
			hints = append(hints, hintFor(k.Skip, ""))
		}
		hints = append(hints, hintFor(k.Back, "stop and go back"))
	case does != "":
		hints = append(hints, hintFor(k.Submit, does))
	}
	if m.page.Busy == "" && !m.page.Final {
		// Where there is hardly room, the way out comes before what is plain to see.
		if m.w < 60 {
			arrows = append([]key.Help{m.backHint(w)}, arrows...)
		} else {
			arrows = append(arrows, m.backHint(w))
		}
	}
	return append(append(hints, arrows...), m.moreHints(w)...)
}

// skips reports whether the wait can be cut short.
func (m *model) skips() bool {
	return m.page.Skip && m.page.Busy != "" && !m.state.Found[m.state.At].Hurried
}

// arrowHints say what the arrows do.
func (m *model) arrowHints(w *widget) []key.Help {
	switch {
	case w == nil:
	case m.listOpen(w):
		return []key.Help{{Key: m.theme.arrows, Desc: "choose"}}
	case len(m.form) > 1:
		return []key.Help{{Key: m.theme.arrows, Desc: "move"}}
	}
	return nil
}

func (m *model) moreHints(w *widget) []key.Help {
	k := m.keys
	var hints []key.Help
	hints = append(hints, hintFor(m.helpKey(), ""))
	if w != nil && m.listOpen(w) {
		if w.field.Filter && len(w.list.filter.text) == 0 {
			hints = append(hints, key.Help{Key: "type", Desc: "to filter"})
		}
		if len(m.form) > 1 {
			hints = append(hints, hintFor(k.Next, ""))
		}
	}
	if len(m.state.History) > 0 && !m.page.Final {
		hints = append(hints, hintFor(k.Jump, ""))
	}
	return append(hints, hintFor(k.Quit, ""))
}

func (m *model) backHint(w *widget) key.Help {
	switch {
	case w != nil && len(w.list.filter.text) > 0:
		return hintFor(m.keys.Back, "clear filter")
	case w != nil && w.open:
		return hintFor(m.keys.Back, "close")
	case len(m.state.History) == 0 && m.state.Return == "":
		return hintFor(m.keys.Back, "leave")
	}
	return hintFor(m.keys.Back, "")
}

func (m *model) enterDoes() string {
	w := m.focused()
	switch {
	case m.page.Final:
		return "finish"
	case w == nil:
		return "go on"
	case w.field.Kind == wizard.ChoiceField && !m.listOpen(w):
		return "choose"
	case w.field.Kind == wizard.ChoiceField && len(w.list.shown) == 0:
		return "" // nothing to use
	case w.field.Kind == wizard.ChoiceField:
		return "use this"
	case m.page.NextMissing(m.focus) >= 0:
		return "next"
	}
	return "go on"
}

// helpKey is the key for help: "?" where it is not a character of an answer.
func (m *model) helpKey() key.Binding {
	if helpTyped(m.focused()) {
		return m.keys.Help
	}
	return m.keys.HelpTyping
}

// helpTyped reports whether "?" is help here, and not a character of an answer.
func helpTyped(w *widget) bool {
	switch {
	case w == nil:
		return true
	case w.field.Kind == wizard.SecretField:
		return false
	case w.field.Kind == wizard.ChoiceField:
		return len(w.list.filter.text) == 0
	}
	return len(w.line.text) == 0 || w.line.fresh
}

// footer draws the hints that fit, the first ones first. One that is too long
// makes room for the ones after it, which bubbles' help would cut off.
func (t theme) footer(hints []key.Help, w int) string {
	between := "   "
	if w < 60 {
		between = "  "
	}
	line, gap := " ", ""
	for _, h := range hints {
		next := line + gap + t.strong.Styled(h.Key) + " " + t.quiet.Styled(h.Desc)
		if text.Width(next) <= w {
			line, gap = next, between
		}
	}
	return line
}
