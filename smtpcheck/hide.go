package smtpcheck

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// Masked stands where a credential stood.
	Masked = "***"
	// telling is how many bytes in a row give a piece of a credential away.
	telling = 8
	// shortest is the length from which a bare password is masked by itself: a
	// shorter one is part of any text.
	shortest = 4
)

// hider takes user and password out of what a relay sends back, in the forms in
// which relays repeat what they were told: bare, as the base64 that went over
// the wire, cut short, in another case, quoted, escaped, broken over lines, in
// hex. The zero value hides nothing but the arguments of AUTH.
type hider struct {
	wholes []string        // in small letters
	tight  map[string]bool // every run of telling bytes of any form, in small letters
	loose  map[string]bool // the same of the letters and digits alone
	secret string          // the password in small letters
}

// newHider hides one user's password.
func newHider(user, password string) *hider {
	h := &hider{tight: map[string]bool{}, loose: map[string]bool{}, secret: small(password)}
	if user == "" && password == "" {
		return h
	}
	blob := encode([]byte("\x00" + user + "\x00" + password))
	forms := []string{blob, encode([]byte(user)), encode([]byte(user + ":" + password))}
	h.wholes = []string{small(blob)}
	if password != "" {
		h.wholes = append(h.wholes, small(encode([]byte(password))))
		forms = append(append(forms, encoded(password)...), written(password)...)
	}
	if utf8.RuneCountInString(password) >= shortest {
		for _, form := range written(password) {
			h.wholes = append(h.wholes, small(form))
		}
	}
	for _, form := range forms {
		addRuns(h.tight, small(form))
		addRuns(h.loose, string(lettersOf(small(form)).text))
	}
	return h
}

// written are the ways to write a password down.
func written(password string) []string {
	quoted, _ := json.Marshal(password) // a string always can be marshalled
	return []string{
		password, Clean(password), strings.ToLower(password), strings.ToUpper(password),
		strings.Trim(string(quoted), `"`), url.QueryEscape(password), url.PathEscape(password), html.EscapeString(password),
	}
}

// encoded are a password's hex and base64, the latter as it looks at each of the
// three places that it can have in a longer text.
func encoded(password string) []string {
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

// small turns ASCII letters to small ones, which keeps every byte in its place.
func small(text string) string {
	bytes := []byte(text)
	for i, b := range bytes {
		if 'A' <= b && b <= 'Z' {
			bytes[i] = b + 'a' - 'A'
		}
	}
	return string(bytes)
}

func addRuns(set map[string]bool, text string) {
	for i := 0; i+telling <= len(text); i++ {
		set[text[i:i+telling]] = true
	}
}

// letters are a text's letters and digits with their places in it.
type letters struct {
	text []byte
	at   []int
}

func lettersOf(text string) letters {
	var l letters
	for i := 0; i < len(text); i++ {
		if b := text[i]; b >= utf8.RuneSelf || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' {
			l.text, l.at = append(l.text, b), append(l.at, i)
		}
	}
	return l
}

// hide masks credentials in text that is clean already. Line feeds stay.
func (h *hider) hide(text string) string {
	return HideAuth(h.mask(text, h.marks(text)))
}

// marks tells for each byte of a text whether it is part of a credential.
func (h *hider) marks(text string) []bool {
	marks := make([]bool, len(text))
	mark := func(from, to int) {
		for i := from; i < to; i++ {
			marks[i] = true
		}
	}
	lower := small(text)
	for _, whole := range h.wholes {
		for from := 0; ; {
			i := strings.Index(lower[from:], whole)
			if i < 0 {
				break
			}
			mark(from+i, from+i+len(whole))
			from += i + 1
		}
	}
	for i := 0; len(h.tight) > 0 && i+telling <= len(lower); i++ {
		if h.tight[lower[i:i+telling]] {
			mark(i, i+telling)
		}
	}
	l := lettersOf(lower)
	for i := 0; len(h.loose) > 0 && i+telling <= len(l.text); i++ {
		if h.loose[string(l.text[i:i+telling])] {
			mark(l.at[i], l.at[i+telling-1]+1)
		}
	}
	return marks
}

// mask replaces what is marked, and whole characters where a mark ends within one.
func (h *hider) mask(text string, marks []bool) string {
	if !slices.Contains(marks, true) {
		return text
	}
	var out strings.Builder
	for from := 0; from < len(text); {
		to := from + 1
		for to < len(text) && (marks[to] == marks[from] || !utf8.RuneStart(text[to])) {
			to++
		}
		piece := text[from:to]
		if marks[from] && !h.common(piece) {
			piece = maskedLines(piece)
		}
		out.WriteString(piece)
		from = to
	}
	return out.String()
}

// maskedLines keeps the line feeds of what it masks.
func maskedLines(text string) string {
	return Masked + strings.Repeat("\n"+Masked, strings.Count(text, "\n"))
}

const (
	// keywords are words of the protocol. To mask them would tell that they are
	// the password, and a relay's offer could not be read.
	keywords = " auth plain login starttls size pipelining chunking 8bitmime smtputf8 dsn vrfy etrn help enhancedstatuscodes binarymime xoauth2 oauthbearer cram-md5 digest-md5 ntlm gssapi "
	// replyWords are words of many refusals, which may be a part of a password
	// without telling anything of it.
	replyWords = " accepted authentication connection credentials mechanism password rejected recipient username "
)

// common reports whether a piece is made of words that any relay says.
func (h *hider) common(piece string) bool {
	words := strings.FieldsFunc(small(piece), func(r rune) bool { return strings.ContainsRune(" =\n", r) })
	known := keywords
	if !strings.Contains(small(piece), h.secret) {
		known += replyWords
	}
	return len(words) > 0 && !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(known, " "+word+" ") })
}
