package reading

import (
	"cmp"
	"strconv"
	"strings"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/smtpcheck"
)

var (
	codedReply = lazy.Compile(`(?:^|[^0-9.])([45]\d\d)(?:[ _-]|, ?b?["']?|: ?| ")([45]\.\d{1,3}\.\d{1,3})\b`)
	loneStatus = lazy.Compile(`(?:^|[:.,;] |was |#|\(|["'>]|dsn=|Status: )([45]\.\d{1,3}\.\d{1,3})(?:[ ,;"':)>]|$)`)
	// spokenCode is a reply code where programs quote a reply: at the beginning,
	// after a word that announces it, in a tuple, or after a colon.
	spokenCode = lazy.Compile(`(?i)(?:^|[^\x00-\x7f]|(?:said|response|reply|replied|code|message|error|server|answered|failed|failure|login|with|terminates connection|smtp;|reason|status|got|mail)\W{0,8}|\(|[\]>)\w]: ["'“]?|[;：]\s?["'“]?|err="|Deferred: |: \[)\b([45][0-5]\d|57\d)(?:[ -]|: |, ?b?["']|["',)\]]|$)`)
	unit       = lazy.Compile(`^ ?(?:(?i:[KMG]i?B)|bytes|ms|seconds?|sec|minutes?|messages|mails|users|times|connections)\b`)
	// lastCode stands behind the words, as RainLoop and Roundcube put it.
	lastCode = lazy.Compile(`\((4[2-5]\d|5[0-5]\d)\)\W*$`)
	// webRequest is Go's wording of a failed HTTP request.
	webRequest = lazy.Compile(`(?i)\b(?:get|post|put|head) "https?://`)
	webError   = lazy.Compile(`(?i)HTTP/|"(?:code|status)": ?50[0234]\b|\bstatus(?: code)? 50[0234]\)|\b(?:400|401|403|404|405|429|500|502|503|504) (?:bad request|unauthorized|forbidden|not found|method not|too many requests|internal server|bad gateway|service unavailable|gateway time)`)
)

// hasCodeDigits is a quick look before the expressions: most lines of a log have
// no number that could be a reply code.
func hasCodeDigits(text string) bool {
	for i := 0; i+2 < len(text); i++ {
		if (text[i] == '4' || text[i] == '5') && isDigit(text[i+1]) && isDigit(text[i+2]) {
			return true
		}
	}
	return false
}

// quotedReply finds a reply inside a line: its codes, and the words behind them.
func quotedReply(text, known string) (code int, enhanced, words string) {
	at := replyAt(text)
	if at < 0 {
		return 0, cmp.Or(known, statusIn(text)), ""
	}
	code, _ = strconv.Atoi(text[at : at+3])
	words = strings.TrimLeft(text[at+3:], ` -,:"'`)
	if at > 0 && text[at-1] == '[' {
		words, _, _ = strings.Cut(words, "]")
	}
	enhanced = statusIn(words)
	if enhanced != "" && enhanced[0] != text[at] {
		enhanced = ""
	}
	return code, cmp.Or(enhanced, known), words
}

// replyAt is where the code of a quoted reply begins, or -1.
func replyAt(text string) int {
	if !hasCodeDigits(text) {
		return -1
	}
	for _, m := range codedReply.Compiled().FindAllStringSubmatchIndex(text, 8) {
		if text[m[2]] == text[m[4]] {
			return m[2]
		}
	}
	if webError.MatchString(text) {
		return -1
	}
	if m := spokenCode.FindStringSubmatchIndex(text); m != nil && text[m[2]:m[3]] != "429" && !strings.HasSuffix(text[:m[2]], " -") && !unit.MatchString(text[m[3]:]) {
		return m[2]
	}
	if m := lastCode.FindStringSubmatchIndex(text); m != nil {
		return m[2]
	}
	return -1
}

func statusIn(text string) string {
	if m := loneStatus.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// behind is what programs put after a reply that they quote.
var behind = lazy.Compile(`(?i)\s*\((?:in reply to|after) [^()]*(?:\).*)?$|\\n.*$`)

// withoutCodes leaves the words of the reply.
func (s *signs) withoutCodes() {
	s.Reply = behind.ReplaceAllString(s.Reply, "")
	if s.Enhanced == "" {
		if status := statusIn(s.Reply); status != "" && (s.Code == 0 || status[0] == strconv.Itoa(s.Code)[0]) {
			s.Enhanced = status
		}
	}
	s.Reply = WithoutCodes(s.Reply, s.Code, s.Enhanced)
	s.Words = strings.Join(strings.Fields(s.Words), " ")
}

// WithoutCodes takes the codes that a multi-line reply repeats at each line out of
// the words, so that a phrase can run over a line's end.
func WithoutCodes(text string, code int, enhanced string) string {
	if code != 0 {
		c := strconv.Itoa(code)
		text = strings.NewReplacer(" "+c+"-", " ", " "+c+" ", " ").Replace(" " + text + " ")
	}
	if enhanced != "" {
		text = strings.ReplaceAll(text+" ", " "+enhanced+" ", " ")
		text = strings.TrimPrefix(strings.TrimSpace(text), enhanced+" ")
	}
	return strings.Join(strings.Fields(text), " ")
}

// StagesOfCode are the stages that can give a code, the likeliest first; nil is any
// (RFC 5321 section 4.3.2, RFC 4954 section 6, RFC 3207 section 4, RFC 3463).
func StagesOfCode(code int, enhanced string) []smtpcheck.Stage {
	_, rest, _ := strings.Cut(enhanced, ".")
	for _, c := range tables().Codes {
		begins := strings.HasSuffix(c.Status, ".") && strings.HasPrefix(rest, c.Status)
		if c.Code != 0 && c.Code == code || c.Status != "" && (rest == c.Status || begins) {
			return StagesOf(c.At)
		}
	}
	if code >= 400 && rest == "" {
		return StagesOf("mail rcpt data auth") // a code of no standard
	}
	return nil
}
