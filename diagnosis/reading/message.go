// Package reading takes any text that somebody pastes (a reply, a log, a bounce,
// an exception) and returns what it says as values: codes, the relay's words,
// the stages they can have been said at. It does not judge what they mean.
//
// How programs write their failures down is data: a row of dialects.
package reading

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/smtpcheck"
)

// Message is one failure that a text tells of. Every field but Line may be empty.
// Nothing of it has control characters; Words and Reply may have credentials, which
// rules are to match and nobody is to see: what is shown goes through
// HideCredentials.
type Message struct {
	Line  string // the telling words, for showing
	Words string // all that was said, on one line

	Code     int    // reply code, 4yz or 5yz
	Enhanced string // enhanced status code (RFC 3463)
	Reply    string // what the relay itself said, without its codes, where it can be told
	Kind     Kind   // the failure below the protocol

	Link string // the page that the relay names
	Mark string // its own code for the refusal, such as S3140, AUP#1310 or IB113

	// Stages are those that it can have happened at, the likeliest first, as the
	// text tells; Hint has those that a loose word speaks for.
	Stages, Hint []smtpcheck.Stage
	Host         string // the relay
	Port         int
	TLS          smtpcheck.TLSMode
	Names        []string // EHLO names that were announced, in order
	Trace        string   // lines of a stack trace, in lower case

	session int
}

// Newer reports whether a message belongs to a later conversation than another.
func (m Message) Newer(than Message) bool { return m.session > than.session }

const (
	maxMessage = 8 << 10 // bytes of one message that are read: its beginning and its end
	maxParts   = 60      // lines that one message may have
)

// block is the lines of one message as they were gathered.
type block struct {
	parts  []string
	frames []string // of a stack trace: they tell the stage, and are no words
	code   int      // of the reply that it begins with or contains
	stage  smtpcheck.Stage
	names  []string
	tls    smtpcheck.TLSMode

	session int
	small   bool // all of its text is read, so that nothing is too unlike mail
}

// ends keeps the beginning and the end of a text that is too long to read.
func ends(text string) string {
	if len(text) <= maxMessage {
		return text
	}
	return text[:maxMessage/2] + " " + text[len(text)-maxMessage/2:]
}

// message reads the values out of a block; ok is false where it tells of no
// failure of mail.
func (b *block) message() (Message, bool) {
	m := Message{Words: OneLine(ends(strings.Join(b.parts, "\n"))), Names: b.names, TLS: b.tls, session: b.session}
	if m.Words == "" || b.code == 0 && (!b.small && !worthReading(m.Words) || webRequest.MatchString(m.Words)) {
		return m, false
	}
	m.Line = HideCredentials(b.telling(m.Words))
	m.Trace = strings.ToLower(OneLine(ends(strings.Join(b.frames, "\n"))))
	s := signs{Message: &m, lower: strings.ToLower(m.Words)}
	s.read(b.stage)
	return m, true
}

// Of reads the words of a failure that was met live or that stand alone.
func Of(words string, reply *smtpcheck.Reply) Message {
	m := Message{Words: OneLine(words)}
	m.Line = HideCredentials(m.Words)
	s := signs{Message: &m, lower: strings.ToLower(m.Words)}
	if reply != nil && reply.Code >= 400 {
		m.Code, m.Enhanced, m.Reply = reply.Code, reply.Enhanced, m.Words
		s.withoutCodes()
		s.marks()
		return m
	}
	s.read("")
	return m
}

// signs gathers the values of one message.
type signs struct {
	*Message
	lower  string // the words for matching
	phrase int    // the code that a phrase stands for
}

// read asks each dialect that the words may be of; what one has told, a later one
// does not change. The dialogue before the message tells the stage where the
// words do not.
func (s *signs) read(spoken smtpcheck.Stage) {
	var loose []smtpcheck.Stage
	for _, d := range tables().Dialects {
		if d.Has != "" && !Says(s.lower+" "+s.Trace, d.Has) {
			continue
		}
		for _, f := range d.forms {
			s.form(f)
		}
		for _, sign := range d.Signs {
			s.sign(sign, &loose)
		}
	}
	if s.Code == 0 && s.Reply != "" {
		s.Code = s.phrase
	}
	if k := kindOfWords(s.lower); vague[s.Kind] && !vague[k] && stagesOfKind(k) == stagesOfKind(s.Kind) {
		s.Kind = k
	}
	if s.Code == 0 {
		var reply string
		s.Code, s.Enhanced, reply = quotedReply(s.Words, s.Enhanced)
		s.Reply = cmp.Or(reply, s.Reply)
	}
	if k := kindOfWords(s.lower); s.Code != 0 && len(s.Stages) == 0 && len(StagesOfCode(s.Code, s.Enhanced)) != 1 && stagesOfKind(k) == "tls starttls" && Says(s.lower, "tls|ssl|cert|x509|handshake") {
		s.Code, s.Enhanced, s.Kind = 0, "", k // a relay in between repeats what its own client met
	}
	if s.Code == 0 && s.Kind == "" {
		s.Code = s.phrase
	}
	s.withoutCodes()
	if s.Code != 0 {
		s.Kind = ""
	} else if s.Kind == "" {
		s.Kind = kindOfWords(s.lower)
		if below := stagesOfKind(s.Kind); s.Reply != "" && (below == "dns" || below == "connect") {
			s.Kind = "" // a relay that speaks is no dead end
		}
	}
	s.settleStages(spoken, loose)
	if s.Kind == DialTimeout && len(s.Stages) > 0 && s.Stages[0] != smtpcheck.StageConnect {
		s.Kind = ReadTimeout // the connection stood
	}
	s.endpoint()
	s.marks()
}

// form takes the named groups of an expression.
func (s *signs) form(f *lazy.Regexp) {
	m := f.FindStringSubmatch(s.Words)
	if m == nil {
		return
	}
	for i, name := range f.Compiled().SubexpNames() {
		if name == "" || m[i] == "" {
			continue
		}
		s.value(name, m[i])
	}
}

func (s *signs) value(name, value string) {
	switch name {
	case "code":
		if s.Code == 0 {
			s.Code, _ = strconv.Atoi(value)
		}
	case "codewords":
		if s.Code == 0 {
			s.Code = codeOfWords(value)
		}
	case "enhanced":
		s.Enhanced = cmp.Or(s.Enhanced, value)
	case "reply":
		s.Reply = cmp.Or(s.Reply, strings.Trim(value, ` "',)`))
	case "command":
		if len(s.Stages) == 0 {
			s.Stages = stagesOfCommand(value)
		}
	case "host":
		s.Host = cmp.Or(s.Host, value)
	case "port":
		if s.Port == 0 {
			s.Port, _ = strconv.Atoi(value)
		}
	case "name":
		if !slices.Contains(s.Names, value) {
			s.Names = append(s.Names[:len(s.Names):len(s.Names)], value)
		}
	}
}

// sign takes what a phrase stands for.
func (s *signs) sign(sign sign, loose *[]smtpcheck.Stage) {
	if !Says(s.lower, sign.Says) && (sign.At == "" || s.Trace == "" || !Says(s.Trace, sign.Says)) {
		return
	}
	if sign.Code != 0 && s.phrase == 0 {
		s.phrase = sign.Code
	}
	if sign.Kind != "" && s.Kind == "" {
		s.Kind = sign.Kind
	}
	switch {
	case sign.At == "":
	case sign.Loose && len(*loose) == 0:
		*loose = StagesOf(sign.At)
	case !sign.Loose && len(s.Stages) == 0:
		s.Stages = StagesOf(sign.At)
	}
}

// settleStages: what failed below the protocol tells the stage better than the
// operation that it spoiled, the operation better than the dialogue before it,
// and that better than the code.
func (s *signs) settleStages(spoken smtpcheck.Stage, loose []smtpcheck.Stage) {
	below := StagesOf(stagesOfKind(s.Kind))
	switch {
	case len(below) > 0:
		if s.Stages = Common(below, s.Stages); len(s.Stages) == 0 {
			s.Stages = below
		}
	case s.Code == 535 || s.Code == 534 || s.Code == 538:
		s.Stages = []smtpcheck.Stage{smtpcheck.StageAuth} // whatever the program calls the operation (RFC 4954)
	case len(s.Stages) > 0 && (s.Code != 503 || spoken == ""): // which answers the command before it, whatever it misses
	case spoken != "":
		s.Stages = []smtpcheck.Stage{spoken}
	}
	s.Hint = loose
}

// StagesOf are the stages of a list between spaces.
func StagesOf(list string) []smtpcheck.Stage {
	var stages []smtpcheck.Stage
	for name := range strings.FieldsSeq(list) {
		stages = append(stages, smtpcheck.Stage(name))
	}
	return stages
}

// Common are the stages of a that b has as well.
func Common(a, b []smtpcheck.Stage) []smtpcheck.Stage {
	return slices.DeleteFunc(slices.Clone(a), func(s smtpcheck.Stage) bool { return !slices.Contains(b, s) })
}

var (
	sourceFile  = lazy.Compile(`\.(?:go|js|mjs|ts|py|rb|c|php|java|erl|exs?|cs|rs)$`)
	hostAndPort = lazy.Compile(`(?i)\b([a-z0-9][a-z0-9.-]*\.[a-z0-9-]+|localhost|\d+\.\d+\.\d+\.\d+)(?:\[[0-9a-f:.]+\])?(?:[:,]|\s*,?\s+(?:on\s+)?port:?\s+)\s*(\d{2,5})\b`)
	loosePort   = lazy.Compile(`(?:port|[ :]) ?(25|465|587|2525|2587|2465)(?:[ :,;)]|$)`)
)

var (
	linkOf = lazy.Compile(`https?://[A-Za-z0-9./?=&_%#:~+-]{4,150}`)
	markOf = lazy.Compile(`\b(?:AUP#[\w-]{2,12}|S\d{4}|AS\d{5,10}|IB\d{3}|LPN\d+_\d+|OFR\w{0,8}_\d+|MXIN\d+|TSS?\d{2}|BL\d{2}|PH\d{2}|CS\d{2}|HM\d{2}|GL\d{2})\b`)
)

// marks are what only the relay's operator can read, or says more.
func (s *signs) marks() {
	if s.Code != 0 || s.Reply != "" {
		s.Link, s.Mark = strings.TrimRight(linkOf.FindString(s.Words), ".,:"), markOf.FindString(s.Words)
	}
}

// endpoint finds host and port where no dialect has told them. The port of a
// resolver is not the relay's.
func (s *signs) endpoint() {
	for _, m := range hostAndPort.FindAllStringSubmatch(s.Words, 8) {
		n, _ := strconv.Atoi(m[2])
		if n == 53 || n > 65535 || sourceFile.MatchString(m[1]) {
			continue
		}
		s.Host = cmp.Or(s.Host, m[1])
		if s.Port == 0 {
			s.Port = n
		}
		return
	}
	if m := loosePort.FindStringSubmatch(s.Words); m != nil && s.Port == 0 {
		s.Port, _ = strconv.Atoi(m[1])
	}
}
