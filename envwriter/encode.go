package envwriter

import (
	"iter"
	"slices"
	"strings"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/secret"
)

// encoding is one way to write a value. Only the readers decide whether it is right.
type encoding struct{ name, raw string }

// plain values mean the same to every reader, without quotes.
var plain = lazy.Compile(`^[A-Za-z0-9_@%+=:,./^!?*{}\[\]-]*$`)

var (
	escaped     = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`)
	escapedTick = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`")
)

// encodings are the ways to write a value, in the order to try them.
func encodings(value string) []encoding {
	list := []encoding{
		{"single", "'" + value + "'"},
		{"double", `"` + value + `"`},
		{"escaped", `"` + escaped.Replace(value) + `"`},
		{"escaped-backtick", `"` + escapedTick.Replace(value) + `"`},
		// Quoted pieces side by side, which systemd and shells read as one value.
		{"concatenated", "'" + strings.ReplaceAll(value, "'", `'"'"'`) + "'"},
		{"backtick", "`" + value + "`"},
	}
	bare := encoding{"bare", value}
	if plain.MatchString(value) {
		return append([]encoding{bare}, list...)
	}
	return append(list, bare)
}

// candidate is the file with a change in one encoding.
type candidate struct {
	encoding string
	doc      *document
}

// candidates are the files to try for a change, in order: each encoding, after the
// existing prefix and after a plain "KEY=".
func (e *editor) candidates(c Change) iter.Seq[candidate] {
	return func(yield func(candidate) bool) {
		if c.Unset {
			yield(candidate{doc: e.doc.unset(c.Key)})
			return
		}
		seen := map[string]bool{}
		for _, enc := range encodings(c.Value.Reveal()) {
			if seen[enc.raw] {
				continue
			}
			seen[enc.raw] = true
			for _, plain := range []bool{false, true} {
				if !yield(candidate{enc.name, e.doc.set(c.Key, enc.raw, plain)}) {
					return
				}
			}
		}
	}
}

// mostExplained bounds explain, in bytes to parse for one encoding: it parses a few
// hundred times as many.
const mostExplained = 1 << 20

// explain finds out which readers are incompatible.
func (e *editor) explain(c Change) error {
	out := &NoEncodingError{Key: c.Key}
	for _, v := range e.before {
		if !slices.Contains(out.readers, v.reader.Name) {
			out.readers = append(out.readers, v.reader.Name)
		}
	}
	if len(e.doc.bytes())*len(e.before) > mostExplained {
		return out
	}
	out.anyValue = !e.possible(Change{Key: c.Key, Value: secret.New("x")}, e.before)
	for _, name := range out.readers {
		others := slices.DeleteFunc(slices.Clone(e.before), func(v view) bool { return v.reader.Name == name })
		if len(others) > 0 && e.possible(c, others) {
			out.drop = append(out.drop, name)
		}
	}
	return out
}

func (e *editor) possible(c Change, views []view) bool {
	for next := range e.candidates(c) {
		if objector, referred, _ := e.verify(next.doc, views, c); objector == "" && !referred {
			return true
		}
	}
	return false
}
