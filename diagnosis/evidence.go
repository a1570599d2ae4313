package diagnosis

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"

	"smtp-wizard/smtpcheck"
)

// evidence is a situation made ready for matching: one lower-case line of words
// with the codes taken out of it.
type evidence struct {
	Situation
	code     int
	enhanced string
	words    string // for matching: lower case, one line, codes removed
	raw      string // for values to quote: as said, one line, without credentials
	reply    string // the part of raw that the relay said, where it can be told
	kind     kind
	provider string
}

func newEvidence(s Situation) evidence {
	e := evidence{Situation: s}
	said := oneLine(saidIn(s))
	e.raw = hideCredentials(said)
	e.reply = said
	if s.Err == nil || s.Text != "" {
		if code, enhanced, words := replyIn(said); code != 0 {
			e.code, e.enhanced, e.reply = code, enhanced, words
		}
	}
	if e.refused() {
		e.code, e.enhanced = s.Reply.Code, s.Reply.Enhanced
	}
	if e.enhanced == "" {
		e.enhanced = leadingEnhanced(said)
	}
	e.words = strings.ToLower(stripCodes(said, e.code, e.enhanced))
	if !e.refused() && s.Err != nil {
		e.kind = kindOf(s.Err, s.Stage)
	}
	if e.kind == "" && e.code == 0 { // a reply is no network error, whatever its words
		e.kind = kindOfWords(e.words)
	}
	e.provider = s.Provider
	if e.provider == "" || e.provider == "custom" {
		e.provider = cmp.Or(providerOf(s.Host, said), s.Provider)
	}
	return e
}

// saidIn is what there is in words. A text is the whole line that a reply was
// found in; beside a reply, the error that followed it adds nothing.
func saidIn(s Situation) string {
	switch {
	case s.Text != "":
		return s.Text
	case s.Reply != nil && s.Reply.Code >= 400:
		return strings.Join(s.Reply.Lines, "\n")
	case s.Err != nil:
		return s.Err.Error()
	}
	return ""
}

// refused reports whether the relay itself said no; then its words count and
// not those of the connection that broke after them.
func (e evidence) refused() bool { return e.Reply != nil && e.Reply.Code >= 400 }

var (
	codedReply = regexp.MustCompile(`(?:^|[^0-9.])([45]\d\d)(?:[ -]|, ?"?)([45]\.\d{1,3}\.\d{1,3})\b`)
	loneStatus = regexp.MustCompile(`(?:^|: |was |#|\(|"|dsn=)([45]\.\d{1,3}\.\d{1,3})(?:[ ,;"]|$)`)
)

// codesIn finds a reply code that stands beside its enhanced status code.
func codesIn(text string) (code int, enhanced string) {
	for _, m := range codedReply.FindAllStringSubmatch(text, 8) {
		if m[1][0] == m[2][0] {
			code, _ = strconv.Atoi(m[1])
			return code, m[2]
		}
	}
	return 0, ""
}

func leadingEnhanced(text string) string {
	if m := loneStatus.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// stripCodes takes the codes that a multi-line reply repeats at each line out of
// the words, so that a phrase can run over a line's end.
func stripCodes(text string, code int, enhanced string) string {
	if code != 0 {
		c := strconv.Itoa(code)
		text = strings.NewReplacer(" "+c+"-", " ", " "+c+" ", " ").Replace(" " + text + " ")
	}
	if enhanced != "" {
		text = strings.ReplaceAll(text+" ", " "+enhanced+" ", " ")
		text = strings.TrimPrefix(text, enhanced+" ")
	}
	return strings.Join(strings.Fields(text), " ")
}

// oneLine removes control characters and joins lines by one space.
func oneLine(s string) string {
	return strings.Join(strings.Fields(clean(s)), " ")
}

// stage is where the conversation ended, as told, else as the rule has it.
func (e evidence) stage(otherwise smtpcheck.Stage) smtpcheck.Stage {
	if e.Stage != "" {
		return e.Stage
	}
	return otherwise
}
