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
	errNUL         = errors.New(unwritable + "it holds a NUL byte, which no environment variable can hold")
	errCR          = errors.New(unwritable + "it holds a carriage return, which is lost or changed on reading")
	errLF          = errors.New(unwritable + "it holds a line feed")
	errInvalidUTF8 = errors.New(unwritable + "it is not valid UTF-8")
)

const unwritable = "this value cannot be written: "

// keyError says at which key an edit failed, without the value.
type keyError struct {
	key string
	err error
}

func (e *keyError) Error() string { return e.key + ": " + e.err.Error() }

// CheckValue says early why no encoding of a value can work for the readers.
func CheckValue(value string, readers []Reader) error {
	switch {
	case !utf8.ValidString(value):
		return errInvalidUTF8
	case strings.Contains(value, "\x00"):
		return errNUL
	case strings.Contains(value, "\r"):
		return errCR
	case !strings.Contains(value, "\n"):
		return nil
	}
	var lines []string
	for _, r := range readers {
		if r.Misreads("lines") {
			lines = append(lines, r.Name)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return fmt.Errorf("%w, and %s line by line", errLF, verbs(lines, "reads", "read"))
}

// errReferred says which keys refer to the changed one, and on which lines.
func errReferred(by map[string]int) error {
	var list []string
	byLine := func(a, b string) int { return cmp.Compare(by[a], by[b]) }
	for _, key := range slices.SortedFunc(maps.Keys(by), byLine) {
		list = append(list, fmt.Sprintf("%s (line %d)", key, by[key]))
	}
	return fmt.Errorf("%s to it and would change with it", verbs(list, "refers", "refer"))
}

// NoEncodingError says that no encoding of a value works for all selected readers. It
// never contains the value.
type NoEncodingError struct {
	Key      string
	readers  []string // all selected ones
	drop     []string // those without any one of which the value could be written
	anyValue bool     // the file is the problem: no value would work
}

func (e *NoEncodingError) Error() string {
	what := fmt.Sprintf("%s cannot be written so that %s the same value", e.Key, verbs(e.readers, "reads", "all read"))
	advice := "choose another value: all readers agree on letters, digits and _@%+=:,./^!?*{}[]-."
	if e.anyValue {
		what, advice = what+", whatever it is", "fix the lines that they read differently."
	}
	if len(e.drop) > 0 {
		return fmt.Sprintf("%s. Leave out %s, or %s", what, strings.Join(e.drop, " or "), advice)
	}
	return what + ". " + strings.ToUpper(advice[:1]) + advice[1:]
}

// verbs joins names and a verb: "a reads", "a and b read", "a, b and c read".
func verbs(names []string, one, more string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "") + " " + one
	}
	return strings.Join(names[:last], ", ") + " and " + names[last] + " " + more
}
