package command

import (
	"encoding/json"
	"strings"
	"testing"

	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
	"smtp-wizard/steps"
)

// What DNS says about a delivered mail, and a password in clear text, are printed
// in both forms, and the exit code stays 0.
func TestHintsAndNotesArePrinted(t *testing.T) {
	t.Parallel()
	trial := steps.TestResult{
		Setup: steps.Setup{MailAnswers: steps.MailAnswers{Settings: smtpcheck.Settings{
			Host: "relay.example.net", Port: 587, TLS: smtpcheck.TLSNone, User: "id", To: "me@example.com",
		}}},
		Result: smtpcheck.Result{Stages: []smtpcheck.StageResult{{Stage: smtpcheck.StageData, OK: true}}},
		Hints: []deliverability.Hint{
			{ID: "spf", Level: deliverability.Advice, Text: "Change it."},
			{ID: "mx", Level: deliverability.Unknown, Text: "No answer."},
		},
	}
	r := newCheckResult(nil, trial)
	packed, err := json.Marshal(r)
	want := `"note":"Without TLS the password goes to relay.example.net in clear text`
	if err != nil || !strings.Contains(string(packed), want) || r.OK != nil || r.Exit != 0 {
		t.Errorf("%s, %v", packed, err)
	}
	var out strings.Builder
	r.print(&out, trial)
	for _, line := range []string{"\nAdvice   Change it.\n", "\nDNS      No answer.\n", "\nNote     Without TLS"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q lacks %q", out.String(), line)
		}
	}
}
