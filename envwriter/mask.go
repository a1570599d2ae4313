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

// Keys.
var (
	// secretName finds keys whose value is a secret by their name.
	secretName = regexp.MustCompile(`(?i)PASS|PWD|PW$|KENNWORT|SALT$|SECRET|TOKEN|CREDENTIAL|HEADERS$|KEY\d*$|(^|_)KEY_|(^|_)(JWT|PIN|BEARER)\d*$|COOKIE$`)
	// secretNot finds those that only sound like it: a path, a switch, a passkey.
	secretNot = regexp.MustCompile(`(?i)^PASSKEYS?$|_(FILE|ENABLED)$`)
	// secretFile finds keys whose value is the path of a secret.
	secretFile = regexp.MustCompile(`(?i)_FILE$`)
	// anyKey finds an assignment that need not be one to any reader, and commentedOut
	// one in a comment.
	anyKey       = regexp.MustCompile(`^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:]`)
	commentedOut = regexp.MustCompile(`^[ \t]*#[# \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:]`)
)

// label is a word that announces a secret, as a name or in prose. Passkeys are none.
const label = `(?:[a-z0-9_.-]*(?:pass(?:word|wort|wd|phrase|code)?|pwd|kennwort|secret|token|credential)s?(?:[0-9_.-][a-z0-9_.-]*)?` +
	`|(?:[a-z0-9.-]*[_.-])?pw|(?:[a-z0-9_.-]+[_.-]|(?:api|app|access|license|licence|private|encryption)[ ]?)key[0-9]*)`

// Secrets inside a line.
var (
	// announced finds the secret in a comment: all that follows the label, since
	// people put blanks between the groups of a password.
	announced = regexp.MustCompile(`(?i)((?:^|[^a-z0-9_.-])(` + label + `)["']?[ \t]*[:=][ \t]*)(\S.*)`)
	// named finds it in a value such as a connection string: host=db password=...
	named = regexp.MustCompile(`(?i)((?:^|[^a-z0-9_.-])` + label + `["']?[ \t]*[:=][ \t]*)('.*|"[^"]*|\{[^}]*|(?:\\.|[^\s;&"'\\])+)`)
	// query finds parameters of a URL whose names say less.
	query = regexp.MustCompile(`(?i)([?&](?:[a-z0-9_.-]*(?:key|sig|signature|auth|code))=)[^&\s"']+`)
	// urlPassword finds the password in a URL: the user may be an e-mail address, so
	// it ends at the last @.
	urlPassword = regexp.MustCompile(`(://[^/\s:]*:)\S+@`)
	// dsnPassword finds it in what Go's MySQL driver takes: user:password@tcp(host).
	dsnPassword = regexp.MustCompile(`((?:^|[\s"'=])[^\s:@/"'=]*:)\S+(@[a-z0-9]*\()`)
	// privateKey and privateKeyEnd are the lines around one in PEM.
	privateKey    = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY`)
	privateKeyEnd = regexp.MustCompile(`-----END [A-Z ]*PRIVATE KEY`)
)

// A masker shows statements without their secrets, one after the other. What cannot
// be made out is masked: it may be the rest of a password.
type masker struct {
	keys      []string // secret whatever their name
	open      bool     // a secret began in a quote that was not made out
	continued bool     // the last line was masked and ends in a backslash
	inKey     bool     // between the lines of a private key
}

// show returns the lines of the next statement: no secret, no control character.
func (m *masker) show(s statement) []string {
	body := s.text()
	lines := []string{mask}
	switch {
	case s.kind == blankLine:
		lines = []string{""}
	case m.open || m.continued || m.inKey:
	case s.kind == assignment && m.isSecret(s.key, s.value):
		lines = []string{printable(s.prefix) + maskValue(s.value)}
	case s.kind == invalid:
		key := anyKey.FindStringSubmatch(body)
		m.open = key != nil && m.isSecret(key[1], "")
	default:
		lines = m.maskLines(s)
	}
	m.inKey = (m.inKey || privateKey.MatchString(body)) && !privateKeyEnd.MatchString(body)
	m.continued = strings.HasSuffix(body, `\`) && len(lines) == 1 && strings.Contains(lines[0], mask)
	return lines
}

// isSecret also reports what should be the path of a secret and is none: it is the
// secret itself, put there by mistake.
func (m *masker) isSecret(key, value string) bool {
	if slices.Contains(m.keys, key) {
		return true
	}
	misplaced := secretFile.MatchString(key) && value != "" && !strings.Contains(value, "/")
	return secretName.MatchString(key) && (misplaced || !secretNot.MatchString(key))
}

func (m *masker) maskLines(s statement) []string {
	body := s.text()
	if at := commentedOut.FindStringSubmatchIndex(body); at != nil {
		if value := strings.TrimSpace(body[at[1]:]); m.isSecret(body[at[2]:at[3]], value) {
			return []string{printable(body[:at[1]]) + maskValue(value)}
		}
	}
	start := "" // the key of an assignment is no part of its value
	if s.kind == assignment {
		start, body = s.prefix, s.value+s.comment
	}
	lines := strings.Split(body, "\n")
	for i, line := range lines {
		if key := anyKey.FindStringSubmatch(line); i > 0 && key != nil && m.isSecret(key[1], "") {
			return append(lines[:i], mask) // quotes that readers pair differently
		}
		if at := privateKey.FindStringIndex(line); at != nil {
			return append(lines[:i], printable(start+line[:at[1]])+mask)
		}
		lines[i], start = printable(start+maskInside(strings.TrimSuffix(line, "\r"))), ""
	}
	return lines
}

// maskInside masks secrets in a line that is not one as a whole. A comment that
// merely speaks of a password is left readable.
func maskInside(line string) string {
	at := commentStart(line)
	line = named.ReplaceAllString(line[:at], "${1}"+mask) + announced.ReplaceAllStringFunc(line[at:], maskAnnounced)
	line = query.ReplaceAllString(line, "${1}"+mask)
	line = urlPassword.ReplaceAllString(line, "${1}"+mask+"@")
	return dsnPassword.ReplaceAllString(line, "${1}"+mask+"${2}")
}

// maskAnnounced masks what follows a label, but not the path of a secret.
func maskAnnounced(text string) string {
	m := announced.FindStringSubmatch(text)
	if secretNot.MatchString(m[2]) && (strings.Contains(m[3], "/") || !secretFile.MatchString(m[2])) {
		return text
	}
	return m[1] + mask
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
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd"):
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
	}
	return out.String()
}
