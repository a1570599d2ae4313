package envwriter

import (
	"fmt"
	"slices"
	"strings"
)

// A NoEncodingError says that a value cannot be written so that all selected
// readers read it. It never holds the value.
type NoEncodingError struct {
	Key string
	// Readers are all selected ones.
	Readers []string
	// Impossible are those that cannot read this value in any encoding.
	Impossible []string
	// Drop are those of which leaving out a single one makes the value writable.
	Drop []string
	// File says that it is not the value: in this file no value would do.
	File bool
}

func (e *NoEncodingError) Error() string {
	what := fmt.Sprintf("%s cannot be written so that %s all read the same value", e.Key, names(e.Readers))
	if len(e.Impossible) > 0 {
		what = fmt.Sprintf("%s cannot be written in this file so that %s %s it",
			e.Key, names(e.Impossible), verb(len(e.Impossible), "reads", "read"))
	}
	if e.File {
		what += ", whatever its value"
	}
	return what + ". " + e.advice()
}

// advice says what to change.
func (e *NoEncodingError) advice() string {
	other := "choose another value: letters, digits and _@%+=:,./^!?*{}[]- are read alike by all."
	if e.File {
		other = "mend the lines that they read differently."
	}
	if len(e.Drop) > 0 {
		return "Leave out " + strings.Join(e.Drop, " or ") + ", or " + other
	}
	return strings.ToUpper(other[:1]) + other[1:]
}

// mostExplained bounds, in bytes to parse for one encoding, the files for which it is
// found out who is in the way: that takes a few hundred times as many.
const mostExplained = 1 << 20

// explain finds out which readers stand in each other's way.
func (e *edit) explain(c Change) error {
	out := &NoEncodingError{Key: c.Key}
	for _, v := range e.before {
		out.Readers = appendNew(out.Readers, v.reader)
	}
	if len(e.file.Bytes())*len(e.before) > mostExplained {
		return out
	}
	out.File = !e.possible(Change{Key: c.Key, Value: "x"}, e.before)
	for _, name := range out.Readers {
		var alone, others []view
		for _, v := range e.before {
			if v.reader == name {
				alone = append(alone, v)
			} else {
				others = append(others, v)
			}
		}
		if !e.possible(c, alone) {
			out.Impossible = append(out.Impossible, name)
		}
		if len(others) > 0 && e.possible(c, others) {
			out.Drop = append(out.Drop, name)
		}
	}
	return out
}

func (e *edit) possible(c Change, views []view) bool {
	return slices.ContainsFunc(e.candidates(c), func(next candidate) bool {
		return e.judge(next.file, c, views).ok
	})
}
