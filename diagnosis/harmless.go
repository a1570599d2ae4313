package diagnosis

import (
	"encoding/json"
	"strings"
	"sync"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/internal/lazy"
	"smtp-wizard/smtpcheck"
)

// Logs have more lines in which nothing failed, or something else than mail, than
// lines to explain. What they say stays out of the rules.

// failureWords is rules/failures.json.
type failureWords struct {
	About, Failing, Trouble, Weak, Success, Elsewhere, Fetching string
	OfMail                                                      string `json:"of_mail"`
	OtherProtocols                                              string `json:"other_protocols"`
	Topics                                                      []struct {
		Says  string
		Stage smtpcheck.Stage
	}
}

var failures = sync.OnceValue(func() (w failureWords) { readTable("failures", &w); return })

// readTable reads a file of the folder rules. They are part of the program, and
// tests read them.
func readTable(name string, into any) {
	file, err := files.Open("rules/" + name + ".json")
	if err == nil {
		in := json.NewDecoder(file)
		in.DisallowUnknownFields()
		err = in.Decode(into)
	}
	if err != nil {
		panic(name + ": " + err.Error())
	}
}

// settled are settings and counts that look like a failure and are none.
var settled = lazy.Compile(`(?i)^\w+_\w+ [\w.]+$|\b[\w.]*(?:timeout|retries|retry|delay|interval|max\w*|limit)[\w.]*(?: ?[=:] ?| set to | is | )\d+ ?\w*|\b(?:reject|permit|deny|check)_\w+|` +
	`internal server error: /\S*|\bno (?:errors?|failures?|issues|problems)\b|\b(?:0|zero) (?:failed|errors?|failures?|bounced|rejected|deferred)|\b(?:failed|errors?|failures?|rejected|bounced|deferred) ?[=:] ?0\b|` +
	`\bwithout errors?\b|\bnot required$|\bretry\w* (?:is )?disabled\b|\bp=(?:reject|quarantine)|\(no (?:encryption|auth|tls)\)|` +
	`\bunknown\[|\bno host name found for ip address|\bsmtp_map\w+: \S+ not found|\bchecking \S+ against \S+|\b\d+ of \d+\b|\b\d+% full|^\w+ing (?:is )?(?:disabled|enabled)$|\bno (?:pending|new|queued) \w+|\bqueue is empty|\bclosed by quit|\brequired: ?(?:yes|no|true|false)|\b[a-z]+: \d+(?:,|$)`)

// tellsOfMail: something failed, and it can be mail.
func tellsOfMail(m reading.Message) bool {
	words, of := strings.ToLower(m.Words)+" ", failures()
	ofWeb := (m.Code/10 == 50 || m.Code/20 == 20 || m.Code == 429) && m.Enhanced == "" // a web server answers with these too
	other := says(words, of.Elsewhere) && !says(words, of.OfMail) || says(words, of.Fetching) && !says(words, "smtp")
	if other && (m.Code == 0 || ofWeb) {
		return false
	}
	return m.Code != 0 || m.Kind != "" || m.Enhanced != "" || says(words, of.Failing+"|"+of.Trouble) ||
		strings.Count(words, "=") < 2 && says(words, of.Weak) && !says(words, of.Success)
}

var stamp = lazy.Compile(`(?i)^\W*(?:\d{4}[-/]\d\d[-/]\d\d|time=)`)

// logged: a program's own log that does not speak of mail, which is no part of a reply.
func logged(text string) bool {
	return stamp.MatchString(text) && !says(strings.ToLower(text), failures().OfMail)
}

// foreign: words of another protocol stand beside these, so that they may be its own.
func (e evidence) foreign() bool { return says(strings.ToLower(e.whole), failures().OtherProtocols) }
