package diagnosis

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/smtpcheck"
)

// rule is one refusal. Empty conditions match everything; a code or enhanced
// status code is a condition only where the relay gave one, because logs often
// drop it.
type rule struct {
	id    string
	stage smtpcheck.Stage // where it is usually said, when the situation does not know

	// conditions
	at     string              // stages, separated by spaces; an unknown stage matches
	code   string              // reply code, or its first digits
	enh    string              // enhanced status code, or its beginning
	says   string              // phrases in lower case: "|" is or, "*" is up to 300 other characters
	kind   reading.Kind        // the error below the protocol
	only   string              // providers, separated by spaces
	when   func(evidence) bool // anything else
	spoken bool                // nothing failed below the protocol

	// answer
	sure     Confidence
	provider string // whose wording it is, when the situation does not know
	step     Step
	field    string
	waiting  bool // whether the same try can succeed later
	passing  bool // temporary although no 4xx says so
	cause    string
	fix      string
}

// rules are all tables, particular before general.
var rules = join(
	ownRules, pocketIDRules, verifierRules, certificateRules, googleRules, microsoftRules, serviceRules, mailboxRules,
	spokenOnly(aboutStep(serverRules, true)), spokenOnly(nameRules), spokenOnly(plainRules), spokenOnly(aboutStep(serverRules, false)), spokenOnly(wordRules), hiddenRules, networkRules, commonRules, genericNameRules,
)

func join(tables ...[]rule) []rule {
	var all []rule
	for _, t := range tables {
		all = append(all, t...)
	}
	return all
}

func aboutStep(table []rule, identity bool) []rule {
	return slices.DeleteFunc(slices.Clone(table), func(r rule) bool { return (r.step == StepIdentity) != identity })
}

// spokenOnly keeps rules to what was said: a failure below the protocol has words
// of its own.
func spokenOnly(table []rule) []rule {
	for i := range table {
		table[i].spoken = true
	}
	return table
}

func (r *rule) matches(e evidence) bool {
	return r.fitsCodes(e) && r.fitsPlace(e) &&
		(r.kind == "" || r.kind == e.kind) && !(r.spoken && e.kind != "") &&
		(r.says == "" || says(e.words, r.says)) &&
		(r.when == nil || r.when(e))
}

// fitsCodes demands a code of a rule that has no words to go by.
func (r *rule) fitsCodes(e evidence) bool {
	bare := r.says == "" && r.kind == ""
	if r.code != "" && (e.code != 0 || bare) && !strings.HasPrefix(strconv.Itoa(e.code), r.code) {
		return false
	}
	if r.enh != "" && (e.enhanced != "" || bare) && !hasCode(e.enhanced, r.enh) {
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
	if r.at != "" && len(e.stages) > 0 && len(common(stagesOf(r.at), e.stages)) == 0 {
		return false
	}
	return r.only == "" || hasWord(r.only, e.provider)
}

func stagesOf(list string) []smtpcheck.Stage {
	var stages []smtpcheck.Stage
	for name := range strings.FieldsSeq(list) {
		stages = append(stages, smtpcheck.Stage(name))
	}
	return stages
}

func hasWord(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}

func says(words, phrases string) bool { return reading.Says(words, phrases) }

func (r *rule) answer(e evidence) Diagnosis {
	stages := e.place(stagesOf(string(r.stage)))
	d := Diagnosis{
		ID: r.id, Stage: firstStage(stages), Stages: stages, Provider: cmp.Or(e.Provider, r.provider, e.provider),
		Cause: fill(r.cause, e), Fix: fill(r.fix, e), Step: r.step, Field: r.field, Confidence: r.sure,
		Temporary: r.passing || e.isTemporary(), WaitHelps: r.waiting,
	}
	d.Fix = sayWaiting(d)
	return d
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
