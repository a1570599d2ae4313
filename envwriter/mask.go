package envwriter

import (
	"strings"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/internal/text"
)

// mask replaces a secret of any length.
const mask = "••••••••"

// Public reports whether a value of a key, as returned by Unquoted, may be shown. It
// must list what is public: no list of names has every secret.
type Public func(key, value string) bool

// masker shows statements in order: keys, and public values. What it cannot parse is
// masked, because it may be the rest of a password, and comments are left out, because
// they may contain an old one.
type masker struct {
	public    Public
	secrets   map[string]bool // passwords: some providers also use them as the user name
	joined    bool            // the last line ends in a backslash
	uncertain bool            // an earlier line may not end where it seems to
}

// secretName finds keys whose value is certainly a secret.
var secretName = lazy.Compile(`(?i)PASS|SECRET|TOKEN|KEY`)

func newMasker(public Public, docs ...*document) *masker {
	m := &masker{public: public, secrets: map[string]bool{}}
	for _, doc := range docs {
		for _, s := range doc.statements {
			if s.value == "" || !secretName.MatchString(s.key) {
				continue
			}
			if value := Unquoted(s.value); !public(s.key, value) {
				m.secrets[value] = true
			}
		}
	}
	return m
}

// Unquoted removes all quotes and backslashes, to compare values.
func Unquoted(raw string) string { return encodingMarks.Replace(raw) }

var encodingMarks = strings.NewReplacer("'", "", `"`, "", "`", "", `\`, "")

// show returns a statement as it may be shown; ok is false if it is left out.
func (m *masker) show(s statement) (line string, ok bool) {
	joined, uncertain := m.joined, m.uncertain
	value := Unquoted(s.value)
	public := s.kind == assignment && m.public(s.key, value) && !m.secrets[value] && !strings.ContainsAny(s.value, "\r\n")
	m.joined = s.kind != commentLine && strings.HasSuffix(s.text(), `\`)
	m.uncertain = !public && (uncertain || s.kind == invalid || strings.Contains(s.value, "-----BEGIN"))
	switch {
	case s.kind == blankLine || s.kind == commentLine:
		return "", false
	case joined || s.kind == invalid || uncertain && !public:
		return mask, true
	case public:
		return text.Clean(s.prefix + s.value), true
	}
	return text.Clean(s.prefix) + maskValue(s.value), true
}

// maskValue keeps the quotes, which show the encoding, and an empty value.
func maskValue(raw string) string {
	switch n := len(raw); {
	case n == 0 || raw == "''" || raw == `""`:
		return raw
	case n > 2 && raw[0] == raw[n-1] && strings.IndexByte("'\"`", raw[0]) >= 0:
		return raw[:1] + mask + raw[:1]
	}
	return mask
}
