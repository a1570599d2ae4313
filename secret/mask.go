package secret

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"smtp-wizard/internal/text"
)

const (
	// Mask stands where a secret stood.
	Mask = "***"
	// telling is how many letters and digits in a row give a piece of a credential
	// away.
	telling = 8
	// shortest is the length from which a bare password is masked by itself: a
	// shorter one is part of any text.
	shortest = 4
)

// A Masker takes one user's password out of what a relay sends back, in the
// forms in which relays repeat what they were told: bare, as the base64 that went
// over the wire, cut short, in another case, quoted, escaped, broken over lines,
// in hex. The zero value masks nothing but the arguments of AUTH.
type Masker struct {
	password string          // in lower case, as all below
	wholes   []string        // forms that are masked as they are
	runs     map[string]bool // every run of telling letters and digits of any form
}

// NewMasker masks a password, and the user where it comes with it.
func NewMasker(user, password string) *Masker {
	m := &Masker{password: lower(password), runs: map[string]bool{}}
	if user == "" && password == "" {
		return m
	}
	blob := encode("\x00" + user + "\x00" + password)
	forms := []string{blob, encode(user), encode(user + ":" + password)}
	m.wholes = []string{lower(blob)}
	if password != "" {
		m.wholes = append(m.wholes, lower(encode(password)))
		forms = append(forms, encodings(password)...)
		forms = append(forms, spellings(password)...)
	}
	if utf8.RuneCountInString(password) >= shortest {
		for _, form := range spellings(password) {
			m.wholes = append(m.wholes, lower(form))
		}
	}
	for _, form := range forms {
		kept, _ := alphanumeric(lower(form))
		for i := 0; i+telling <= len(kept); i++ {
			m.runs[string(kept[i:i+telling])] = true
		}
	}
	return m
}

func encode(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// spellings are the ways to write a password down.
func spellings(password string) []string {
	quoted, _ := json.Marshal(password) // a string always can be marshalled
	return []string{
		password, text.Clean(password), strings.ToLower(password), strings.ToUpper(password),
		strings.Trim(string(quoted), `"`), url.QueryEscape(password), url.PathEscape(password), html.EscapeString(password),
	}
}

// encodings are a password's hex and base64, the latter as it looks at each of
// the three places that it can have in a longer text.
func encodings(password string) []string {
	forms := []string{hex.EncodeToString([]byte(password))}
	for before := range 3 {
		whole := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat(" ", before) + password))
		first := []int{0, 2, 3}[before] // what the bytes before it have a part in
		if last := (before + len(password)) * 8 / 6; first < last {
			forms = append(forms, whole[first:last], whole[first:]) // with something behind it, and at the end
		}
	}
	return forms
}

// lower is strings.ToLower for ASCII alone, which keeps every byte in its place.
func lower(s string) string {
	bytes := []byte(s)
	for i, b := range bytes {
		if 'A' <= b && b <= 'Z' {
			bytes[i] = b + 'a' - 'A'
		}
	}
	return string(bytes)
}

// alphanumeric are a text's letters and digits, with their places in it.
func alphanumeric(s string) (kept []byte, at []int) {
	for i := range len(s) {
		if b := s[i]; b >= utf8.RuneSelf || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' {
			kept, at = append(kept, b), append(at, i)
		}
	}
	return kept, at
}

// Mask masks credentials in text that is clean already. Line feeds stay.
func (m *Masker) Mask(s string) string {
	marks := m.marks(lower(s))
	if !slices.Contains(marks, true) {
		return MaskAuth(s)
	}
	var out strings.Builder
	for from := 0; from < len(s); {
		to := from + 1
		for to < len(s) && (marks[to] == marks[from] || !utf8.RuneStart(s[to])) { // whole characters
			to++
		}
		piece := s[from:to]
		if marks[from] && !m.common(lower(piece)) {
			piece = Mask + strings.Repeat("\n"+Mask, strings.Count(piece, "\n"))
		}
		out.WriteString(piece)
		from = to
	}
	return MaskAuth(out.String())
}

// marks tells for each byte of a text whether it is part of a credential.
func (m *Masker) marks(s string) []bool {
	marks := make([]bool, len(s))
	mark := func(from, to int) {
		for i := from; i < to; i++ {
			marks[i] = true
		}
	}
	for _, whole := range m.wholes {
		for from := 0; ; from++ {
			i := strings.Index(s[from:], whole)
			if i < 0 {
				break
			}
			from += i
			mark(from, from+len(whole))
		}
	}
	kept, at := alphanumeric(s)
	for i := 0; len(m.runs) > 0 && i+telling <= len(kept); i++ {
		if m.runs[string(kept[i:i+telling])] {
			mark(at[i], at[i+telling-1]+1)
		}
	}
	return marks
}

const (
	// keywords are words of the protocol. To mask them would tell that they are
	// the password, and a relay's offer could not be read.
	keywords = " auth plain login starttls size pipelining chunking 8bitmime smtputf8 dsn vrfy etrn help " +
		"enhancedstatuscodes binarymime xoauth2 oauthbearer cram-md5 digest-md5 ntlm gssapi "
	// replyWords are words of many refusals, which may be a part of a password
	// without telling anything of it.
	replyWords = " accepted authentication connection credentials mechanism password rejected recipient username "
)

// common reports whether a piece is made of words that any relay says.
func (m *Masker) common(piece string) bool {
	known := keywords
	if !strings.Contains(piece, m.password) {
		known += replyWords
	}
	words := strings.FieldsFunc(piece, func(r rune) bool { return strings.ContainsRune(" =\n", r) })
	unknown := func(word string) bool { return !strings.Contains(known, " "+word+" ") }
	return len(words) > 0 && !slices.ContainsFunc(words, unknown)
}

// authArgument is AUTH, a mechanism, and what follows (RFC 4954 section 4).
var authArgument = regexp.MustCompile(`(?i)\b(AUTH\s+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|DIGEST-MD5|NTLM|GSSAPI|` +
	`SCRAM-[A-Z0-9-]+)\s+["'<(]?)([^\s"'<>()]+)`)

// authProse are words that follow AUTH and a mechanism in a sentence, and the
// mechanisms that follow it in an offer.
var authProse = regexp.MustCompile(`(?i)^(?:[a-z]{1,3}|plain|login|failed|failure|command|mechanism|method|` +
	`authentication|unsupported|disabled|unavailable|required|requires|cram-md5|digest-md5|xoauth2?|ntlm|` +
	`gssapi|external|anonymous|oauthbearer|scram-[a-z0-9-]*)[.,:;!]*$`)

// MaskAuth masks the argument of each AUTH command in a text, whatever it is, so
// "AUTH PLAIN ***". Sentences about AUTH and the offer of a relay stay as they are.
func MaskAuth(s string) string {
	return authArgument.ReplaceAllStringFunc(s, func(found string) string {
		parts := authArgument.FindStringSubmatch(found)
		if authProse.MatchString(parts[2]) || strings.HasPrefix(parts[2], Mask) {
			return found
		}
		return parts[1] + Mask
	})
}
