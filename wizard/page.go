package wizard

import (
	"maps"
	"slices"
	"strings"

	"smtp-wizard/internal/text"
	"smtp-wizard/secret"
)

// Page is what a step shows and asks, as a value: the faces draw it, nobody
// else keeps a copy.
type Page struct {
	Title string
	Why   string  // one paragraph
	Body  []Block // what has been found out, above the fields
	Field []Field // what is asked, in order
	After []Block // what follows from the answers, below the fields
	// Gist is what the page says in a word or two, for a face that cannot show all
	// of it at once.
	Gist Text
	// Busy says what is under way; while it is set, the page waits for its work
	// and cannot be submitted.
	Busy string
	// Skip says that the work under way may be cut short: the page goes on with what was
	// found by then.
	Skip bool
	// Onward says that the work came out well and leaves nothing to decide: when it
	// ends, the next page is opened, which says what was found.
	Onward bool
	// Aside is said of the work under way when the page need not wait for it.
	Aside string
	// Final says that all is done: to leave loses nothing, and no page before is
	// gone back to.
	Final bool
}

// Kind is how a field is answered.
type Kind int

const (
	// TextField is one line of text.
	TextField Kind = iota
	// SecretField is one line that is never shown.
	SecretField
	// ChoiceField is one of a list.
	ChoiceField
)

// Field is one question.
type Field struct {
	Name    string // stable: faults, flags and drafts name it
	Label   string
	Kind    Kind
	Help    Help
	Default string // the answer that Enter alone gives
	// Note stands under the field: where the default is from, what the provider
	// asks for.
	Note     string
	NoteTone Tone

	// Hide gives the text typed in place of the one to show, with as many characters; nil
	// is as it is.
	Hide func(text string) string
	// Complete, where there is one, is what Tab makes of the text; it may look at files.
	Complete func(text string) string

	// Lines says that the text may have several lines, as a paste has.
	Lines bool

	// Kept says that a secret is there already and an empty answer keeps it.
	Kept bool
	// Missing says that an answer is wanted: Enter comes here before it submits the
	// page.
	Missing bool

	Choices []Choice
	Columns []string // headings of the choices' cells
	// Filter says that the list is a long one, which typing narrows. A face may
	// leave all but the first cell to the chosen one.
	Filter bool
	// Open says that the list is what the page asks, so it stands open. Another one
	// is a line, which opens at Enter.
	Open bool

	Flag string // the flag of apply that answers it, such as "--host"
}

// Help is what "?" shows for a field.
type Help struct {
	What    string
	Example string
	Where   string // where to find the answer
}

// Choice is one answer of a ChoiceField.
type Choice struct {
	Value string
	Cells []string // the label, and further columns
	Tone  Tone
	Note  string // shown while the choice is the chosen one
	Key   string // chooses it at once, where typing does not filter
	Find  string // more words that a filter finds it by
	// Apart is a choice that is none of those that a filter counts.
	Apart bool
	// Under is the value of a choice that this one is a case of, such as a region of
	// a provider. It is behind all others, and only a filter shows it.
	Under string
}

// Label is the first cell, or the value of a choice without cells.
func (c Choice) Label() string {
	if len(c.Cells) == 0 {
		return c.Value
	}
	return c.Cells[0]
}

// Listed is how many of the choices are shown without a filter.
func Listed(choices []Choice) int {
	if i := slices.IndexFunc(choices, func(c Choice) bool { return c.Under != "" }); i >= 0 {
		return i
	}
	return len(choices)
}

// Filter returns the choices that a text finds, as text.Find does, the best first;
// all that are listed where there is none.
func Filter(choices []Choice, query string) []int {
	entries := make([]text.Entry, len(choices))
	for i, c := range choices {
		more := strings.Join(c.Cells, " ") + " " + c.Find
		entries[i] = text.Entry{Names: []string{c.Value, c.Label()}, More: more, Under: c.Under, Last: c.Tone == Bad}
	}
	return text.Find(query, entries)
}

// ChoiceOf returns the choice of that value.
func (f Field) ChoiceOf(value string) (Choice, bool) {
	if i := slices.IndexFunc(f.Choices, func(c Choice) bool { return c.Value == value }); i >= 0 {
		return f.Choices[i], true
	}
	return Choice{}, false
}

// Tone is what a piece of text means; the faces choose color and mark.
type Tone int

const (
	Plain Tone = iota
	Good
	Bad
	Warn
	Quiet
	Busy
)

// Block is one piece of a page's body: Text, Table or Verbatim.
type Block interface{ block() }

// Text is a paragraph, with a short label before it or none.
type Text struct {
	Label string
	Body  string
	Tone  Tone
}

// Table is rows of cells; the first cell of a row carries its mark.
type Table struct {
	Columns []string // headings, or nil
	Rows    []Row
	Brief   []Row // in their place where they do not fit with the rest of the page
}

// Row is one line of a table.
type Row struct {
	Tone  Tone
	Cells []string
}

// Verbatim is lines whose spaces and breaks mean something: a diff, commands, a
// conversation. Faces may break a long line but never drop a part of it.
type Verbatim struct {
	Lines []VerbatimLine
}

// VerbatimLine is one line of a Verbatim.
type VerbatimLine struct {
	Tone Tone
	Text string
}

func (Text) block()     {}
func (Table) block()    {}
func (Verbatim) block() {}

// Fault is what is wrong with an answer. It stays on the page until the answer
// is changed or given again.
type Fault struct {
	Field string // a Field.Name of the page, or "" for the page as a whole
	Text  string
	Tone  Tone // Bad, or Warn for a word that a second Enter passes over
}

// EnterKeeps ends the words of a Warn fault that a second Enter passes over.
const EnterKeeps = " Enter again keeps it."

// Plain is the words for those who have no Enter key: a script and its log.
func (f Fault) Plain() string { return strings.TrimSuffix(f.Text, EnterKeeps) }

// FieldNamed returns the field of that name.
func (p Page) FieldNamed(name string) (Field, bool) {
	if i := p.Index(name); i >= 0 {
		return p.Field[i], true
	}
	return Field{}, false
}

// Index is the place of the field of that name, or -1.
func (p Page) Index(name string) int {
	return slices.IndexFunc(p.Field, func(f Field) bool { return f.Name == name })
}

// Begin is the place of the field that the page opens at: the one named, else the
// list that the page is about, else the first that is missing, else the first.
func (p Page) Begin(named string) int {
	if i := p.Index(named); i >= 0 {
		return i
	}
	if i := slices.IndexFunc(p.Field, func(f Field) bool { return f.Open }); i >= 0 {
		return i
	}
	return max(p.NextMissing(-1), 0)
}

// NextMissing is the place of the next missing field after i, from the top again
// after the last; -1 where there is none.
func (p Page) NextMissing(i int) int {
	for n := range p.Field {
		if at := (i + 1 + n) % len(p.Field); at != i && p.Field[at].Missing {
			return at
		}
	}
	return -1
}

// Input is the raw answers to the fields of one page, by field name. It is
// never changed in place.
type Input map[string]string

// With returns a copy with one answer more.
func (in Input) With(name, value string) Input { return with(in, name, value) }

// Secrets is the raw answers to secret fields, by field name.
type Secrets map[string]secret.Value

// With returns a copy with one secret more.
func (in Secrets) With(name string, value secret.Value) Secrets { return with(in, name, value) }

// with is a copy of a map with one entry more.
func with[M ~map[K]V, K comparable, V any](m M, key K, value V) M {
	out := make(M, len(m)+1)
	maps.Copy(out, m)
	out[key] = value
	return out
}

// without is a copy of a map with one entry less.
func without[M ~map[K]V, K comparable, V any](m M, key K) M {
	out := maps.Clone(m)
	delete(out, key)
	return out
}
