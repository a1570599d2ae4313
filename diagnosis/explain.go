package diagnosis

import (
	"strings"

	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
)

// MaxText is how many bytes of a text are read; of a longer one the end counts,
// where a log has its newest lines.
const MaxText = 1 << 20

const (
	maxLines  = 4000 // lines with anything about mail in them that are judged
	smallText = 400  // up to so many lines, wrapped lines are put together again
	maxWindow = 5    // lines that a wrapped message may spread over
)

// ExplainText finds the telling line in a reply, a log line or a whole log, and
// explains it. The line comes back without control characters and credentials,
// and shortened. matched is false when nothing is known about any line; the
// diagnosis then only says so.
func ExplainText(text string) (d Diagnosis, matched bool, line string) {
	best, ok := telling(text)
	if !ok {
		return unknown, false, ""
	}
	return best.diagnosis, true, shorten(hideCredentials(best.line), 300)
}

var unknown = Diagnosis{
	ID: "unknown", Step: StepNone, Confidence: Class,
	Cause: "This text contains neither a known refusal nor a reply with a three-digit code.",
	Fix:   "Paste the line with the relay's own words, which starts with a code such as 535 or 550; `smtp-wizard check` shows it with its stage.",
}

// finding is what one line, or a few that belong together, came to.
type finding struct {
	line      string
	situation Situation
	diagnosis Diagnosis
	mail      bool // the line itself speaks of mail
	rank      int  // the lower the surer and the more particular
	session   int
}

// telling picks the best finding: one about mail, the surest, of the newest
// session, and there the first, since what comes after it is only its aftermath.
func telling(text string) (finding, bool) {
	records := readLog(text)
	var best finding
	found := false
	hint := ""
	if len(records) <= smallText {
		if p, other, ok := presets.InWords(text); ok && !other {
			hint = p.ID
		}
	}
	for i := range records {
		f, ok := judge(records, i, hint)
		if ok && (!found || better(f, best)) {
			best, found = f, true
		}
	}
	return best, found
}

func better(a, b finding) bool {
	x, y := certainty(a.diagnosis), certainty(b.diagnosis)
	switch class := certainty(Diagnosis{}); {
	case (x == class) != (y == class):
		return y == class
	case a.mail != b.mail:
		return a.mail
	case x != y:
		return x < y
	}
	return a.session > b.session
}

func certainty(d Diagnosis) int {
	switch d.Confidence {
	case Exact:
		return 0
	case Likely:
		return 1
	}
	return 2
}

// judge explains the message that begins at a record, over as many of the next
// lines as make it surer.
func judge(records []record, i int, hint string) (best finding, found bool) {
	if !records[i].head {
		return best, false
	}
	text := ""
	for n := 0; n < maxWindow && i+n < len(records); n++ {
		next := records[i+n]
		if n > 0 && (len(records) > smallText && !next.sameReply || !next.continues(records[i])) {
			break
		}
		text = strings.TrimSpace(text + "\n" + next.text)
		f, ok := explainRecord(records[i], text, hint)
		if ok && (!found || f.rank < best.rank) {
			best, found = f, true
		}
	}
	return best, found
}

func explainRecord(r record, text, hint string) (finding, bool) {
	s := Situation{Text: oneLine(ends(text)), Stage: r.stage, Names: r.names, Settings: smtpcheck.Settings{TLS: r.tls}}
	if stage := stageOfWords(strings.ToLower(s.Text)); stage != "" {
		s.Stage = stage
	}
	if r.code == 0 && !worthReading(s.Text) || webRequest.MatchString(s.Text) {
		return finding{}, false
	}
	if code, enhanced, words := replyIn(s.Text); code != 0 {
		s.Reply = &smtpcheck.Reply{Code: code, Enhanced: enhanced, Lines: []string{words}}
	}
	e := newEvidence(s)
	if e.provider == "" {
		e.provider = hint
	}
	d, rank, ok := rankedAnswer(e)
	return finding{line: s.Text, situation: s, diagnosis: d, mail: aboutMail(e), rank: rank, session: r.session}, ok
}

// ends keeps the beginning and the end of a line that is too long to judge.
func ends(text string) string {
	const half = 4 << 10
	if len(text) <= 2*half {
		return text
	}
	return text[:half] + " " + text[len(text)-half:]
}

// rankedAnswer orders answers by certainty, then from particular to general.
func rankedAnswer(e evidence) (Diagnosis, int, bool) {
	if e.kind == badValue {
		return badValueAnswer(e), 0, true
	}
	for i := range rules {
		if rules[i].matches(e) {
			d := rules[i].answer(e)
			return d, certainty(d)*len(rules)*2 + i, true
		}
	}
	coded := e.code != 0 || e.enhanced != "" && statedStatus(e)
	return classAnswer(e), 5 * len(rules), coded
}

// statedStatus demands that a lone status code is one that is known, because
// versions of programs look like it.
func statedStatus(e evidence) bool {
	_, rest, _ := strings.Cut(e.enhanced, ".")
	return statusMeanings[rest] != ""
}
