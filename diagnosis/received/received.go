// Package received judges a mail by its headers as they arrived: what the receiver
// found of SPF, DKIM and DMARC, the way it took, what spam filters said, and the
// DNS record that cures what failed. It is pure: it asks no DNS and judges only by
// what is written there.
//
// fields.go takes any paste apart, authres.go reads the results of one field,
// auth.go decides whose results count, path.go follows Received, spam.go reads the
// filters, sender.go finds out who sent it, and judge.go says what to do.
// knowledge.json has the filters, what their words mean, and the advice.
package received

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"smtp-wizard/diagnosis"
	"smtp-wizard/smtpcheck"
)

// Delivered is the stage of a mail that has arrived somewhere.
const Delivered smtpcheck.Stage = "delivered"

// Report is what the headers say. Its texts have no control characters, nothing of
// the body and no mail address of the paste.
type Report struct {
	diagnosis.Diagnosis
	Auth     Auth
	Path     []Hop // as it went: the sender's server first
	Spam     []Filter
	Problems []Problem // the gravest first
}

// Read judges the headers or the whole source of a received mail. ok is false for
// any other text, such as a log, a refusal, or a report that mail was not delivered.
func Read(pasted string) (report Report, ok bool) {
	head, ok := fields(pasted)
	if !ok {
		return Report{}, false
	}
	way := routeOf(head)
	r := Report{Path: way.path(), Spam: filters(head, way)}
	r.Auth = authentication(head, way, r.Spam)
	a := r.Auth
	said := len(a.Checks()) > 0
	if !said && len(a.ARC)+len(a.Untrusted)+len(r.Spam) == 0 && (len(way.hops) == 0 || len(head) < 3) {
		return Report{}, false
	}
	sender := senderOf(a, way)
	r.Problems = problems(&r, sender, len(way.hops) > 0 && !has(head, "dkim-signature"))
	r.Diagnosis = diagnosis.Diagnosis{ID: "delivered", Stage: Delivered, Stages: []smtpcheck.Stage{Delivered},
		Provider: sender.provider.ID, Step: diagnosis.StepNone, Confidence: diagnosis.Exact}
	switch {
	case len(r.Problems) > 0:
		var causes, fixes []string
		for _, p := range r.Problems {
			causes, fixes = append(causes, p.Cause), append(fixes, p.Fix)
		}
		r.ID, r.Cause, r.Fix = r.Problems[0].ID, strings.Join(causes, " "), strings.Join(fixes, " ")
		if sender.foreign && !r.Problems[0].Advice {
			r.Step, r.Field = diagnosis.StepSender, "from"
		}
	case said:
		r.Cause = fmt.Sprintf("The mail has arrived at %s, and nothing is wrong with it. These vouch for its sender: %s.",
			cmp.Or(a.Receiver, "the receiver"), cmp.Or(a.vouching(), "none that are named"))
		r.Fix = "There is nothing to change for this receiver. If the mail is in the spam folder all the same, have the recipient " +
			"mark it as wanted: that judgment rests on its content or on the sender's reputation."
	default:
		r.ID = "not-judged"
		r.Cause = "The mail has arrived; its headers do not say what the receiver found of SPF, DKIM and DMARC."
		r.Fix = "Paste all headers, as the recipient's mailbox shows them under a name such as \"Show original\" or \"View source\"."
	}
	foreign := way.receiver != "" && operator(a.Receiver) != way.receiver // by its position alone
	if !said || foreign || a.SPF != nil && !strings.HasPrefix(a.SPF.Source, "auth") {
		r.Confidence = diagnosis.Likely
	}
	return r, true
}

// Checks are all results, those of signatures first.
func (a Auth) Checks() []Check {
	all := slices.Clone(a.DKIM)
	for _, c := range []*Check{a.SPF, a.DMARC, a.Composite} {
		if c != nil {
			all = append(all, *c)
		}
	}
	return all
}

// vouching are the methods by which the mail is the sender's.
func (a Auth) vouching() string {
	var all []string
	for _, c := range a.Checks() {
		if name := strings.ToUpper(c.Method); c.Result == "pass" && name != "COMPAUTH" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return strings.Join(all, ", ")
}

func has(head []field, name string) bool {
	_, ok := first(head, name)
	return ok
}

// first is the topmost field of a name.
func first(head []field, name string) (string, bool) {
	i := slices.IndexFunc(head, func(f field) bool { return f.name == name })
	if i < 0 {
		return "", false
	}
	return head[i].value, true
}
