package reading

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/secret"
)

const masked = secret.Mask

// Rules match what was pasted as it is. What is quoted of it, in a cause, a fix or
// as the telling line, goes through HideCredentials first.

// hints are words of which a text with a credential has at least one, unless the
// credential is base64.
const hints = "pass|pwd|pw|kennwort|secret|token|key|auth|bearer|basic|credential|cookie|://|-u|-ap"

// HideCredentials masks what a log may hold of them: the argument of an AUTH
// command, the password in a URL, on a command line, behind its name or in a
// sentence, and base64 that reads as text. It leaves a masked text as it is.
func HideCredentials(s string) string {
	if Says(strings.ToLower(s), hints) {
		s = secret.MaskAuth(s)
		s = userinfo.ReplaceAllString(s, "${1}"+masked+"@")
		s = hideNamed(s)
		s = arguments.ReplaceAllString(s, "${1}"+masked)
		s = userArguments.ReplaceAllString(s, "${1}"+masked)
		s = spoken.ReplaceAllStringFunc(s, hideSpoken)
	}
	return blob.ReplaceAllStringFunc(s, hideEncoded)
}

var (
	// userinfo goes up to the last "@", because a password may hold any character.
	userinfo = lazy.Compile(`(://[^\s:/"'<>]{0,200}:)\S*@`)
	// named is the name of a secret, as in a .env, YAML, JSON, logfmt or a program's
	// dump, and what joins it to its value. The first group is what a name such as
	// SMTP_PASSWORD or smtpPassword has before the word.
	named = lazy.Compile(`(?i)([\w.-]*)(?:pass(?:word|wort|wd|phrase|code)?|pwd|pw|kennwort|secret|token|` +
		`credentials?|api[_-]?key|cookie|authorization|bearer)\d*[\\"'\])}]*\s*(=>|:=|[=:])\s*`)
	codeFirst  = lazy.Compile(`^[("'\[b]*[245](?:\d\d|\.\d{1,3}\.\d{1,3})(?:[^\w.]|$)`)
	replyAhead = lazy.Compile(`\W[45]\d\d[ -][45]\.\d`)
	// arguments are options of curl, swaks and other programs that take a
	// password, alone or behind a user.
	arguments = lazy.Compile(`(?i)((?:^|[\s"'])(?:--?[\w-]*(?:pass(?:word|wd|phrase)?|pwd|secret|token|api-?key)[\w-]*|-ap)` +
		`(?:\s+|=))((?:"[^"]*"?|'[^']*'?|[^\s"']+)+)`)
	userArguments = lazy.Compile(`(?i)((?:^|[\s"'])(?:-u:?\s*|--(?:proxy-)?user(?:[=:]\s*|\s+))["']?[^\s:"']+:)([^\s"']+)`)
	// spoken is a password in a sentence or a header: password "x", password is x,
	// Bearer x, Basic x, and the PASS of POP3 and FTP.
	spoken = lazy.Compile(`(?i)(\b(?:password|passwort|passwd|passphrase|pwd|kennwort|bearer|basic)(?:\s+(?:is|was))?:?|^PASS)` +
		`(\s*(?:\\?"[^"]*"?` + glued + `)+|\s*(?:'[^']*'?` + glued + `)+|\s+[^\s"',;<>()\[\]{}]+)`)
	// secretKey tells the keys of JSON logs whose values are not for reading.
	secretKey = lazy.Compile(`(?i)pass|pwd|kennwort|secret|token|credential|authorization|api[_-]?key|cookie|(?:^|[_-])pw\d*$`)
	// credential is what a client says after a 334.
	credential = lazy.Compile(`^["']?[A-Za-z0-9+/_-]{2,}={0,2}(?:\\r\\n)?["']?$`)
)

// glued is what follows a closing quote without a gap: it still belongs to the value.
const glued = `[^\s"',;<>()\[\]{}]*`

// hideNamed masks all that follows the name of a secret, up to a reply with its
// codes: nobody can tell where a value with blanks and quotes in it ends.
func hideNamed(s string) string {
	for from := 0; ; {
		m := named.FindStringSubmatchIndex(s[from:])
		if m == nil || from+m[1] == len(s) {
			return s
		}
		value := s[from+m[1]:]
		inSentence := m[2] == m[3] && s[from+m[4]:from+m[5]] == ":"
		from += m[1]
		if word, _, _ := strings.Cut(value, " "); codeFirst.MatchString(value) || inSentence && isProse(word) {
			continue
		}
		next := replyAhead.FindStringIndex(value)
		if next == nil {
			return s[:from] + masked
		}
		s = s[:from] + masked + " " + value[next[0]+1:]
		from += len(masked) + 1
	}
}

// hideSpoken masks what follows a word for a password, unless that is a word of a
// sentence or a reply.
func hideSpoken(found string) string {
	m := spoken.FindStringSubmatch(found)
	value := strings.TrimSpace(m[2])
	bare := !strings.ContainsAny(value[:1], `"'\`)
	if !strings.ContainsFunc(value, isLetterOrDigit) || codeFirst.MatchString(value) || bare && isProse(value) {
		return found
	}
	return m[1] + " " + masked
}

// blob is what base64 of a credential looks like. One that was cut short has no
// padding.
var blob = lazy.Compile(`[A-Za-z0-9+/]{8,}={0,2}`)

// unlikeWord demands what no word of a sentence has: a digit, a sign, or a
// capital behind a small letter.
var unlikeWord = lazy.Compile(`[0-9+/=]|[a-z][A-Z]`)

// hideEncoded masks base64 that reads as text once it is decoded, such as the
// argument of an AUTH command that a relay quotes without the command. What a
// relay asks with AUTH LOGIN stays: "Username:" and "Password:" are no secrets.
func hideEncoded(token string) string {
	digits := strings.TrimRight(token, "=")
	if len(digits)%4 == 1 {
		digits = digits[:len(digits)-1]
	}
	raw, err := base64.RawStdEncoding.DecodeString(digits)
	text := strings.ReplaceAll(string(raw), "\x00", " ")
	for cut := 0; cut < utf8.UTFMax-1 && !utf8.ValidString(text); cut++ { // it was cut within a character
		text = text[:len(text)-1]
	}
	unreadable := func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }
	if err != nil || !unlikeWord.MatchString(token) || strings.ContainsFunc(text, unreadable) {
		return token
	}
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "username:", "username", "user:", "user", "user name", "user name:", "password:", "password":
		return token
	}
	return masked
}

// isProse tells the words that follow "password" in refusals and logs from what
// may be one. Whatever is not listed counts as a password.
func isProse(word string) bool {
	word = strings.ToLower(strings.TrimRight(word, `.,:;!?"')`))
	return word == "" || HasWord(tables().Prose, word) || !strings.ContainsFunc(word, isLetterOrDigit)
}

func isLetterOrDigit(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r > 127
}
