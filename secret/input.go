package secret

import (
	"errors"
	"strings"
	"unicode"
)

// WithoutLineEnd is what was given as a secret without one line end at its end, which
// editors and echo put there.
func WithoutLineEnd(s string) string {
	return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r")
}

// Check refuses a secret that was given with control characters in it: they are from
// pasting or from a file of another kind, and no relay was told them.
func Check(s string) error {
	switch {
	case strings.ContainsAny(s, "\r\n"):
		return errors.New("the password has more than one line")
	case strings.ContainsFunc(s, unicode.IsControl):
		return errors.New("the password has control characters in it, perhaps from pasting; please type it")
	}
	return nil
}
