package diagnosis

import (
	"cmp"
	"embed"
	"slices"
	"strconv"
	"strings"
	"sync"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/smtpcheck"
)

// rule is one refusal. Empty conditions match everything; a code or enhanced
// status code is a condition only where the relay gave one, because logs often
// drop it. Says and Not are phrases in lower case: "|" is or, "*" is up to 300 other
// characters, "^" the beginning.
type rule struct {
	ID    string
	Stage string // where it is usually said, when the situation does not know: the likeliest first

	// conditions
	At   string       // stages, separated by spaces; an unknown stage matches
	Code string       // reply code, or its first digits
	Enh  string       // enhanced status codes, or their beginnings, separated by "|"
	Says string       // phrases of which the words have one
	And  string       // phrases of which they have one as well
	Not  string       // phrases of which they have none
	Kind reading.Kind // the error below the protocol
	Only string       // providers, separated by spaces
	When string       // names of conditions, separated by spaces, with "!" for those that must not hold

	// answer
	Sure     Confidence // "live" is exact where the failure was met live, else likely
	Provider string     // whose wording it is, when the situation does not know
	Step     Step
	Field    string
	Waiting  bool // whether the same try can succeed later
	Passing  bool // temporary although no 4xx says so
	Cause    string
	Fix      string

	spoken bool // nothing failed below the protocol
	when   []condition
}

// condition is one name of When.
type condition struct {
	holds func(evidence) bool
	want  bool
}

// tables are the files of rules, particular before general.
var tables = []string{
	"own", "clients", "tls", "google", "microsoft", "services", "mailboxes", "protocol", "names", "plain", "servers", "words", "hidden", "network", "common", "programs", "languages", "subjects",
}

//go:embed rules
var files embed.FS

// rules are read when they are first asked.
var rules = sync.OnceValue(loadRules)

func loadRules() (all []rule) {
	for _, name := range tables {
		var table struct {
			About  string
			Spoken bool              // a failure below the protocol has words of its own
			When   string            // conditions of all its rules
			Words  map[string]string // lists of phrases that several rules use
			Rules  []rule
		}
		readTable(name, &table)
		for _, r := range table.Rules {
			for name, phrases := range table.Words {
				r.Says, r.And = strings.ReplaceAll(r.Says, "{"+name+"}", phrases), strings.ReplaceAll(r.And, "{"+name+"}", phrases)
			}
			if table.Spoken && r.At == "" && r.Stage == "auth" {
				r.At = "auth" // no other stage judges a login
			}
			r.spoken, r.when = table.Spoken, conditionsOf(table.When+" "+r.When)
			all = append(all, r)
		}
	}
	return all
}

func conditionsOf(list string) (all []condition) {
	for name := range strings.FieldsSeq(list) {
		bare, negated := strings.CutPrefix(name, "!")
		if conditions[bare] == nil {
			panic("no condition is named " + bare)
		}
		all = append(all, condition{conditions[bare], !negated})
	}
	return all
}

// judge asks the rules from particular to general: of the relay's own words first,
// then of all that was said, then the meaning of the codes at the stage. ok is
// false where none of them says anything.
func judge(e evidence) (Diagnosis, bool) {
	if e.kind == reading.BadValue {
		return badValueAnswer(e), true
	}
	if r, e := ruleFor(e); r != nil {
		return withLink(r.answer(e), e), true
	}
	ok := e.code != 0 || e.enhanced != "" && statedStatus(e)
	failed := e.reply != e.whole || says(e.inAll().words, failures().Failing)
	if !ok && failed && len(e.stages)+len(e.hint) == 0 {
		e.hint = topic(e)
	}
	return withLink(classAnswer(e), e), ok || failed && len(e.stages)+len(e.hint) > 0
}

// withLink adds the relay's own page to an answer that leaves it open.
func withLink(d Diagnosis, e evidence) Diagnosis {
	if e.link != "" && d.Confidence != Exact && !strings.Contains(d.Cause+d.Fix, e.link) {
		d.Fix += " Open " + e.link + " for the relay's own explanation."
	}
	return d
}

// ruleFor is the first rule that fits, and the evidence as it fits.
func ruleFor(e evidence) (*rule, evidence) {
	all := rules()
	for _, e := range []evidence{e, e.inAll()} {
		for i := range all {
			if all[i].matches(e) {
				return &all[i], e
			}
		}
	}
	return nil, e
}

// topic is what a failure of mail is about, where its words say no more.
func topic(e evidence) []smtpcheck.Stage {
	words := strings.ToLower(e.whole)
	for _, t := range failures().Topics {
		if says(words, "smtp|mailer|e-mail|email|mail server|helo|ehlo|rcpt|mail from|starttls") && says(words, t.Says) {
			return []smtpcheck.Stage{t.Stage}
		}
	}
	return nil
}

// statedStatus demands that a lone status code is one that is known, because
// versions of programs look like it.
func statedStatus(e evidence) bool {
	_, rest, _ := strings.Cut(e.enhanced, ".")
	return meanings().Statuses[rest] != ""
}

func (r *rule) matches(e evidence) bool {
	if !r.fitsCodes(e) || !r.fitsPlace(e) || r.Kind != "" && r.Kind != e.kind || r.spoken && e.kind != "" {
		return false
	}
	if r.Says != "" && !says(e.words, r.Says) || r.And != "" && !says(e.words, r.And) || r.Not != "" && says(e.words, r.Not) {
		return false
	}
	return !slices.ContainsFunc(r.when, func(c condition) bool { return c.holds(e) != c.want })
}

// fitsCodes demands a code of a rule that has no words to go by.
func (r *rule) fitsCodes(e evidence) bool {
	bare := r.Says == "" && r.Kind == ""
	if r.Code != "" && (e.code != 0 || bare) && !strings.HasPrefix(strconv.Itoa(e.code), r.Code) {
		return false
	}
	if r.Enh != "" && (e.enhanced != "" || bare) && !hasCode(e.enhanced, r.Enh) {
		return false
	}
	return true
}

// hasCode: one of the codes, or one that begins as such a beginning does.
func hasCode(enhanced, want string) bool {
	for w := range strings.SplitSeq(want, "|") {
		if enhanced == w || strings.HasSuffix(w, ".") && strings.HasPrefix(enhanced, w) {
			return true
		}
	}
	return false
}

func (r *rule) fitsPlace(e evidence) bool {
	if r.At != "" && len(e.stages) > 0 && len(reading.Common(reading.StagesOf(r.At), e.stages)) == 0 {
		return false
	}
	return r.Only == "" || reading.HasWord(r.Only, e.provider)
}

func says(words, phrases string) bool { return reading.Says(words, phrases) }

func (r *rule) answer(e evidence) Diagnosis {
	stages := e.likelyStages(reading.StagesOf(string(r.Stage)))
	d := Diagnosis{
		ID: r.ID, Stage: firstStage(stages), Stages: stages, Provider: cmp.Or(e.Provider, r.Provider, e.provider),
		Cause: fill(r.Cause, e), Fix: fill(r.Fix, e), Step: r.Step, Field: r.Field, Confidence: r.sure(e, stages),
		Temporary: r.Passing || e.isTemporary(), WaitHelps: r.Waiting,
	}
	d.Fix = sayWaiting(d)
	return d
}

// sure keeps "exact" to what was proven: words with a code, or a known failure below
// the protocol, at the one stage where the rule expects it.
func (r *rule) sure(e evidence, stages []smtpcheck.Stage) Confidence {
	seen := e.Err != nil || e.Reply != nil
	said := e.kind != "" && r.Kind == e.kind || (e.code != 0 || e.enhanced != "") && (!e.all || e.reply == e.whole)
	only := len(stages) == 1 || len(stages) > 0 && r.Kind != ""
	fits := r.Stage == "" || len(reading.Common(stages, reading.StagesOf(r.Stage+" "+r.At))) > 0
	switch {
	case r.Sure == Exact && !seen && !(said && only && fits && !e.foreign()):
		return Likely
	case r.Sure == ifSeen && seen:
		return Exact
	case r.Sure == ifSeen:
		return Likely
	}
	return r.Sure
}

func (e evidence) isTemporary() bool {
	return e.code/100 == 4 || e.code == 0 && strings.HasPrefix(e.enhanced, "4.")
}

// sayWaiting adds whether waiting helps to the fix of a temporary refusal that
// does not say it yet.
func sayWaiting(d Diagnosis) string {
	if !d.Temporary || strings.Contains(strings.ToLower(d.Cause+d.Fix), "wait") {
		return d.Fix
	}
	if d.WaitHelps {
		return d.Fix + " Waiting and trying again can help."
	}
	return d.Fix + " Waiting does not help."
}
