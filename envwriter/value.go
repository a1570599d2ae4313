package envwriter

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Why a value can be in no .env at all. They come wrapped in a *ValueError.
var (
	ErrNUL         = errors.New("it holds a NUL byte, which no environment variable can hold")
	ErrCR          = errors.New("it holds a carriage return, which is lost or changed on reading")
	ErrLF          = errors.New("it holds a line feed")
	ErrInvalidUTF8 = errors.New("it is not valid UTF-8")
)

// A ValueError says why a value cannot be written. It never holds the value.
type ValueError struct {
	Err error
	// Readers are those that cannot read such a value; empty when none can.
	Readers []string
}

func (e *ValueError) Error() string {
	if len(e.Readers) == 0 {
		return "this value cannot be written: " + e.Err.Error()
	}
	return fmt.Sprintf("this value cannot be written: %v, and %s %s line by line",
		e.Err, names(e.Readers), verb(len(e.Readers), "reads", "read"))
}

func (e *ValueError) Unwrap() error { return e.Err }

// CheckValue says at once of a value whether any encoding can hold it for the
// readers. The error is a *ValueError.
func CheckValue(value string, readers []Reader) error {
	switch {
	case !utf8.ValidString(value):
		return &ValueError{Err: ErrInvalidUTF8}
	case strings.Contains(value, "\x00"):
		return &ValueError{Err: ErrNUL}
	case strings.Contains(value, "\r"):
		return &ValueError{Err: ErrCR}
	case !strings.Contains(value, "\n"):
		return nil
	}
	var lines []string
	for _, r := range readers {
		if r.lines {
			lines = append(lines, r.Name)
		}
	}
	if len(lines) > 0 {
		return &ValueError{Err: ErrLF, Readers: lines}
	}
	return nil
}
