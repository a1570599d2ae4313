package diagnosis

import (
	"regexp"
	"strconv"
	"strings"

	"smtp-wizard/smtpcheck"
)

// stageWords are how programs name the command that was refused.
var stageWords = []struct {
	stage smtpcheck.Stage
	says  string
}{
	{smtpcheck.StageRcpt, "in reply to rcpt to|after rcpt to|after pipelined rcpt to|failed to set recipient|failed to set smtp recipient|failed to add recipient|rcpt command failed|can't send mail - all recipients|all recipients were rejected|recipients were refused|smtprecipientsrefused|recipient command failed|while sending rcpt to|in rcpt to"},
	{smtpcheck.StageMail, "in reply to mail from|after mail from|after pipelined mail from|mail command failed|mail from command failed|failed to set sender|failed to set smtp sender|smtpsenderrefused|while sending mail from"},
	{smtpcheck.StageData, "in reply to end of data|in reply to data command|after end of data|after data|data command failed|message failed:|smtpdataerror|failed to close data|failed to send message data|while sending end of data|while sending message body|while sending data"},
	{smtpcheck.StageAuth, "smtp auth:|sasl authentication failed|failed to authenticate|invalid login|smtpauthenticationerror|in reply to auth|after auth|auth command failed|while performing the auth"},
	{smtpcheck.StageStartTLS, "in reply to starttls|after starttls|failed to start tls|starttls command failed|while sending starttls"},
	{smtpcheck.StageEHLO, "(ehlo)|(helo)|in reply to ehlo|in reply to helo|after ehlo|after helo|failed to say hello|ehlo handshake|helo handshake|smtpheloerror|ehlo command failed"},
	{smtpcheck.StageGreeting, "initial server greeting|after initial connection|greeting never received|invalid greeting|refused to talk to me"},
}

// stageOfWords is the stage that a line names, or "".
func stageOfWords(words string) smtpcheck.Stage {
	for _, s := range stageWords {
		if says(words, s.says) {
			return s.stage
		}
	}
	return ""
}

// topics are words of which a line about mail has at least one.
const topics = "eof|tls|ssl|x509|certificate|lookup|dial|refused|timed out|timeout|auth|smtp|mail|sender|recipient|relay|connect|reject|ehlo|helo|verif|hello|credential|password|login|limit|address|socket|unreachable|no route|handshake|spam|blocked|account|response|resolve|dns|econn|enotfound|eai_again|domain|greylist|test purposes|quota|throttl|greeting|rcpthosts|exceed|credits|sending rate|encryption_key"

func worthReading(text string) bool {
	if says(strings.ToLower(text), topics) {
		return true
	}
	code, _, _ := replyIn(text)
	return code != 0 || leadingEnhanced(text) != ""
}

var (
	// spokenCode is a reply code where programs quote a reply: at the beginning,
	// after a word that announces it, in a tuple, or after a colon.
	spokenCode = regexp.MustCompile(`(?i)(?:^|(?:said|response|reply|replied|code|message|error|server|answered|failed|failure|login|with|terminates connection)\W{0,4}|\(|[\]>)\w]: )([45][0-5]\d)(?:[ -]|, ?b?["']|["',]|$)`)
	// webRequest is Go's wording of a failed HTTP request.
	webRequest = regexp.MustCompile(`(?i)\b(?:get|post|put|head) "https?://`)
	webError   = regexp.MustCompile(`(?i)HTTP/|\b(?:400|401|403|404|405|429|500|502|503|504) (?:bad request|unauthorized|forbidden|not found|method not|too many requests|internal server|bad gateway|service unavailable|gateway time)`)
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

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// replyIn finds a reply inside a line, with the words from its code on.
func replyIn(text string) (code int, enhanced, words string) {
	if !hasCodeDigits(text) {
		return 0, "", ""
	}
	if code, enhanced = codesIn(text); code != 0 {
		i := strings.Index(text, strconv.Itoa(code))
		return code, enhanced, shorten(text[i+3:], 400)
	}
	if webError.MatchString(text) {
		return 0, "", ""
	}
	m := spokenCode.FindStringSubmatchIndex(text)
	if m == nil {
		return 0, "", ""
	}
	code, _ = strconv.Atoi(text[m[2]:m[3]])
	return code, leadingEnhanced(text[m[3]:]), shorten(strings.TrimLeft(text[m[3]:], ` -,"'`), 400)
}
