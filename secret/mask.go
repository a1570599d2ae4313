package secret

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"text/template"
	"unicode/utf8"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/internal/text"
)

const (
	// Mask is shown in place of a secret.
	Mask = "***"
	// minRun is how many letters and digits in a row give away part of a credential.
	minRun = 8
	// minPassword is the shortest password that is masked on its own: anything
	// shorter occurs in ordinary text.
	minPassword = 4
)

// A Masker removes passwords from what a relay sends back. The forms in which relays
// usually echo them are masked in place: bare, quoted, escaped, in another case, or as
// the base64 that was sent. A text that gives away part of one in any other way, such
// as truncated, split up or in hex, is masked entirely. The zero value and nil mask
// only the arguments of AUTH. A Masker is safe for concurrent use.
type Masker struct {
	mu     sync.Mutex
	logins map[login]*passwordForms
}

type login struct{ user, password string }

// passwordForms are the ways in which one password may be written.
type passwordForms struct {
	exact *regexp.Regexp
	runs  map[string]bool // every run of minRun letters and digits in any form, in lower case
}

// NewMasker masks a password, and the user name sent with it.
func NewMasker(user, password string) *Masker {
	m := &Masker{}
	m.Add(user, password)
	return m
}

// Add masks one more password; earlier ones stay secret.
func (m *Masker) Add(user, password string) {
	if m == nil || user == "" && password == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.logins == nil {
		m.logins = map[login]*passwordForms{}
	}
	if m.logins[login{user, password}] == nil {
		m.logins[login{user, password}] = formsOf(user, password)
	}
}

func formsOf(user, password string) *passwordForms {
	f := &passwordForms{runs: map[string]bool{}}
	blob := encode("\x00" + user + "\x00" + password)
	exact, all := []string{blob}, []string{blob, encode(user), encode(user + ":" + password)}
	if password != "" {
		exact = append(exact, encode(password), base64.URLEncoding.EncodeToString([]byte(password)))
		all = append(append(all, encodings(password)...), spellings(password)...)
	}
	isKeyword := alphanumerics(password, "") != "" && alphanumerics(password, keywords) == ""
	if utf8.RuneCountInString(password) >= minPassword && !isKeyword {
		exact = append(exact, strings.TrimRight(encode(password), "="), hex.EncodeToString([]byte(password)))
		exact = append(exact, spellings(password)...)
	}
	for i, form := range exact {
		exact[i] = regexp.QuoteMeta(strings.ToValidUTF8(form, "?"))
	}
	f.exact = regexp.MustCompile("(?i)" + strings.Join(exact, "|"))
	f.exact.Longest() // match the longest form
	for _, form := range all {
		kept := alphanumerics(form, "")
		for i := 0; i+minRun <= len(kept); i++ {
			f.runs[kept[i:i+minRun]] = true
		}
	}
	return f
}

func encode(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// spellings are a password as text, with the usual ways of escaping it.
func spellings(password string) []string {
	quoted, _ := json.Marshal(password) // cannot fail for a string
	return []string{
		password, text.Clean(password), text.CleanForeign(password), strings.ToLower(password), strings.ToUpper(password),
		strings.Trim(string(quoted), `"`), url.QueryEscape(password), url.PathEscape(password),
		template.HTMLEscapeString(password),
	}
}

// encodings are a password's hex, and its base64 at each of the three alignments
// that it can have in a longer text.
func encodings(password string) []string {
	all := []string{hex.EncodeToString([]byte(password))}
	for before := range 3 {
		whole := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat(" ", before) + password))
		first := []int{0, 2, 3}[before] // skips digits that also depend on the bytes before
		if last := (before + len(password)) * 8 / 6; first < last {
			all = append(all, whole[first:last], whole[first:]) // in the middle of the text, and at its end
		}
	}
	return all
}

// Words that any relay uses: masking them would reveal that they are part of the
// password, and would make offers and refusals unreadable.
const (
	keywords = " auth plain login starttls size pipelining chunking 8bitmime smtputf8 dsn vrfy etrn help " +
		"enhancedstatuscodes binarymime xoauth2 oauthbearer cram digest md5 ntlm gssapi "
	commonWords = keywords +
		"accepted authentication connection credentials mechanism password rejected recipient username "
)

// byteMarkers may separate the letters or hex digits of a password.
var byteMarkers = lazy.Compile(`(?i)\\+u\{[0-9a-f]+\}|(?:\b0|\\+|&#|#)x`)

// alphanumerics are a text's letters and digits in lower case, without known words.
func alphanumerics(s, known string) string {
	words := strings.FieldsFunc(strings.ToLower(byteMarkers.ReplaceAllString(s, "")), func(r rune) bool {
		return r < utf8.RuneSelf && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	})
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return strings.Contains(known, " "+w+" ") }), "")
}

// Mask masks credentials in text that is already clean. Line feeds are kept.
func (m *Masker) Mask(s string) string {
	if m != nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		for _, f := range m.logins {
			s = f.mask(s)
		}
	}
	return MaskAuth(s)
}

// MaskAll masks consecutive texts, across which a password may be split.
func (m *Masker) MaskAll(texts []string) []string {
	return strings.Split(m.Mask(strings.Join(texts, "\n")), "\n")
}

func (f *passwordForms) mask(s string) string {
	s = f.exact.ReplaceAllLiteralString(s, Mask)
	kept := alphanumerics(s, commonWords)
	leaks := f.exact.MatchString(byteMarkers.ReplaceAllString(s, ""))
	for i := 0; i+minRun <= len(kept) && !leaks; i++ {
		leaks = f.runs[kept[i:i+minRun]]
	}
	if leaks {
		return Mask + strings.Repeat("\n"+Mask, strings.Count(s, "\n"))
	}
	return s
}

// authArgument is AUTH, a mechanism, and what follows (RFC 4954 section 4).
var authArgument = lazy.Compile(`(?i)\b(AUTH[^\S\n]+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|DIGEST-MD5|NTLM|GSSAPI|` +
	`SCRAM-[A-Z0-9-]+)[^\S\n]+["'<(]?)([^\s"'<>()]+)`)

// authProse are words that follow AUTH and a mechanism in a sentence, or the further
// mechanisms of an offer.
var authProse = lazy.Compile(`(?i)^(?:[a-z]{1,3}|plain|login|failed|failure|command|mechanism|method|` +
	`authentication|unsupported|disabled|unavailable|required|requires|cram-md5|digest-md5|xoauth2?|ntlm|` +
	`gssapi|external|anonymous|oauthbearer|scram-[a-z0-9-]*)[.,:;!]*$`)

// MaskAuth masks the argument of each AUTH command in a text: "AUTH PLAIN ***".
// Sentences about AUTH and the relay's offer are left alone.
func MaskAuth(s string) string {
	return authArgument.ReplaceAllStringFunc(s, func(found string) string {
		parts := authArgument.FindStringSubmatch(found)
		if authProse.MatchString(parts[2]) || strings.HasPrefix(parts[2], Mask) {
			return found
		}
		return parts[1] + Mask
	})
}
