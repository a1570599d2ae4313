package envwriter

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

var (
	errNoReaders = errors.New("no reader is selected")
	errBadKey    = errors.New("not a name of an environment variable: letters, digits and _ only, no digit first")
	errTwice     = errors.New("given twice")
	errCircular  = errors.New("its value and another one refer to each other")

	// Why no .env can hold a value.
	errNUL         = errors.New("it holds a NUL byte, which no environment variable can hold")
	errCR          = errors.New("it holds a carriage return, which is lost or changed on reading")
	errLF          = errors.New("it holds a line feed")
	errInvalidUTF8 = errors.New("it is not valid UTF-8")
)

// A keyError says which key an edit failed at. It never holds the value.
type keyError struct {
	key string
	err error
}

func (e *keyError) Error() string { return e.key + ": " + e.err.Error() }
func (e *keyError) Unwrap() error { return e.err }

// CheckValue tells early whether any encoding can hold a value for the readers.
func CheckValue(value string, readers []Reader) error {
	switch {
	case !utf8.ValidString(value):
		return cannotWrite(errInvalidUTF8, "")
	case strings.Contains(value, "\x00"):
		return cannotWrite(errNUL, "")
	case strings.Contains(value, "\r"):
		return cannotWrite(errCR, "")
	case !strings.Contains(value, "\n"):
		return nil
	}
	var lines []string
	for _, r := range readers {
		if r.lineByLine {
			lines = append(lines, r.Name)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return cannotWrite(errLF, ", and "+list(lines, "reads", "read")+" line by line")
}

func cannotWrite(why error, more string) error {
	return fmt.Errorf("this value cannot be written: %w%s", why, more)
}

// A referenceError says that other keys refer to the one to be changed, and
// would change with it.
type referenceError struct {
	key string
	by  map[string]int // each with its line
}

func (e *referenceError) Error() string {
	var by []string
	byLine := func(a, b string) int { return cmp.Compare(e.by[a], e.by[b]) }
	for _, key := range slices.SortedFunc(maps.Keys(e.by), byLine) {
		by = append(by, fmt.Sprintf("%s (line %d)", key, e.by[key]))
	}
	return fmt.Sprintf("%s to %s and would change with it", list(by, "refers", "refer"), e.key)
}

// A NoEncodingError says that a value cannot be written so that all selected
// readers read it. It never holds the value.
type NoEncodingError struct {
	Key        string
	readers    []string // all selected ones
	impossible []string // those that cannot read this value in any encoding
	drop       []string // those of which leaving out a single one makes the value writable
	anyValue   bool     // it is not the value: in this file no value would do
}

func (e *NoEncodingError) Error() string {
	what := fmt.Sprintf("%s cannot be written so that %s the same value", e.Key, list(e.readers, "reads", "all read"))
	if len(e.impossible) > 0 {
		what = fmt.Sprintf("%s cannot be written in this file so that %s it", e.Key, list(e.impossible, "reads", "read"))
	}
	advice := "choose another value: all readers agree on letters, digits and _@%+=:,./^!?*{}[]-."
	if e.anyValue {
		what, advice = what+", whatever its value", "fix the lines that they read differently."
	}
	if len(e.drop) > 0 {
		return fmt.Sprintf("%s. Leave out %s, or %s", what, strings.Join(e.drop, " or "), advice)
	}
	return what + ". " + strings.ToUpper(advice[:1]) + advice[1:]
}

// list joins names and a verb: "a reads", "a and b read", "a, b and c read".
func list(names []string, one, more string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "") + " " + one
	}
	return strings.Join(names[:last], ", ") + " and " + names[last] + " " + more
}
