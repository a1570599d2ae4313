package screen

import (
	"charm.land/bubbles/v2/key"

	"smtp-wizard/wizard"
)

// help is the body that explains the focused field, the page and the keys.
func (m *model) help(w int) []string {
	title := m.page.Title
	var parts []wizard.Text
	if f := m.focused(); f != nil {
		title = f.field.Label
		parts = append(parts,
			wizard.Text{Label: "What", Body: f.field.Help.What},
			wizard.Text{Label: "Example", Body: f.field.Help.Example},
			wizard.Text{Label: "Where", Body: f.field.Help.Where})
		if c, ok := f.list.current(); ok && c.Note != "" {
			parts = append(parts, wizard.Text{Label: "Chosen", Body: c.Cells[0] + m.look.dot + c.Note})
		}
	}
	parts = append(parts, wizard.Text{Label: "Why", Body: m.page.Why})
	lines := []string{m.look.title.Render(m.look.clip(m.look.clean(title), w)), ""}
	labels := 0
	for _, p := range parts {
		if p.Body != "" {
			labels = max(labels, width(p.Label))
		}
	}
	for _, p := range parts {
		if p.Body != "" {
			lines = append(lines, m.look.text(p, labels, w)...)
		}
	}
	lines = append(lines, "", m.look.title.Render("Keys"))
	return append(lines, m.look.keys(m.bindings(), w)...)
}

// bindings are the keys that do something here.
func (m *model) bindings() []key.Binding {
	k, w := m.keys, m.focused()
	list := w != nil && w.field.Kind == wizard.ChoiceField
	all := []struct {
		key.Binding
		works bool
	}{
		{k.Submit, true}, {k.Back, true},
		{k.Next, len(m.form) > 1}, {k.Previous, len(m.form) > 1},
		{k.Up, list || len(m.form) > 1}, {k.Down, list || len(m.form) > 1},
		{k.First, list}, {k.Last, list},
		{k.PageUp, true}, {k.PageDown, true},
		{k.Jump, len(m.state.History) > 0}, {k.JumpTo, len(m.state.History) > 0},
		{k.HelpTyping, true},
		{k.Reveal, w != nil && w.field.Kind == wizard.SecretField},
		{k.Undo, w != nil && !list}, {k.Yank, w != nil && !list},
		{k.Redraw, true}, {k.Suspend, k.Suspend.Enabled()}, {k.Quit, true},
	}
	var works []key.Binding
	for _, b := range all {
		if b.works {
			works = append(works, b.Binding)
		}
	}
	return works
}

// keys draws keys and what they do, one or two to a line.
func (l look) keys(bindings []key.Binding, w int) []string {
	const column = 28
	perLine := max(min(w/column, 2), 1)
	var lines []string
	for i, b := range bindings {
		cell := l.strong.Render(pad(b.Help().Key, 10)) + " " + pad(b.Help().Desc, column-11)
		if i%perLine == 0 {
			lines = append(lines, cell)
		} else {
			lines[len(lines)-1] += cell
		}
	}
	return lines
}

// hints are the keys for the footer, the most needed first.
func (m *model) hints() []hint {
	k := m.keys
	switch m.over {
	case asking:
		return []hint{says(k.Stay, ""), says(k.Leave, "")}
	case jumping:
		return []hint{says(k.Submit, "go there"), {m.look.arrows, "choose"}, says(k.Back, "")}
	case helping:
		return []hint{says(k.Back, "close"), {"pgup pgdn", "scroll"}}
	}
	w := m.focused()
	var hints []hint
	if m.page.Busy != "" {
		hints = append(hints, says(k.Back, "stop and go back"))
	} else {
		if does := m.enterDoes(); does != "" {
			hints = append(hints, says(k.Submit, does))
		}
	}
	arrows, more := m.arrowHints(w)
	if m.page.Busy == "" && !m.page.Final {
		// Where there is hardly room, the way out comes before what is plain to see.
		if m.w < 60 {
			arrows = append([]hint{m.backHint(w)}, arrows...)
		} else {
			arrows = append(arrows, m.backHint(w))
		}
	}
	hints = append(hints, arrows...)
	return append(hints, m.moreHints(w, more)...)
}

// arrowHints say what the arrows do, and how else to get about.
func (m *model) arrowHints(w *widget) (arrows, more []hint) {
	keys := m.look.arrows
	switch {
	case w == nil:
		return nil, nil
	case w.field.Kind != wizard.ChoiceField && len(m.form) > 1:
		return []hint{{keys, "move"}}, nil
	case w.field.Kind != wizard.ChoiceField:
		return nil, nil
	}
	if w.field.Filter && len(w.list.filter.text) == 0 {
		more = append(more, hint{"type", "to filter"})
	}
	if len(m.form) > 1 {
		more = append(more, says(m.keys.Next, ""))
	}
	return []hint{{keys, "choose"}}, more
}

func (m *model) moreHints(w *widget, more []hint) []hint {
	k := m.keys
	var hints []hint
	if w != nil && w.field.Kind == wizard.SecretField && len(w.line.text) > 0 {
		hints = append(hints, says(k.Reveal, ""))
	}
	if helpTyped(w) {
		hints = append(hints, says(k.Help, ""))
	} else {
		hints = append(hints, says(k.HelpTyping, ""))
	}
	hints = append(hints, more...)
	if len(m.state.History) > 0 && !m.page.Final {
		hints = append(hints, says(k.Jump, ""))
	}
	return append(hints, says(k.Quit, ""))
}

func (m *model) backHint(w *widget) hint {
	switch {
	case w != nil && len(w.list.filter.text) > 0:
		return says(m.keys.Back, "clear filter")
	case len(m.state.History) == 0 && m.state.Return == "":
		return says(m.keys.Back, "leave")
	}
	return says(m.keys.Back, "")
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

func (m *model) enterDoes() string {
	w := m.focused()
	switch {
	case w == nil:
		return "go on"
	case w.field.Kind == wizard.ChoiceField && len(w.list.shown) == 0:
		return "" // nothing to use
	case w.field.Kind == wizard.ChoiceField:
		return "use this"
	case m.focus+1 < len(m.form) && m.state.Fault.Field != w.field.Name:
		return "next"
	}
	return "go on"
}
