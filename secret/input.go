package secret

import (
	"errors"
	"strings"
	"unicode"
)

// WithoutLineEnd strips one trailing line end, which editors and echo add.
func WithoutLineEnd(s string) string {
	return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r")
}

// Check refuses a secret with control characters: they come from pasting or from
// the wrong kind of file, never from a relay's operator.
func Check(s string) error {
	switch {
	case strings.ContainsAny(s, "\r\n"):
		return errors.New("the password has more than one line")
	case strings.ContainsFunc(s, unicode.IsControl):
		return errors.New("the password contains control characters, perhaps from pasting; please type it")
	}
	return nil
}
