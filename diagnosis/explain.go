package diagnosis

import (
	"slices"
	"strings"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/internal/text"
	"smtp-wizard/presets"
)

// MaxText is how many bytes of a text are read.
const MaxText = reading.MaxText

// ExplainText finds the telling message in a reply, a log line or a whole log, and
// explains it. Its line comes back without control characters and credentials,
// and shortened. matched is false when nothing is known about any line; the
// diagnosis then only says so.
func ExplainText(text string) (d Diagnosis, matched bool, line string) {
	best, ok := telling(text)
	if !ok {
		return unknown, false, ""
	}
	return best.diagnosis, true, withMarks(best.Message)
}

const maxLine = 300 // runes of the telling line

// withMarks is the telling line, with the relay's link and its own code behind it
// where they stood too far on.
func withMarks(m reading.Message) string {
	line := text.Shorten(m.Line, maxLine)
	for _, mark := range []string{m.Mark, m.Link} {
		if mark != "" && !strings.Contains(line, mark) {
			line = text.Shorten(m.Line, maxLine-len(mark)-1) + " " + mark
			m.Line = line
		}
	}
	return line
}

var unknown = Diagnosis{
	ID: "unknown", Step: StepNone, Confidence: Class,
	Cause: "This text contains neither a known refusal nor a reply with a three-digit code.",
	Fix:   "Paste the line with the relay's own words, which starts with a code such as 535 or 550; `smtp-wizard check` shows it with its stage.",
}

// finding is what one message came to.
type finding struct {
	reading.Message
	diagnosis Diagnosis
	mail      bool // the message itself speaks of mail
}

// telling picks the best finding: one about mail that is more than a class, of the newest
// session, and there the first, since what comes after it is only its aftermath.
func telling(text string) (finding, bool) {
	messages := reading.Read(text)
	hint := ""
	if len(messages) <= 400 {
		if p, other, ok := presets.InWords(text); ok && !other {
			hint = p.ID
		}
	}
	var best finding
	found := false
	for i := range messages {
		if m := &messages[i]; m.Code == 0 && m.Kind == "" {
			m.Words = strings.TrimSpace(settled.ReplaceAllString(m.Words, ""))
		}
	}
	messages = slices.DeleteFunc(messages, func(m reading.Message) bool { return !tellsOfMail(m) })
	for _, m := range messages {
		e := evidenceOf(m, Situation{})
		if e.provider == "" {
			e.provider = hint
		}
		d, ok := judge(e)
		if len(messages) == 1 && !logged(text) && (!ok || strings.HasPrefix(d.ID, "class-") && e.kind == "") {
			e.alone = true
			if as, told := judge(e); told && (!ok || as.Confidence != Class && !as.WaitHelps) {
				d, ok = as, true
			}
		}
		f := finding{m, d, aboutMail(e)}
		if ok && (!found || better(f, best)) {
			best, found = f, true
		}
	}
	return best, found
}

// tells: it has more than the program's own word for "failed".
func (f finding) tells() bool { return f.Code != 0 || f.Kind != "" || f.Reply != "" }

// hides: the program's last word, which covers all that may have been wrong before it.
func (f finding) hides() bool { return strings.HasPrefix(f.diagnosis.ID, "layer5-hidden") }

func better(a, b finding) bool {
	switch x, y := a.diagnosis.Confidence == Class, b.diagnosis.Confidence == Class; {
	case x != y:
		return y
	case a.mail != b.mail:
		return a.mail
	case (a.Kind == reading.Closed) != (b.Kind == reading.Closed) && a.tells() && b.tells():
		return b.Kind == reading.Closed // which comes after whatever else is wrong
	case a.tells() != b.tells():
		return a.tells()
	case a.hides() != b.hides():
		return b.hides()
	case x && len(a.diagnosis.Stages) != len(b.diagnosis.Stages):
		return len(b.diagnosis.Stages) == 0 || len(a.diagnosis.Stages) > 0 && len(a.diagnosis.Stages) < len(b.diagnosis.Stages)
	}
	return a.Newer(b.Message)
}
