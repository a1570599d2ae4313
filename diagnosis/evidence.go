package diagnosis

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/smtpcheck"
)

// evidence is what the rules judge: a message as it was read, and the situation
// around it.
type evidence struct {
	Situation
	code     int
	enhanced string
	words    string // for matching: lower case, one line, codes removed
	all      bool   // whether words has more than what the relay said
	alone    bool   // one line about mail is all there is: the relay's words, cut out of their message
	whole    string // all that was said, one line
	raw      string // for values to quote: the same without credentials
	reply    string // the part of it that the relay said, where it can be told
	kind     reading.Kind
	stages   []smtpcheck.Stage // those that it can have happened at; none is any
	trace    string            // of the program
	link     string            // to a page, that the relay gave
	hint     []smtpcheck.Stage // those that a loose word speaks for
	provider string
}

func newEvidence(s Situation) evidence {
	return evidenceOf(reading.Of(saidIn(s), s.Reply), s)
}

// evidenceOf joins what a message says with what is known of the conversation.
func evidenceOf(m reading.Message, s Situation) evidence {
	e := evidence{
		Situation: s, code: m.Code, enhanced: m.Enhanced, raw: reading.HideCredentials(m.Words), whole: m.Words, reply: m.Words,
		kind: m.Kind, stages: m.Stages, hint: m.Hint, link: m.Link, trace: m.Trace,
	}
	if m.Reply != "" {
		e.reply = m.Reply
	}
	e.words = strings.ToLower(reading.WithoutCodes(e.reply, e.code, e.enhanced))
	var shown *smtpcheck.CertificateError
	if errors.As(s.Err, &shown) && shown.Cert != nil {
		e.words += " issuer " + strings.ToLower(shown.Cert.Issuer.String())
	}
	if s.Stage != "" {
		e.stages = []smtpcheck.Stage{s.Stage}
	}
	if len(e.stages) == 1 {
		e.Stage = e.stages[0]
	}
	if kind := reading.KindOf(s.Err, s.Stage); kind != "" && !e.refused() {
		e.kind = kind
	}
	e.Names = append(slices.Clone(m.Names), s.Names...)
	e.Host, e.TLS = cmp.Or(s.Host, m.Host), cmp.Or(s.TLS, m.TLS)
	if e.Port == 0 {
		e.Port = m.Port
	}
	e.provider = s.Provider
	if e.provider == "" || e.provider == "custom" {
		e.provider = cmp.Or(providerOf(s.Host, m.Words), s.Provider)
	}
	return e
}

// inAll is the same evidence with all words, not only those of the relay.
func (e evidence) inAll() evidence {
	e.words, e.all = strings.ToLower(reading.WithoutCodes(e.whole, e.code, e.enhanced)), true
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

// place are the stages of an answer, the likeliest first: those of a rule that the
// evidence leaves, else what the evidence tells, else what the codes leave.
func (e evidence) place(rule []smtpcheck.Stage) []smtpcheck.Stage {
	byCode := reading.StagesOfCode(e.code, e.enhanced)
	if len(e.stages) > 0 {
		if both := reading.Common(e.stages, rule); len(both) > 0 {
			return both
		}
		return e.stages
	}
	if e.refusesConnection() {
		rule, byCode = ahead(rule, smtpcheck.StageGreeting), ahead(byCode, smtpcheck.StageGreeting)
	}
	if len(rule) == 0 {
		return firstKnown(reading.Common(byCode, e.hint), e.hint, byCode)
	}
	if len(byCode) == 1 && slices.Contains(rule, byCode[0]) {
		return byCode
	}
	if e.code == 451 || e.code == 452 {
		rule = ahead(rule, byCode...)
	}
	if e.code >= 500 && e.code != 554 || e.code >= 450 && e.code < 500 { // RFC 5321 section 4.3.2 knows none of them as a greeting
		rule = ahead(rule, without(rule, smtpcheck.StageGreeting)...)
	}
	if e.code == 421 && (e.enhanced == "" || e.enhanced == "4.3.2") {
		rule = ahead(rule, smtpcheck.StageGreeting)
	}
	if (e.code == 530 || e.code == 0 && e.enhanced == "5.7.0") && rule[0] == smtpcheck.StageRcpt { // RFC 4954: any command but the first ones
		rule = ahead(rule, smtpcheck.StageMail)
	}
	if e.code == 454 { // RFC 4954 section 6
		rule = ahead(rule, smtpcheck.StageAuth)
	}
	return ahead(rule, e.hint...)
}

// refusesConnection: a 554 that is the greeting's (RFC 5321 section 3.1) has no words
// but a name, or words of the connection.
func (e evidence) refusesConnection() bool {
	bare := e.enhanced == "" && (!strings.Contains(e.words, " ") ||
		says(e.words, "busy|connection|connect |go away|come back|no smtp|transfer service|no service|esmtp|client host|locally|your host|your ip"))
	return e.code == 554 && (bare || says(e.words, "allowed to connect|no probes"))
}

func firstKnown(lists ...[]smtpcheck.Stage) []smtpcheck.Stage {
	for _, l := range lists {
		if len(l) > 0 {
			return l
		}
	}
	return nil
}

// ahead puts some of the stages before the others.
func ahead(stages []smtpcheck.Stage, some ...smtpcheck.Stage) []smtpcheck.Stage {
	return append(reading.Common(stages, some), without(stages, some...)...)
}

func without(stages []smtpcheck.Stage, some ...smtpcheck.Stage) []smtpcheck.Stage {
	return slices.DeleteFunc(slices.Clone(stages), func(s smtpcheck.Stage) bool { return slices.Contains(some, s) })
}

func firstStage(stages []smtpcheck.Stage) smtpcheck.Stage {
	if len(stages) == 0 {
		return ""
	}
	return stages[0]
}
