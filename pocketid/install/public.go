package install

import (
	"strings"

	"smtp-wizard/pocketid"
)

// Public is the value that arrives for a key when it may be shown: the setting is
// known to be public, no secret is part of it, and it can be seen from here.
func (in Install) Public(key string) (string, bool) {
	s, ok := in.env.get(key)
	if !ok || s.Unknown || !pocketid.IsPublic(key, s.Value) || in.holdsSecret(s.Value) {
		return "", false
	}
	if _, rest, found := strings.Cut(s.Value, "://"); found && strings.Contains(rest, "@") {
		return "", false // somebody's login is part of the URL
	}
	return s.Value, true
}

// holdsSecret reports whether a text has a secret that arrives, or arrived and lost.
func (in Install) holdsSecret(text string) bool {
	const least = 6 // a shorter one would hide half of all values, and says little
	for key, all := range in.env {
		for _, s := range all {
			if len(s.Value) >= least && !pocketid.IsPublic(key, s.Value) && looksSecret(key) && strings.Contains(text, s.Value) {
				return true
			}
		}
	}
	password := in.Password.value
	return len(password) >= least && strings.Contains(text, password)
}

// looksSecret tells from a name that its value is one.
func looksSecret(key string) bool {
	for _, sign := range []string{"PASS", "KEY", "SECRET", "TOKEN", "DATABASE", "CONNECTION"} {
		if strings.Contains(strings.ToUpper(key), sign) {
			return true
		}
	}
	return false
}
