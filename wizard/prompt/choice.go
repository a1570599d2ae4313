package prompt

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/wizard"
)

// listed is how many choices are shown at once; a list that is hardly longer is
// shown whole.
const (
	listed = 12
	spare  = 3
)

// choose finds the choice that a line means.
func (f *face) choose(ctx context.Context, field wizard.Field, text string) (asked, error) {
	if strings.TrimSpace(text) == "+" {
		f.list(field, f.more(field))
		return askedAgain, nil
	}
	found := match(field, text)
	switch {
	case len(found) == 1:
		return f.chosen(ctx, field, found[0])
	case len(found) == 0:
		f.out.say("Error: ", fmt.Sprintf("No choice is called %q. Type a number from 1 to %d, or the beginning of a name.",
			text, len(field.Choices)))
	default:
		f.out.say("", fmt.Sprintf("%d choices match:", len(found)))
		f.choices(field, found[:min(len(found), listed)])
		if len(found) > listed {
			f.out.say("", "and others; type more letters to narrow the list.")
		}
	}
	return askedAgain, nil
}

// chosen notes a choice and says what it is, since a few letters or a number
// may have stood for it.
func (f *face) chosen(ctx context.Context, field wizard.Field, i int) (asked, error) {
	c := field.Choices[i]
	f.out.say("Chosen: ", labelOf(c))
	if c.Note != "" && c.Value != f.standing(field) {
		f.out.say("", c.Note)
	}
	return f.answer(ctx, field, c.Value)
}

// match returns the choices that a line may mean: one by its value, label or
// number, else those that begin so, else in a filtered list those that have all
// its words somewhere.
func match(field wizard.Field, text string) []int {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return nil
	}
	equal := func(c wizard.Choice) bool {
		return strings.ToLower(c.Value) == text || strings.ToLower(labelOf(c)) == text
	}
	begins := func(c wizard.Choice) bool {
		return strings.HasPrefix(strings.ToLower(c.Value), text) || strings.HasPrefix(strings.ToLower(labelOf(c)), text)
	}
	if found := where(field.Choices, equal); len(found) > 0 {
		return found[:1]
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(field.Choices) {
		return []int{n - 1}
	}
	found := where(field.Choices, begins)
	if len(found) == 1 || !field.Filter {
		return found
	}
	return where(field.Choices, func(c wizard.Choice) bool { return contains(c, strings.Fields(text)) })
}

func contains(c wizard.Choice, words []string) bool {
	all := strings.ToLower(c.Value + " " + strings.Join(c.Cells, " ") + " " + c.Find)
	for _, w := range words {
		if !strings.Contains(all, w) {
			return false
		}
	}
	return true
}

func where(choices []wizard.Choice, is func(wizard.Choice) bool) []int {
	var found []int
	for i, c := range choices {
		if is(c) {
			found = append(found, i)
		}
	}
	return found
}

func indexOf(choices []wizard.Choice, value string) int {
	return slices.IndexFunc(choices, func(c wizard.Choice) bool { return c.Value == value })
}

func labelOf(c wizard.Choice) string {
	if len(c.Cells) == 0 {
		return c.Value
	}
	return c.Cells[0]
}

// list shows the choices from one on, as many as can be taken in, and at the
// first time the one that Enter would take.
func (f *face) list(field wizard.Field, from int) {
	all := len(field.Choices)
	to := min(all, from+listed)
	if all-to <= spare {
		to = all
	}
	some := make([]int, 0, listed+spare)
	for i := from; i < to; i++ {
		some = append(some, i)
	}
	if at := indexOf(field.Choices, f.standing(field)); from == 0 && at >= to {
		some = append(some, at)
	}
	f.choices(field, some)
	f.listedTo = to
	if to < all {
		f.out.say("", fmt.Sprintf("and %d more: + shows them, and some letters narrow the list.", all-to))
	}
}

// more is where the list goes on after what was shown; after its end it begins
// again.
func (f *face) more(field wizard.Field) int {
	if f.listedTo >= len(field.Choices) {
		return 0
	}
	return f.listedTo
}

// choices prints some choices, in columns, under the numbers they have in the
// whole list.
func (f *face) choices(field wizard.Field, which []int) {
	digits := len(strconv.Itoa(len(field.Choices)))
	var rows [][]string
	if field.Columns != nil {
		rows = append(rows, field.Columns)
	}
	for _, i := range which {
		rows = append(rows, field.Choices[i].Cells)
	}
	rows = columns(rows)
	if field.Columns != nil {
		f.out.hanging(strings.Repeat(" ", digits+4), rows[0])
		rows = rows[1:]
	}
	standing := f.standing(field)
	for n, i := range which {
		c := field.Choices[i]
		cells := append(slices.Clone(rows[n][:filled(c.Cells)]), judgement[c.Tone])
		f.out.hanging(fmt.Sprintf("  %*d. ", digits, i+1), cells)
		if c.Note != "" && c.Value == standing {
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

// judgement is a choice's tone in words.
var judgement = map[wizard.Tone]string{
	wizard.Good: "(ok)",
	wizard.Bad:  "(not usable)",
	wizard.Warn: "(doubtful)",
	wizard.Busy: "(being tried)",
}
