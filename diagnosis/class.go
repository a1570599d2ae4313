package diagnosis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/internal/text"
	"smtp-wizard/smtpcheck"
)

// place is what a stage means to an admin: what was refused, and where to go.
type place struct {
	What  string
	Step  Step
	Field string
	Fix   string
}

// codeMeanings is rules/meanings.json.
type codeMeanings struct {
	About              string
	Statuses, Subjects map[string]string
	Codes              map[int]string
	Places             map[smtpcheck.Stage]place // the answers by stage alone
	Phrases            map[string]string         // that several rules say, by their blank
}

var meanings = sync.OnceValue(func() (m codeMeanings) { readTable("meanings", &m); return })

// badValueAnswer is for a value that package smtpcheck did not even try.
func badValueAnswer(e evidence) Diagnosis {
	p := placeOf(e.Stage, e)
	return Diagnosis{
		ID: "bad-value", Stage: e.Stage, Provider: e.provider, Step: p.Step, Field: p.Field, Confidence: Exact,
		Cause: "Nothing was sent, because a value is not usable: " + text.Shorten(cmp.Or(e.raw, "it is not valid"), 250) + ".",
		Fix:   "Correct that value; it was this program that refused it, not the relay.",
	}
}

// classAnswer is the meaning of the codes at the stage, or of the stage alone.
func classAnswer(e evidence) Diagnosis {
	stages := e.place(nil)
	stage := firstStage(stages)
	p := placeOf(stage, e)
	d := Diagnosis{
		ID: classID(stage, e), Stage: stage, Stages: stages, Provider: e.provider, Step: p.Step, Field: p.Field, Confidence: Class,
		Temporary: e.isTemporary(), Fix: fill(p.Fix, e),
	}
	if d.Temporary && waitsAt(stage, e) {
		d.Step, d.Field = StepNone, ""
	}
	d.WaitHelps = d.Temporary && (stage != smtpcheck.StageEHLO || !genericName(e.name()))
	d.Cause = capital(classCause(e, fillIn(p.What, e)), e.Host)
	switch {
	case d.Temporary && d.WaitHelps:
		d.Fix = "The relay calls this temporary: wait a few minutes and try again without changes. If it persists: " + d.Fix
	case d.Temporary:
		d.Fix += " Waiting does not help while the name stays the same."
	case e.code != 0 || e.enhanced != "":
		d.Fix += " Waiting does not help."
	}
	return d
}

// waitsAt: where no answer of the guide changes a temporary refusal. At EHLO the
// name does, and before it the endpoint.
func waitsAt(stage smtpcheck.Stage, e evidence) bool {
	return len(e.stages) == 0 || slices.Contains(reading.StagesOf("greeting auth mail rcpt data"), stage)
}

func classID(stage smtpcheck.Stage, e evidence) string {
	parts := []string{"class", cmp.Or(string(stage), "unknown")}
	switch {
	case e.enhanced != "":
		class, rest, _ := strings.Cut(e.enhanced, ".")
		subject, _, _ := strings.Cut(rest, ".")
		parts = append(parts, class, subject)
	case e.code != 0:
		parts = append(parts, fmt.Sprint(e.code/100)+"xx")
	}
	return strings.Join(parts, "-")
}

func classCause(e evidence, what string) string {
	if e.code == 0 && e.enhanced == "" {
		return "It ended at " + what + ", for an unknown reason."
	}
	class := "permanently"
	if e.isTemporary() {
		class = "for now"
	}
	code := strings.TrimSpace(number(e.code) + " " + e.enhanced)
	return fmt.Sprintf("%s refused %s %s: %s means %s.", or(e.relayHost(), "The relay"), what, class, code, meaning(e))
}

// meaning prefers the enhanced status code, which is the more precise one.
func meaning(e evidence) string {
	if _, rest, found := strings.Cut(e.enhanced, "."); found {
		if m := meanings().Statuses[rest]; m != "" && rest != "0.0" {
			return m
		}
		if m := meanings().Subjects[rest[:1]]; m != "" && rest[0] != '0' && len(rest) > 1 && rest[1] == '.' {
			return m
		}
	}
	if m := meanings().Codes[e.code]; m != "" {
		return m
	}
	if e.isTemporary() {
		return "a temporary problem that the relay does not name"
	}
	return "a permanent refusal that the relay does not explain"
}

// placeOf refines the stage by the enhanced status code's subject (RFC 3463
// section 3) where that tells more: an address, the mail system, the network.
func placeOf(stage smtpcheck.Stage, e evidence) place {
	p, ok := meanings().Places[stage]
	if !ok {
		p = place{"the mail", StepRelay, "host",
			"Run `smtp-wizard check` on this machine: it shows the stage and the relay's own words."}
	}
	if e.code >= 500 && e.code <= 503 && e.code != 501 && stage == smtpcheck.StageData {
		p.Step, p.Field, p.Fix = StepNone, "", "The program and the relay are out of step: look at the lines before this one, and run `smtp-wizard check`, which shows the conversation."
	}
	late := stage == smtpcheck.StageMail || stage == smtpcheck.StageRcpt || stage == smtpcheck.StageData
	if _, rest, _ := strings.Cut(e.enhanced, "."); late && rest != "" {
		return refine(p, rest)
	}
	return p
}

func refine(p place, rest string) place {
	switch {
	case rest == "1.7" || rest == "1.8":
		p.Step, p.Field, p.Fix = StepSender, "from", meanings().Places[smtpcheck.StageMail].Fix
	case strings.HasPrefix(rest, "1.") || strings.HasPrefix(rest, "2."):
		if p.Field != "from" || p.What == meanings().Places[smtpcheck.StageData].What {
			p.Step, p.Field, p.Fix = StepSender, "to", "Test with another recipient that is known to exist."
		}
	case strings.HasPrefix(rest, "3."), strings.HasPrefix(rest, "4."):
		p.Step, p.Field = StepNone, ""
		p.Fix = "The problem is at the relay or behind it, not in Pocket ID: look at its status page or log, or choose another relay."
	case strings.HasPrefix(rest, "5.") && rest != "5.3":
		p.Step, p.Field = StepRelay, "port"
		p.Fix = "Use the relay's submission port, {pairs}, and log in with a user and password."
	}
	return p
}
