package envwriter

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

var (
	errNoReaders = errors.New("no reader is selected")
	errBadKey    = errors.New("not a name of an environment variable: letters, digits and _ only, no digit first")
	errTwice     = errors.New("given twice")
	errCircular  = errors.New("its value and another one refer to each other")
)

// A KeyError says which key an edit failed at. It never holds the value.
type KeyError struct {
	Key string
	Err error
}

func (e *KeyError) Error() string { return e.Key + ": " + e.Err.Error() }
func (e *KeyError) Unwrap() error { return e.Err }

// A ReferenceError says that other keys refer to the one to be changed, and
// would change with it. Change.Follow allows that.
type ReferenceError struct {
	Key string
	By  []Reference
}

func (e *ReferenceError) Error() string {
	by := make([]string, len(e.By))
	for i, r := range e.By {
		by[i] = fmt.Sprintf("%s (line %d)", r.Key, r.Line)
	}
	return fmt.Sprintf("%s %s to %s and would change with it", names(by), verb(len(by), "refers", "refer"), e.Key)
}

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
}

func (e *NoEncodingError) Error() string {
	if len(e.Impossible) > 0 {
		return fmt.Sprintf("%s cannot be written in this file so that %s %s it. %s",
			e.Key, names(e.Impossible), verb(len(e.Impossible), "reads", "read"), e.advice())
	}
	return fmt.Sprintf("%s cannot be written so that %s all read the same value. %s", e.Key, names(e.Readers), e.advice())
}

// advice says what to change.
func (e *NoEncodingError) advice() string {
	const other = "another value: letters, digits and _@%+=:,./^!?*{}[]- are read alike by all"
	if len(e.Drop) == 0 {
		return "Choose " + other + "."
	}
	return "Leave out " + strings.Join(e.Drop, " or ") + ", or choose " + other + "."
}

// explain finds out which readers stand in each other's way.
func (e *edit) explain(c Change) error {
	out := &NoEncodingError{Key: c.Key}
	for _, v := range e.before {
		out.Readers = appendNew(out.Readers, v.reader)
	}
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
