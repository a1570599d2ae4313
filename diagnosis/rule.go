package diagnosis

import (
	"cmp"
	"strconv"
	"strings"

	"smtp-wizard/smtpcheck"
)

// rule is one refusal. Empty conditions match everything; a code or enhanced
// status code is a condition only where the relay gave one, because logs often
// drop it.
type rule struct {
	id    string
	stage smtpcheck.Stage // where it is usually said, when the situation does not know

	// conditions
	at   string              // stages, separated by spaces; an unknown stage matches
	code string              // reply code, or its first digits
	enh  string              // enhanced status code, or its beginning
	says string              // phrases in lower case: "|" is or, "*" is up to 300 other characters
	kind kind                // the error below the protocol
	only string              // providers, separated by spaces
	when func(evidence) bool // anything else

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
	ownRules, pocketIDRules, googleRules, microsoftRules, serviceRules, mailboxRules, serverRules,
	hiddenRules, certificateRules, networkRules, wordingRules, genericNameRules,
)

func join(tables ...[]rule) []rule {
	var all []rule
	for _, t := range tables {
		all = append(all, t...)
	}
	return all
}

func (r *rule) matches(e evidence) bool {
	return r.fitsCodes(e) && r.fitsPlace(e) &&
		(r.kind == "" || r.kind == e.kind) &&
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

func hasCode(enhanced, want string) bool {
	return enhanced == want || strings.HasSuffix(want, ".") && strings.HasPrefix(enhanced, want)
}

func (r *rule) fitsPlace(e evidence) bool {
	if r.at != "" && e.Stage != "" && !hasWord(r.at, string(e.Stage)) {
		return false
	}
	return r.only == "" || hasWord(r.only, e.provider)
}

func hasWord(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}

// says reports whether one of the phrases is in the words.
func says(words, phrases string) bool {
	for p := range strings.SplitSeq(phrases, "|") {
		if saysPhrase(words, p) {
			return true
		}
	}
	return false
}

const maxGap = 300 // characters that a "*" may stand for

func saysPhrase(words, phrase string) bool {
	first, rest, more := strings.Cut(phrase, "*")
	for {
		i := strings.Index(words, first)
		if i < 0 {
			return false
		}
		after := words[i+len(first):]
		if !more || saysPhrase(after[:min(len(after), maxGap)], rest) {
			return true
		}
		words = words[i+max(1, len(first)):]
	}
}

func (r *rule) answer(e evidence) Diagnosis {
	e.provider = cmp.Or(e.provider, r.provider)
	d := Diagnosis{
		ID: r.id, Stage: e.stage(r.stage), Provider: cmp.Or(e.Provider, r.provider, e.provider),
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
