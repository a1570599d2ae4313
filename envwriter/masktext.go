package envwriter

import (
	"regexp"
	"strings"
)

// label is a word that announces a secret, as a name or in prose. Passkeys are none.
const label = `(?:[a-z0-9_.-]*(?:pass(?:word|wort|wd|phrase|code)?|pwd|kennwort|secret|token|credential)s?(?:[0-9_.-][a-z0-9_.-]*)?` +
	`|(?:[a-z0-9.-]*[_.-])?pw|(?:[a-z0-9_.-]+[_.-]|(?:api|app|access|license|licence|private|encryption)[ ]?)key[0-9]*)`

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
)

// maskInside masks secrets in a line that is not one as a whole. A comment that
// merely speaks of a password is left readable.
func maskInside(line string) string {
	at := commentStart(line)
	value := named.ReplaceAllString(line[:at], "${1}"+mask)
	line = value + announced.ReplaceAllStringFunc(line[at:], maskAnnounced)
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

// commentStart returns where a comment or a note begins in a line, its length when
// nowhere.
func commentStart(line string) int {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return i
		}
	}
	return len(line)
}
