package prompt

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

// heading says where the admin is.
func (f *face) heading() {
	page := f.Page()
	outline := f.Guide.Outline()
	index := func(id wizard.ID) int {
		return slices.IndexFunc(outline, func(h wizard.Heading) bool { return h.ID == id })
	}
	i := index(f.Place.At)
	f.shown, f.title, f.why = nil, page.Title, page.Why
	f.out.blank()
	where := fmt.Sprintf("Page %d of %d: %s", i+1, len(outline), outline[i].Name)
	if len(outline) == 1 { // a question of its own
		where = ""
	}
	if home := index(f.Place.Return); home >= 0 {
		f.out.say("", where+", then back to "+outline[home].Name)
		f.out.say("", page.Title)
		return
	}
	f.out.say("", where)
	f.out.say("", page.Title)
	f.out.say("", page.Why)
}

// headingAgain says what work has made of the heading.
func (f *face) headingAgain() {
	page := f.Page()
	if page.Title != f.title {
		f.out.say("", page.Title)
	}
	if page.Why != f.why && page.Why != "" {
		f.out.say("", page.Why)
	}
	f.title, f.why = page.Title, page.Why
}

// settle waits for the work that the page waits for, and a moment for work that
// it need not wait for, and prints what they find.
func (f *face) settle(ctx context.Context) error {
	if err := f.busy(ctx); err != nil {
		return err
	}
	f.headingAgain()
	page, found := f.Page(), f.Place.Found[f.Place.At]
	if page.Aside == "" || !found.Running || f.waited == found.Run {
		f.news(true)
		return nil
	}
	f.waited = found.Run
	f.out.say("", page.Aside)
	bound := time.After(f.wait.aside)
	for waiting := true; waiting && f.Place.Found[f.Place.At].Running; {
		f.news(false)
		f.hasWaited = true
		select {
		case o := <-f.Outcomes:
			f.apply(o)
		case <-bound:
			waiting = false
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	f.news(true)
	return nil
}

func (f *face) busy(ctx context.Context) error {
	began, said := time.Now(), ""
	next := time.NewTimer(f.wait.firstWord)
	defer next.Stop()
	for {
		busy := f.Page().Busy
		if _, err := f.Working(); err != nil || busy == "" {
			return err
		}
		f.news(false)
		f.hasWaited = true
		if busy != said {
			said = busy
			f.out.say("", strings.TrimRight(said, ".… ")+" ...")
		}
		select {
		case o := <-f.Outcomes:
			f.apply(o)
		case <-next.C:
			f.out.say("", fmt.Sprintf("Still waiting, %.0f s. Ctrl+C stops.", time.Since(began).Seconds()))
			next.Reset(f.wait.laterWord)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// news prints what the page's body says and has not been printed. Rows that
// wait their turn are left for the end of the work, when all is set.
func (f *face) news(all bool) {
	seen, printed := map[string]int{}, map[string]int{}
	for _, it := range items(slices.Concat(f.Page().Body, f.Page().After)) {
		seen[it.key]++
		switch {
		case seen[it.key] <= f.shown[it.key]:
		case it.pending && !all:
			continue
		default:
			it.print(f.out)
		}
		printed[it.key]++
	}
	f.shown = printed
}

// item is a piece of a body that is printed at once.
type item struct {
	key     string // equal for what says the same
	pending bool
	print   func(*printer)
}

func items(body []wizard.Block) []item {
	var list []item
	for _, block := range body {
		switch b := block.(type) {
		case wizard.Text:
			list = append(list, paragraph(b))
		case wizard.Table:
			list = append(list, rows(b)...)
		case wizard.Verbatim:
			list = append(list, verbatim(b))
		}
	}
	return list
}

// mark is a tone in a word.
var mark = map[wizard.Tone]string{
	wizard.Good: "ok",
	wizard.Bad:  "failed",
	wizard.Warn: "note",
	wizard.Busy: "working",
}

func paragraph(t wizard.Text) item {
	lead := ""
	switch {
	case t.Label != "":
		lead = t.Label + ": "
	case t.Tone == wizard.Bad:
		lead = "Failed: "
	case t.Tone == wizard.Warn:
		lead = "Note: "
	}
	return item{
		key:   fmt.Sprintf("text %d %s%s", t.Tone, lead, t.Body),
		print: func(p *printer) { p.say(lead, t.Body) },
	}
}

// widestMark is as wide as the mark and the first cell of a row become: rows
// that are printed one by one stand in line with those to come.
var widestMark = []string{"failed", "starttls"}

func rows(t wizard.Table) []item {
	var list []item
	var cells [][]string
	if t.Columns != nil && len(t.Rows) > 0 {
		cells = append(cells, append([]string{""}, t.Columns...))
	}
	for _, r := range t.Rows {
		cells = append(cells, append([]string{mark[r.Tone]}, r.Cells...))
	}
	padded := text.Columns(cells, widestColumn)
	if t.Columns == nil && slices.ContainsFunc(t.Rows, func(r wizard.Row) bool { return mark[r.Tone] != "" }) {
		padded = text.Columns(append(cells, widestMark), widestColumn)[:len(cells)]
	}
	head := len(cells) - len(t.Rows)
	for i, line := range padded {
		it := item{
			key:   "row " + strings.Join(cells[i], "\x00"),
			print: func(p *printer) { p.hanging("  ", line) },
		}
		if i >= head {
			tone := t.Rows[i-head].Tone
			it.pending = tone == wizard.Busy || tone == wizard.Quiet
		}
		list = append(list, it)
	}
	return list
}

func verbatim(v wizard.Verbatim) item {
	var key strings.Builder
	for _, l := range v.Lines {
		key.WriteString(l.Text + "\n")
	}
	return item{key: "verbatim " + key.String(), print: func(p *printer) {
		for _, l := range v.Lines {
			p.verbatim(l.Text)
		}
	}}
}
