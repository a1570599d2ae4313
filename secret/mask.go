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
	// Mask stands where a secret stood.
	Mask = "***"
	// telling is how many letters and digits in a row give a piece of a credential
	// away.
	telling = 8
	// shortest is the length from which a bare password is masked by itself: a
	// shorter one is part of any text.
	shortest = 4
)

// A Masker takes passwords out of what a relay sends back. Forms in which relays
// repeat what they were told are masked where they stand: bare, quoted, escaped, in
// another case, as the base64 that went over the wire. What gives away a piece of one
// in any other way, such as cut short, broken up or in hex, is not shown at all. The
// zero value masks nothing but the arguments of AUTH; nil does too. Its methods may be
// called from any goroutine.
type Masker struct {
	mu     sync.Mutex
	logins map[login]*written
}

type login struct{ user, password string }

// written is one password in every way that it may be written.
type written struct {
	exact *regexp.Regexp
	runs  map[string]bool // every run of telling letters and digits of any form, in lower case
}

// NewMasker masks a password, and the user where it comes with it.
func NewMasker(user, password string) *Masker {
	m := &Masker{}
	m.Add(user, password)
	return m
}

// Add masks one more password: what was typed first is a secret still.
func (m *Masker) Add(user, password string) {
	if m == nil || user == "" && password == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.logins == nil {
		m.logins = map[login]*written{}
	}
	if m.logins[login{user, password}] == nil {
		m.logins[login{user, password}] = formsOf(user, password)
	}
}

func formsOf(user, password string) *written {
	f := &written{runs: map[string]bool{}}
	blob := encode("\x00" + user + "\x00" + password)
	exact, all := []string{blob}, []string{blob, encode(user), encode(user + ":" + password)}
	if password != "" {
		exact = append(exact, encode(password), base64.URLEncoding.EncodeToString([]byte(password)))
		all = append(append(all, encodings(password)...), spellings(password)...)
	}
	onlyKeywords := telltale(password, "") != "" && telltale(password, keywords) == ""
	if utf8.RuneCountInString(password) >= shortest && !onlyKeywords {
		exact = append(exact, strings.TrimRight(encode(password), "="), hex.EncodeToString([]byte(password)))
		exact = append(exact, spellings(password)...)
	}
	for i, form := range exact {
		exact[i] = regexp.QuoteMeta(strings.ToValidUTF8(form, "?"))
	}
	f.exact = regexp.MustCompile("(?i)" + strings.Join(exact, "|"))
	f.exact.Longest() // not the first that fits
	for _, form := range all {
		kept := telltale(form, "")
		for i := 0; i+telling <= len(kept); i++ {
			f.runs[kept[i:i+telling]] = true
		}
	}
	return f
}

func encode(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// spellings are the ways to write a password down.
func spellings(password string) []string {
	quoted, _ := json.Marshal(password) // a string always can be marshalled
	return []string{
		password, text.Clean(password), text.CleanForeign(password), strings.ToLower(password), strings.ToUpper(password),
		strings.Trim(string(quoted), `"`), url.QueryEscape(password), url.PathEscape(password),
		template.HTMLEscapeString(password),
	}
}

// encodings are a password's hex and base64, the latter as it looks at each of
// the three places that it can have in a longer text.
func encodings(password string) []string {
	all := []string{hex.EncodeToString([]byte(password))}
	for before := range 3 {
		whole := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat(" ", before) + password))
		first := []int{0, 2, 3}[before] // what the bytes before it have a part in
		if last := (before + len(password)) * 8 / 6; first < last {
			all = append(all, whole[first:last], whole[first:]) // with something behind it, and at the end
		}
	}
	return all
}

// Words that any relay says: to mask them would tell that they are in the password,
// and a relay's offer or refusal could not be read.
const (
	keywords = " auth plain login starttls size pipelining chunking 8bitmime smtputf8 dsn vrfy etrn help " +
		"enhancedstatuscodes binarymime xoauth2 oauthbearer cram digest md5 ntlm gssapi "
	commonWords = keywords +
		"accepted authentication connection credentials mechanism password rejected recipient username "
)

// betweenBytes is what may stand between the letters or the hex digits of a password.
var betweenBytes = lazy.Compile(`(?i)\\+u\{[0-9a-f]+\}|(?:\b0|\\+|&#|#)x`)

// telltale are a text's letters and digits in lower case, without words that are known.
func telltale(s, known string) string {
	words := strings.FieldsFunc(strings.ToLower(betweenBytes.ReplaceAllString(s, "")), func(r rune) bool {
		return r < utf8.RuneSelf && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	})
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return strings.Contains(known, " "+w+" ") }), "")
}

// Mask masks credentials in text that is clean already. Line feeds stay.
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

// MaskAll masks texts that belong together, since a password may run over them.
func (m *Masker) MaskAll(texts []string) []string {
	return strings.Split(m.Mask(strings.Join(texts, "\n")), "\n")
}

func (f *written) mask(s string) string {
	s = f.exact.ReplaceAllLiteralString(s, Mask)
	kept := telltale(s, commonWords)
	gone := f.exact.MatchString(betweenBytes.ReplaceAllString(s, ""))
	for i := 0; i+telling <= len(kept) && !gone; i++ {
		gone = f.runs[kept[i:i+telling]]
	}
	if gone {
		return Mask + strings.Repeat("\n"+Mask, strings.Count(s, "\n"))
	}
	return s
}

// authArgument is AUTH, a mechanism, and what follows (RFC 4954 section 4).
var authArgument = lazy.Compile(`(?i)\b(AUTH[^\S\n]+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|DIGEST-MD5|NTLM|GSSAPI|` +
	`SCRAM-[A-Z0-9-]+)[^\S\n]+["'<(]?)([^\s"'<>()]+)`)

// authProse are words that follow AUTH and a mechanism in a sentence, and the
// mechanisms that follow it in an offer.
var authProse = lazy.Compile(`(?i)^(?:[a-z]{1,3}|plain|login|failed|failure|command|mechanism|method|` +
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
