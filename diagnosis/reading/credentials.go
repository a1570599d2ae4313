package reading

import (
	"regexp"
	"strings"

	"smtp-wizard/smtpcheck"
)

const masked = smtpcheck.Masked

// credential is what a client says after a 334.
var credential = regexp.MustCompile(`^["']?[A-Za-z0-9+/_-]{2,}={0,2}(?:\\r\\n)?["']?$`)

// hints are words of which a text with a credential has at least one, unless the
// credential is base64.
const hints = "pass|pwd|pw|kennwort|secret|token|key|auth|bearer|basic|credential|cookie|://|-u|-ap"

// HideCredentials masks what a log may hold of them: the argument of an AUTH
// command, the value of a password variable, the password in a URL, on a command
// line or in a sentence, and base64 that reads as text. It leaves a masked text
// as it is.
func HideCredentials(s string) string {
	if Says(strings.ToLower(s), hints) {
		s = smtpcheck.HideAuth(s)
		s = userinfo.ReplaceAllString(s, "${1}"+masked+"@")
		s = hideAssigned(s)
		s = hideArguments(s)
		s = hideSpoken(s)
	}
	return hideEncoded(s)
}

// userinfo goes up to the last "@", because a password may hold any character.
var userinfo = regexp.MustCompile(`(://[^\s:/"'<>]{0,200}:)\S*@`)

// secretKey tells the keys of JSON logs whose values are not for reading.
var secretKey = regexp.MustCompile(`(?i)pass|pwd|kennwort|secret|token|credential|authorization|api[_-]?key|cookie|(?:^|[_-])pw\d*$`)

var (
	// arguments are options of curl, swaks and other programs that take a
	// password, alone or behind a user.
	arguments     = regexp.MustCompile(`(?i)((?:^|[\s"'])(?:--?[\w-]*(?:pass(?:word|wd|phrase)?|pwd|secret|token|api-?key)[\w-]*|-ap)(?:\s+|=))((?:"[^"]*"?|'[^']*'?|[^\s"']+)+)`)
	userArguments = regexp.MustCompile(`(?i)((?:^|[\s"'])(?:-u:?\s*|--(?:proxy-)?user(?:[=:]\s*|\s+))["']?[^\s:"']+:)([^\s"']+)`)
)

func hideArguments(s string) string {
	s = arguments.ReplaceAllString(s, "${1}"+masked)
	return userArguments.ReplaceAllString(s, "${1}"+masked)
}
