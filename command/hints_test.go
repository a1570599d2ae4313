package command

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
	"smtp-wizard/steps"
)

// What DNS says of a delivered mail is printed in both forms, and the exit code
// stays 0.
func TestHintsArePrinted(t *testing.T) {
	t.Parallel()
	trial := steps.TestResult{
		Setup:  steps.Setup{Settings: smtpcheck.Settings{Host: "relay.example.net", Port: 587, TLS: smtpcheck.TLSStartTLS, To: "me@example.com"}},
		Result: smtpcheck.Result{Stages: []smtpcheck.StageResult{{Stage: smtpcheck.StageData, OK: true}}},
		Hints: []deliverability.Hint{
			{ID: "spf", Level: deliverability.Advice, Text: "Change it."},
			{ID: "mx", Level: deliverability.Unknown, Text: "No answer."},
		},
	}
	r := trialJSON(nil, trial)
	packed, err := json.Marshal(r)
	if want := `"hints":[{"id":"spf","level":"advice","text":"Change it."},{"id":"mx","level":"unknown","text":"No answer."}]`; err != nil ||
		!strings.Contains(string(packed), want) || !r.OK || r.Exit != 0 {
		t.Errorf("%s, %v", packed, err)
	}
	var out bytes.Buffer
	printTrial(&out, trial, r)
	for _, line := range []string{"\nAdvice   Change it.\n", "\nDNS      No answer.\n"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q lacks %q", out.String(), line)
		}
	}
}
