package prompt

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

// listed is how many choices are shown at once; a list that is hardly longer is
// shown whole.
const (
	listed = 12
	spare  = 3
)

// choose finds the choice that a line means.
func (f *face) choose(field wizard.Field, line string) (answered bool) {
	if strings.TrimSpace(line) == "+" {
		from := f.listedTo
		if from >= wizard.Listed(field.Choices) {
			from = 0 // after the end it begins again
		}
		f.list(field, from)
		return false
	}
	found := match(field, line)
	switch {
	case len(found) == 1:
		f.chosen(field, field.Choices[found[0]])
		return true
	case len(found) == 0:
		f.out.say("Error: ", fmt.Sprintf("No choice is called %q. Type a number from 1 to %d, or the beginning of a name.",
			line, wizard.Listed(field.Choices)))
	default:
		f.out.say("", fmt.Sprintf("%d choices match:", len(found)))
		f.choices(field, found[:min(len(found), listed)])
		if len(found) > listed {
			f.out.say("", "and others; type more letters to narrow the list.")
		}
	}
	return false
}

// chosen notes a choice and says what it is, since a few letters or a number
// may have stood for it.
func (f *face) chosen(field wizard.Field, c wizard.Choice) {
	f.out.say("Chosen: ", c.Label())
	if c.Value != f.suggested(field) {
		f.out.say("", c.Note)
	}
	f.answer(field, c.Value)
}

// match returns the choices that a line may mean: one by its label, value or
// number, else those that begin so, else what the filter of a long list finds. What
// is on the screen, the labels, counts before the values that are not.
func match(field wizard.Field, line string) []int {
	line = strings.ToLower(strings.TrimSpace(line))
	if line == "" {
		return nil
	}
	if i := slices.IndexFunc(field.Choices, func(c wizard.Choice) bool { return c.Key == line }); i >= 0 {
		return []int{i}
	}
	where := func(is func(value, label string) bool) []int {
		var found []int
		for i, c := range field.Choices {
			if is(strings.ToLower(c.Value), strings.ToLower(c.Label())) {
				found = append(found, i)
			}
		}
		return found
	}
	if found := where(func(_, label string) bool { return label == line }); len(found) > 0 {
		return found[:1]
	}
	found := where(func(_, label string) bool { return strings.HasPrefix(label, line) })
	if exact := where(func(value, _ string) bool { return value == line }); len(exact) > 0 &&
		(len(found) == 0 || slices.Contains(found, exact[0])) {
		return exact[:1]
	}
	if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(field.Choices) {
		return []int{n - 1}
	}
	if len(found) == 0 {
		found = where(func(value, _ string) bool { return strings.HasPrefix(value, line) })
	}
	if len(found) == 1 || !field.Filter {
		return found
	}
	return wizard.Filter(field.Choices, line)
}

func indexOf(choices []wizard.Choice, value string) int {
	return slices.IndexFunc(choices, func(c wizard.Choice) bool { return c.Value == value })
}

// list shows the choices from one on, as many as can be taken in, and at the
// first time the one that Enter would take.
func (f *face) list(field wizard.Field, from int) {
	all := wizard.Listed(field.Choices)
	to := min(all, from+listed)
	if all-to <= spare {
		to = all
	}
	some := make([]int, 0, listed+spare)
	for i := from; i < to; i++ {
		some = append(some, i)
	}
	if at := indexOf(field.Choices, f.suggested(field)); from == 0 && at >= to {
		some = append(some, at)
	}
	f.choices(field, some)
	f.listedTo = to
	if to < all {
		f.out.say("", fmt.Sprintf("and %d more: + shows them, and some letters narrow the list.", all-to))
	}
}

// choices prints some choices, in columns, under the numbers they have in the
// whole list.
func (f *face) choices(field wizard.Field, which []int) {
	digits := len(strconv.Itoa(wizard.Listed(field.Choices)))
	var rows [][]string
	if field.Columns != nil {
		rows = append(rows, field.Columns)
	}
	for _, i := range which {
		rows = append(rows, field.Choices[i].Cells)
	}
	rows = text.Columns(rows, widestColumn)
	if field.Columns != nil {
		f.out.hanging(strings.Repeat(" ", digits+4), rows[0])
		rows = rows[1:]
	}
	suggested := f.suggested(field)
	for n, i := range which {
		c := field.Choices[i]
		cells := append(slices.Clone(rows[n][:filled(c.Cells)]), toneWords[c.Tone])
		f.out.hanging(fmt.Sprintf("  %*d. ", digits, i+1), cells)
		if c.Note != "" && c.Value == suggested {
			f.out.hanging(strings.Repeat(" ", digits+4), []string{c.Note})
		}
	}
}

// filled is how many cells there are up to the last that says something.
func filled(cells []string) int {
	for i := len(cells); i > 0; i-- {
		if cells[i-1] != "" {
			return i
		}
	}
	return 0
}

// toneWords is a choice's tone in words.
var toneWords = map[wizard.Tone]string{
	wizard.Good: "(ok)",
	wizard.Bad:  "(not usable)",
	wizard.Warn: "(doubtful)",
	wizard.Busy: "(testing)",
}
