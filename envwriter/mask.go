package envwriter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mask stands for a secret of any length.
const mask = "••••••••"

var (
	// secretName finds keys whose value is a secret by their name.
	secretName = regexp.MustCompile(`(?i)PASS|PWD|PW$|KENNWORT|SALT$|SECRET|TOKEN|CREDENTIAL|HEADERS$|KEY\d*$|(^|_)KEY_|(^|_)(JWT|PIN|BEARER)\d*$|COOKIE$`)
	// secretNot finds those that only sound like it: a path, a switch, a passkey.
	secretNot = regexp.MustCompile(`(?i)^PASSKEYS?$|_(FILE|ENABLED)$`)
	// secretFile finds keys whose value is the path of a secret.
	secretFile = regexp.MustCompile(`(?i)_FILE$`)
	// commentedOut finds the key of an assignment in a comment.
	commentedOut = regexp.MustCompile(`^[ \t]*#[# \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:]`)
	// openSecret finds an assignment that Parse could not make out.
	openSecret = regexp.MustCompile(`^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:]`)
	// privateKey and privateKeyEnd are the lines around one in PEM.
	privateKey    = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY`)
	privateKeyEnd = regexp.MustCompile(`-----END [A-Z ]*PRIVATE KEY`)
)

func isSecret(key string, secret []string) bool {
	return slices.Contains(secret, key) || secretName.MatchString(key) && !secretNot.MatchString(key)
}

// isSecretAs is isSecret for a key with its value: what should be the path of a
// secret and is no path is the secret itself, put there by mistake.
func isSecretAs(key, value string, secret []string) bool {
	misplaced := secretName.MatchString(key) && secretFile.MatchString(key) && value != "" && !strings.Contains(value, "/")
	return misplaced || isSecret(key, secret)
}

// A unit is a statement as it may be shown: no secret, no control character.
type unit struct {
	id   string // equal for equal statements, whatever their line ends; never shown
	text []string
}

// units prepares a file for the screen. What cannot be made out is masked: it may
// be the rest of a password.
func units(file []byte, secret []string) []unit {
	var out []unit
	continued, open, inKey := false, false, false
	for _, s := range Parse(file).statements {
		body := s.prefix + s.value + s.note
		u := unit{id: body}
		switch {
		case s.kind == blank:
			u.text = []string{""}
		case open || continued || inKey:
			u.text = []string{mask}
		case s.kind == assignment && isSecretAs(s.key, s.value, secret):
			u.text = []string{printable(s.prefix) + maskValue(s.value)}
		case s.kind == junk:
			m := openSecret.FindStringSubmatch(body)
			open = m != nil && isSecret(m[1], secret)
			u.text = []string{mask}
		default:
			u.text = maskLines(s, secret)
		}
		inKey = (inKey || privateKey.MatchString(body)) && !privateKeyEnd.MatchString(body)
		continued = strings.HasSuffix(body, `\`) && len(u.text) == 1 && strings.Contains(u.text[0], mask)
		out = append(out, u)
	}
	return out
}

func maskLines(s statement, secret []string) []string {
	body := s.prefix + s.value + s.note
	if m := commentedOut.FindStringSubmatchIndex(body); m != nil {
		if value := strings.TrimSpace(body[m[1]:]); isSecretAs(body[m[2]:m[3]], value, secret) {
			return []string{printable(body[:m[1]]) + maskValue(value)}
		}
	}
	start := "" // the key of an assignment is no part of its value
	if s.kind == assignment {
		start, body = s.prefix, s.value+s.note
	}
	lines := strings.Split(body, "\n")
	for i, line := range lines {
		if m := openSecret.FindStringSubmatch(line); i > 0 && m != nil && isSecret(m[1], secret) {
			return append(lines[:i], mask) // quotes that readers pair differently
		}
		if at := privateKey.FindStringIndex(line); at != nil {
			return append(lines[:i], printable(start+line[:at[1]])+mask)
		}
		lines[i], start = printable(start+maskInside(strings.TrimSuffix(line, "\r"))), ""
	}
	return lines
}

// maskValue keeps the quotes, which tell how the value is encoded, and shows
// that there is no value.
func maskValue(raw string) string {
	switch n := len(raw); {
	case n == 0 || raw == "''" || raw == `""`:
		return raw
	case n > 2 && raw[0] == raw[n-1] && strings.IndexByte("'\"`", raw[0]) >= 0:
		return raw[:1] + mask + raw[:1]
	}
	return mask
}

// printable replaces what a terminal could act on by its escape.
func printable(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, s[i])
		case r == '\t':
			out.WriteString(`\t`)
		case r == '\uFEFF':
			out.WriteString("<BOM>")
		case !unicode.IsPrint(r):
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
		i += size
	}
	return out.String()
}
