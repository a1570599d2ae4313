package diagnosis

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/smtpcheck"
)

// record is one line of a text with what the lines before it tell about it.
type record struct {
	text      string // without prefix and control characters
	code      int    // of a reply that begins the line, 4yz or 5yz
	head      bool   // may begin a message; commands and consents may not
	fresh     bool   // begins with a time stamp, a speaker or the like
	sameReply bool   // continues the reply of the line before

	stage   smtpcheck.Stage // that the command before it belongs to
	names   []string        // EHLO names so far in this session
	tls     smtpcheck.TLSMode
	session int
}

// continues reports whether a record can be the next line of a message that
// began at first.
func (r record) continues(first record) bool {
	return r.head && (r.sameReply || !r.fresh && (r.code == 0 || r.code == first.code))
}

// readLog reads a text line by line, as the conversation that it may be.
func readLog(text string) []record {
	var d dialogue
	var records []record
	for line := range strings.SplitSeq(clean(tail(text)), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		records = append(records, d.read(line))
	}
	return newest(records)
}

func tail(text string) string {
	if len(text) > MaxText {
		return text[len(text)-MaxText:]
	}
	return text
}

// newest keeps the last lines that are worth judging, each wording once.
func newest(records []record) []record {
	if len(records) <= smallText {
		return records
	}
	var kept []record
	seen := map[string]bool{}
	for i := len(records) - 1; i >= 0 && len(kept) < maxLines; i-- {
		r := records[i]
		key := strconv.Itoa(r.code) + string(r.stage) + r.text
		if r.head && !seen[key] && (r.code != 0 || r.sameReply || worthReading(r.text)) {
			seen[key] = true
			kept = append(kept, r)
		}
	}
	slices.Reverse(kept)
	return kept
}

// dialogue is what the lines so far have told.
type dialogue struct {
	stage    smtpcheck.Stage
	names    []string
	session  int
	secret   bool // the next thing the client says is a credential
	upgraded bool // STARTTLS was agreed to
	code     int  // of the reply that the last line belongs to
}

var replyLine = regexp.MustCompile(`^([2-5][0-5]\d)(?:([ -])|$)`)

func (d *dialogue) read(line string) record {
	who, text, fresh := unwrap(line)
	m := replyLine.FindStringSubmatch(text)
	switch {
	case who != fromClient && m != nil:
		return d.reply(text, m[1], fresh)
	case who == fromServer:
		d.code = 0
		return d.record(record{text: text, head: true, fresh: true})
	}
	return d.otherLine(who, text, fresh)
}

func (d *dialogue) reply(text, digits string, fresh bool) record {
	code, _ := strconv.Atoi(digits)
	same := code == d.code
	d.code = code
	if code < 400 {
		d.consent(code, same)
		return d.record(record{text: text, fresh: true})
	}
	return d.record(record{text: text, code: code, head: true, fresh: fresh, sameReply: same})
}

// consent follows a reply that goes on: a greeting begins a session, 334 asks
// for a credential.
func (d *dialogue) consent(code int, same bool) {
	d.secret = code == 334
	if code != 220 || same {
		return
	}
	if d.stage == smtpcheck.StageStartTLS {
		d.upgraded = true
		return
	}
	d.stage, d.names, d.upgraded = "", nil, false
	d.session++
}

func (d *dialogue) otherLine(who speaker, text string, fresh bool) record {
	if d.secret && credential.MatchString(text) {
		d.secret = false
		return d.record(record{text: masked, fresh: true})
	}
	if stage := stageOfCommand(text); stage != "" && (who == fromClient || !fresh) {
		if name := announcedIn(text); stage == smtpcheck.StageEHLO && name != "" {
			d.names = append(d.names[:len(d.names):len(d.names)], name)
		}
		d.stage, d.code = stage, 0
		return d.record(record{text: text, fresh: true})
	}
	d.code = 0
	r := record{text: text, head: who == fromNobody, fresh: fresh}
	if fresh {
		d.session++ // a log line stands for itself
	}
	return d.record(r)
}

func (d *dialogue) record(r record) record {
	r.session, r.names = d.session, d.names
	if r.code != 0 {
		r.stage = d.stage
	}
	if d.upgraded {
		r.tls = smtpcheck.TLSStartTLS
	}
	return r
}

// commands are those of a client that a refusal can belong to.
var commands = []struct {
	form  *regexp.Regexp
	stage smtpcheck.Stage
}{
	{regexp.MustCompile(`(?i)^(?:EHLO|HELO) \S+$`), smtpcheck.StageEHLO},
	{regexp.MustCompile(`(?i)^STARTTLS$`), smtpcheck.StageStartTLS},
	{regexp.MustCompile(`(?i)^AUTH (?:PLAIN|LOGIN|CRAM-MD5|XOAUTH2|OAUTHBEARER|SCRAM-\S+)(?: \S+)?$`), smtpcheck.StageAuth},
	{regexp.MustCompile(`(?i)^MAIL FROM:`), smtpcheck.StageMail},
	{regexp.MustCompile(`(?i)^RCPT TO:`), smtpcheck.StageRcpt},
	{regexp.MustCompile(`(?i)^(?:DATA|BDAT \d+.*)$`), smtpcheck.StageData},
}

// stageOfCommand is the stage that a client's command begins, or "".
func stageOfCommand(text string) smtpcheck.Stage {
	text = strings.TrimRight(text, `'"`)
	for _, c := range commands {
		if c.form.MatchString(text) {
			return c.stage
		}
	}
	return ""
}
