package envwriter

import (
	"regexp"
	"strings"
)

// An encoding is one way to write a value. Whether it is right is not decided
// here: the readers decide on the finished file.
type encoding struct {
	name   string
	fits   func(string) bool
	encode func(string) string
}

// encodings in the order in which they are tried.
var encodings = []encoding{
	{"bare", plain.MatchString, same},
	{"single", always, around("'")},
	{"double", always, around(`"`)},
	{"escaped", always, escape("\\\"$")},
	{"escaped-backtick", always, escape("\\\"$`")},
	{"concatenated", hasApostrophe, concatenate},
	{"backtick", always, around("`")},
	{"bare", always, same},
}

// plain values mean the same to every reader without quotes.
var plain = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./^!?*{}\[\]-]*$`)

func always(string) bool          { return true }
func hasApostrophe(s string) bool { return strings.Contains(s, "'") }
func same(s string) string        { return s }

func around(quote string) func(string) string {
	return func(s string) string { return quote + s + quote }
}

func escape(chars string) func(string) string {
	return func(s string) string {
		var out strings.Builder
		for i := range len(s) {
			if strings.IndexByte(chars, s[i]) >= 0 {
				out.WriteByte('\\')
			}
			out.WriteByte(s[i])
		}
		return `"` + out.String() + `"`
	}
}

// concatenate joins quoted pieces, which systemd and shells read as one value.
func concatenate(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'"'"'`) + "'"
}
