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
	secretName = regexp.MustCompile(`(?i)PASS|PWD|PW$|SALT$|SECRET|TOKEN|CREDENTIAL|HEADERS$|KEY$|(^|_)KEY_`)
	// secretNot finds those that only sound like it: a path, a switch.
	secretNot = regexp.MustCompile(`(?i)_(FILE|ENABLED)$`)
	// commentedOut finds the key of an assignment in a comment.
	commentedOut = regexp.MustCompile(`^[ \t]*#[# \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:]`)
	// openSecret finds an assignment that Parse could not make out.
	openSecret = regexp.MustCompile(`^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:]`)
	// urlPassword finds the password in a URL.
	urlPassword = regexp.MustCompile(`(://[^/\s:@]*:)\S+@`)
	// namedPassword finds it in a connection string: host=db password=...
	namedPassword = regexp.MustCompile(`(?i)((?:password|passwd|pwd)[ \t]*=[ \t]*)('.*|[^\s;&"']+)`)
)

func isSecret(key string, secret []string) bool {
	return slices.Contains(secret, key) || secretName.MatchString(key) && !secretNot.MatchString(key)
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
	continued, open := false, false
	for _, s := range Parse(file).statements {
		body := s.prefix + s.value + s.note
		u := unit{id: body}
		switch {
		case s.kind == blank:
			u.text = []string{""}
		case open || continued:
			u.text = []string{mask}
		case s.kind == assignment && isSecret(s.key, secret):
			u.text = []string{printable(s.prefix) + maskValue(s.value)}
		case s.kind == junk:
			m := openSecret.FindStringSubmatch(body)
			open = m != nil && isSecret(m[1], secret)
			u.text = []string{mask}
		default:
			u.text = maskLines(body, secret)
		}
		continued = strings.HasSuffix(body, `\`) && len(u.text) == 1 && strings.Contains(u.text[0], mask)
		out = append(out, u)
	}
	return out
}

func maskLines(body string, secret []string) []string {
	if m := commentedOut.FindStringSubmatchIndex(body); m != nil && isSecret(body[m[2]:m[3]], secret) {
		return []string{printable(body[:m[1]]) + maskValue(strings.TrimSpace(body[m[1]:]))}
	}
	lines := strings.Split(body, "\n")
	for i, line := range lines {
		if m := openSecret.FindStringSubmatch(line); i > 0 && m != nil && isSecret(m[1], secret) {
			return append(lines[:i], mask) // quotes that readers pair differently
		}
		lines[i] = printable(maskInside(strings.TrimSuffix(line, "\r")))
	}
	return lines
}

// maskInside masks passwords that are part of another value.
func maskInside(line string) string {
	line = urlPassword.ReplaceAllString(line, "${1}"+mask+"@")
	return namedPassword.ReplaceAllString(line, "${1}"+mask)
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
