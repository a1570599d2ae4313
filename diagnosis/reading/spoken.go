package reading

import (
	"regexp"
	"strings"
)

// spoken is a password in a sentence or a header: password "x", with password x,
// password is x, Bearer x, Basic x, and the PASS of POP3 and FTP.
var spoken = regexp.MustCompile(`(?i)(\b(?:(?:password|passwort|passwd|passphrase|pwd|kennwort|bearer|basic)(?:\s+(?:is|was))?|credentials?\s+[^\s:"']+:)\s*|^PASS\s+)(\\?"[^"]*"?|'[^']*'?|[^\s"',;<>()\[\]{}]+)`)

// hideSpoken masks what follows a word for a password, unless that is a word of a
// sentence or a reply.
func hideSpoken(s string) string {
	return spoken.ReplaceAllStringFunc(s, func(found string) string {
		m := spoken.FindStringSubmatch(found)
		before, value := m[1], m[2]
		touching := strings.TrimRight(before, " ") == before && !strings.HasSuffix(before, ":")
		quoted := strings.ContainsAny(value[:1], `"'\`)
		switch {
		case touching && !quoted, value == masked, codeFirst.MatchString(value):
			return found
		case quoted && strings.Trim(value, ` "'\.,:;`) == "", !quoted && isProse(value):
			return found
		case quoted:
			return before + `"` + masked + `"`
		}
		return before + masked
	})
}

// isProse tells the words that follow "password" in refusals and logs from what
// may be one. Whatever is not listed counts as a password.
func isProse(word string) bool {
	word = strings.ToLower(strings.TrimRight(word, `.,:;!?"')`))
	return word == "" || hasWord(prose, word) || !strings.ContainsFunc(word, isLetterOrDigit)
}

func isLetterOrDigit(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r > 127
}

const prose = "a an and or nor for of in on at to the from by with without has have had must may might can cannot could should will would does did do done doesn't " +
	"didn't isn't wasn't but if when where which that this these those it its you your as so than then be been being is was are were not no never again " +
	"only also both either neither all any each too very already still just accepted accept incorrect invalid wrong failed failure fails fail failing " +
	"authentication auth authenticate authenticated authorization command commands required require requires needed missing empty mismatch mismatched " +
	"mismatches match matches matched expired expires expire expiry changed change changes reset rejected reject rejects refused refuse error errors denied " +
	"disabled disallowed login logins logon log prompt prompted file files field check checks checked checking verification verify verified given provided " +
	"supplied specified combination combinations combo pair set unset unknown unrecognized unsupported supported unavailable available allowed permitted " +
	"protected protection policy policies hash hashing sent send sending sender received expected entered typed found used using use uses user users " +
	"username usernames account accounts address email e-mail mail mailbox page pages value values length short long try tries tried attempt attempts " +
	"blocked locked bad good right correct new old same different please contact see visit learn create generate app application api key keys token tokens " +
	"bearer basic smtp relay server host port tls starttls ssl eof dial read write lookup x509 tcp connection connect connected closed timeout timed rcpt " +
	"ehlo helo data quit grant response reply message msg reason cause detail credentials credential password passwords pw over via into out up under about " +
	"because since while after before until"
