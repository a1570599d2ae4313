package diagnosis

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/smtpcheck"
)

// stepAt is where a refusal sends by its stage and, late in the conversation, by
// the subject of the enhanced status code (RFC 3463 section 3).
func stepAt(class string, stage smtpcheck.Stage, subject string) Step {
	if class == "4" && slices.Contains([]smtpcheck.Stage{"greeting", "auth", "mail", "rcpt", "data"}, stage) {
		return StepNone
	}
	switch stage {
	case "dns", "connect", "greeting", "starttls", "tls":
		return StepRelay
	case "ehlo":
		return StepIdentity
	case "auth":
		return StepSender
	}
	switch subject {
	case "3", "4":
		return StepNone
	case "5":
		return StepRelay
	}
	return StepSender
}

// TestClassPairs goes over every stage with every class and subject of RFC 3463,
// in words that no table has.
func TestClassPairs(t *testing.T) {
	t.Parallel()
	for _, stage := range smtpcheck.Stages[1 : len(smtpcheck.Stages)-1] { // what is refused in a conversation
		for _, class := range []string{"4", "5"} {
			for subject := range 8 {
				for _, detail := range []string{"0", "1", "2", "5", "99"} {
					enhanced := fmt.Sprintf("%s.%d.%s", class, subject, detail)
					if stage == "auth" && enhanced == "5.7.8" {
						continue
					}
					got := explain(Situation{Stage: stage, Reply: replyOf(class + "50 " + enhanced + " qwertz")})
					checkClass(t, got, stage, class, stepAt(class, stage, fmt.Sprint(subject)), enhanced)
				}
			}
			got := explain(Situation{Stage: stage, Reply: replyOf(class + "99 qwertz")})
			checkClass(t, got, stage, class, stepAt(class, stage, ""), class+"99")
		}
	}
}

func checkClass(t *testing.T, got Diagnosis, stage smtpcheck.Stage, class string, step Step, what string) {
	t.Helper()
	if got.Stage != stage || got.Confidence != Class || got.Step != step || got.Field == "" && step != StepNone {
		t.Errorf("%s at %s: %s at %q, %s/%s, %s; want a class answer at %s for step %s", what, stage, got.ID, got.Stage, got.Step, got.Field, got.Confidence, stage, step)
	}
	if got.Temporary != (class == "4") {
		t.Errorf("%s at %s: temporary %v", what, stage, got.Temporary)
	}
	if !strings.Contains(strings.ToLower(got.Cause+got.Fix), "wait") || !strings.Contains(got.Cause, what) {
		t.Errorf("%s at %s says neither the code nor whether waiting helps: %s / %s", what, stage, got.Cause, got.Fix)
	}
}

// TestEachStage takes each reply code of RFC 5321, RFC 4954 and RFC 7504, and
// neither a reply nor a known error.
func TestEachStage(t *testing.T) {
	t.Parallel()
	for _, stage := range append([]smtpcheck.Stage{""}, smtpcheck.Stages[:len(smtpcheck.Stages)-1]...) {
		for code := range meanings().Codes {
			got := explain(Situation{Stage: stage, Reply: replyOf(fmt.Sprintf("%d qwertz", code))})
			if stage != "" && got.Stage != stage || got.Cause == "" || got.Fix == "" || !validStep(got.Step, got.Field) || got.Temporary != (code < 500) {
				t.Errorf("%d at %s: %+v", code, stage, got)
			}
		}
		if got := explain(Situation{Stage: stage}); got.Stage != stage || got.Confidence != Class || got.Cause == "" || got.Fix == "" {
			t.Errorf("%q: %+v", stage, got)
		}
	}
}

// TestClassFromTextAlone leaves the stage to the code, or open.
func TestClassFromTextAlone(t *testing.T) {
	t.Parallel()
	for _, c := range casetest.Read[[]struct {
		Text    string
		Matched bool
		Stage   smtpcheck.Stage
	}](t, "classfromtext") {
		got, matched, _ := ExplainText(c.Text)
		if matched != c.Matched || got.Stage != c.Stage || got.Confidence != Class {
			t.Errorf("%q: matched %v, %s at %q, %s", c.Text, matched, got.ID, got.Stage, got.Confidence)
		}
	}
}

// validStep knows the fields of the wizard's pages.
func validStep(step Step, field string) bool {
	fields := map[Step]string{
		StepInstall: "env_file runs version app_url", StepProvider: "preset", StepRelay: "host port tls",
		StepSender: "from user password to", StepIdentity: "hostname", StepNone: "",
	}
	known, ok := fields[step]
	return ok && (field == "" && step == StepNone || reading.HasWord(known, field))
}
