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
	return append(lines, m.keys.all(m.look, w)...)
}

// all draws every key, one or two to a line.
func (k keyMap) all(l look, w int) []string {
	bindings := []key.Binding{k.Submit, k.Back, k.Next, k.Previous, k.Up, k.Down, k.PageUp, k.PageDown,
		k.Jump, k.HelpTyping, k.Reveal, k.Undo, k.Redraw, k.Suspend, k.Quit}
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
		hints = append(hints, says(k.Submit, m.enterDoes()))
	}
	hints = append(hints, m.arrowHints(w)...)
	if m.page.Busy == "" {
		hints = append(hints, m.backHint(w))
	}
	return append(hints, m.moreHints(w)...)
}

// arrowHints say what the arrows do, and how else to get about.
func (m *model) arrowHints(w *widget) []hint {
	arrows := m.look.arrows
	switch {
	case w == nil:
		return nil
	case w.field.Kind != wizard.ChoiceField && len(m.form) > 1:
		return []hint{{arrows, "move"}}
	case w.field.Kind != wizard.ChoiceField:
		return nil
	}
	hints := []hint{{arrows, "choose"}}
	if w.field.Filter {
		hints = append(hints, hint{"type", "to filter"})
	}
	if len(m.form) > 1 {
		hints = append(hints, says(m.keys.Next, ""))
	}
	return hints
}

func (m *model) moreHints(w *widget) []hint {
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
	if len(m.state.History) > 0 {
		hints = append(hints, says(k.Jump, ""))
	}
	return append(hints, says(k.Quit, ""))
}

func (m *model) backHint(w *widget) hint {
	switch {
	case w != nil && len(w.list.filter.text) > 0:
		return says(m.keys.Back, "clear the filter")
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
	case w.field.Kind == wizard.ChoiceField:
		return "use this"
	case m.focus+1 < len(m.form) && m.state.Fault.Field != w.field.Name:
		return "next"
	}
	return "go on"
}
