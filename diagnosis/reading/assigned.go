package reading

import (
	"regexp"
	"strings"
)

var (
	// assigned is the name of a secret and what joins it to its value. The first
	// group is what a name such as SMTP_PASSWORD or smtpPassword has before the word.
	assigned = regexp.MustCompile(`(?i)([\w.-]*)(?:pass(?:word|wort|wd|phrase|code)?|pwd|pw|kennwort|secret|token|credentials?|api[_-]?key|cookie|authorization|bearer)\d*[\\"'\])}]*\s*(=>|:=|[=:])\s*`)
	// nextField begins another field behind a value: name=x, or name: x where the
	// value was not a sentence; or the reply of a relay.
	nextField = regexp.MustCompile(`[,;]?\s+(?:["']?[\w.-]+["']?=\S|["'][\w.-]+["']:|[A-Za-z_][\w.-]*:\S|[45]\d\d[ -][45]\.\d)`)
	codeFirst = regexp.MustCompile(`^[("'\[b]*[245](?:\d\d|\.\d{1,3}\.\d{1,3})(?:[^\w.]|$)`)
)

// hideAssigned masks the values of password variables in the forms of .env files,
// YAML, JSON, logfmt and of programs' dumps. A value may have blanks in it.
func hideAssigned(s string) string {
	var out strings.Builder
	for {
		m := assigned.FindStringSubmatchIndex(s)
		if m == nil || m[1] == len(s) {
			break
		}
		bare := m[2] == m[3] && s[m[4]:m[5]] == ":"
		quote, end := valueEnd(s[m[1]:], bare)
		out.WriteString(s[:m[1]])
		if end > 0 {
			out.WriteString(quote + masked + quote)
		}
		s = s[m[1]+end:]
	}
	return out.String() + s
}

var alreadyMasked = regexp.MustCompile(`^\*{3}(?:[^\w*]|$)`)

// farthest is how far the end of a value is looked for; without one, all of the
// line is masked.
const farthest = 400

// valueEnd is where a value ends: behind its closing quote, at the next field, or
// with the text; in a sentence, at its next word. A reply in its place is no value.
func valueEnd(value string, sentence bool) (quote string, end int) {
	switch {
	case sentence && beginsSentence(value):
		return "", 0
	case codeFirst.MatchString(value):
		return "", 0
	case alreadyMasked.MatchString(value):
		return "", len(masked)
	}
	for _, quote := range []string{`\"`, `"`, `'`, "`"} {
		if rest, ok := strings.CutPrefix(value, quote); ok {
			return quote, len(quote) + closingQuote(rest, quote)
		}
	}
	end = len(value)
	if next := nextField.FindStringIndex(value[:min(len(value), farthest)]); next != nil && next[0] > 0 {
		end = next[0]
	}
	if sentence {
		end = sentenceEnd(value, end)
	}
	return "", end
}

func beginsSentence(value string) bool {
	word, _, _ := strings.Cut(value[:min(len(value), farthest)], " ")
	return isProse(word) && !strings.ContainsAny(word[:min(len(word), 1)], "\"'`\\")
}

// closingQuote is how far a quoted value goes, its closing quote included. A
// backslash takes a quote's meaning away.
func closingQuote(rest, quote string) int {
	for i := 0; i < len(rest); i++ {
		if strings.HasPrefix(rest[i:], quote) {
			return i + len(quote)
		}
		if rest[i] == '\\' {
			i++
		}
	}
	return len(rest)
}

// sentenceEnd ends a value where words of a sentence begin, as in "wrong password:
// x: login failed".
func sentenceEnd(value string, end int) int {
	for at := 0; at < min(end, farthest); {
		word, _, _ := strings.Cut(value[at:end], " ")
		if isProse(word) || codeFirst.MatchString(value[at:]) {
			return len(strings.TrimRight(value[:at], " "))
		}
		at += len(word) + 1
	}
	return end
}
