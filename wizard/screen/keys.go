package screen

import "charm.land/bubbles/v2/key"

// keyMap is every key that is not part of typing. It draws its own help.
type keyMap struct {
	Submit, Next, Previous, Up, Down key.Binding
	First, Last, PageUp, PageDown    key.Binding
	Back, Jump, JumpTo, Quit         key.Binding
	Help, HelpTyping                 key.Binding
	Reveal, Undo, Yank               key.Binding
	Redraw, Suspend                  key.Binding
	Leave, Stay                      key.Binding // in the question whether to leave
}

func newKeys(l look) keyMap {
	bind := func(help, desc string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, desc))
	}
	return keyMap{
		Submit:     bind("enter", "go on", "enter", "ctrl+j"),
		Next:       bind("tab", "next", "tab"),
		Previous:   bind("shift+tab", "previous", "shift+tab"),
		Up:         bind(l.up, "up", "up", "ctrl+p"),
		Down:       bind(l.down, "down", "down", "ctrl+n"),
		First:      bind("home", "first", "home"),
		Last:       bind("end", "last", "end"),
		PageUp:     bind("pgup", "scroll up", "pgup", "alt+up"),
		PageDown:   bind("pgdn", "scroll down", "pgdown", "alt+down"),
		Back:       bind("esc", "back", "esc"),
		Jump:       bind("ctrl+o", "steps", "ctrl+o"),
		JumpTo:     bind("alt+1", "step 1, and so on"), // to alt+9
		Quit:       bind("ctrl+c", "quit", "ctrl+c"),
		Help:       bind("?", "help", "?"),
		HelpTyping: bind("ctrl+g", "help", "ctrl+g", "f1"),
		Reveal:     bind("ctrl+r", "show it", "ctrl+r"),
		Undo:       bind("ctrl+_", "undo", "ctrl+_", "ctrl+/"),
		Yank:       bind("ctrl+y", "put back", "ctrl+y"),
		Redraw:     bind("ctrl+l", "draw again", "ctrl+l"),
		Suspend:    bind("ctrl+z", "suspend", "ctrl+z"),
		Leave:      bind("y", "leave", "y", "Y", "ctrl+c"),
		Stay:       bind("enter", "stay", "enter", "ctrl+j", "esc", "n", "N"),
	}
}

// hint is one key and what it does here.
type hint struct{ key, does string }

func says(b key.Binding, does string) hint {
	if does == "" {
		does = b.Help().Desc
	}
	return hint{b.Help().Key, does}
}

// footer draws the hints that fit, the first ones first.
func (l look) footer(hints []hint, w int) string {
	line, used, between := " ", 1, "   "
	if w < 60 {
		between = "  "
	}
	for _, h := range hints {
		gap := between
		if used == 1 {
			gap = ""
		}
		n := width(gap) + width(h.key) + 1 + width(h.does)
		if used+n > w {
			continue
		}
		line += gap + l.strong.Render(h.key) + " " + l.quiet.Render(h.does)
		used += n
	}
	return line
}
