package diagnosis

import (
	"encoding/json"
	"strings"
	"testing"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/internal/casetest"
)

// pasted are lines with a password in them, which is "geheim123" or has that
// word in it; all of them are about a login.
func pasted(t testing.TB) []string {
	t.Helper()
	return casetest.Read[[]string](t, "pasted")
}

func TestPastedPasswordsAreMasked(t *testing.T) {
	t.Parallel()
	for _, log := range pasted(t) {
		got, matched, line := ExplainText(log)
		live := explain(Situation{Text: log})
		all, err := json.Marshal([]any{got, line, live})
		if err != nil || !matched || got.Confidence != Class && got.Step == StepNone {
			t.Errorf("%q: matched %v, %s, %v", log, matched, got.ID, err)
		}
		shown := strings.ToLower(string(all))
		for _, secret := range []string{"geheim", "heim123", "eim 123", "ym9i", "z2vozwlt", "mtiz", "dvozwlt", "boywlhbnzwgw"} {
			if strings.Contains(shown, secret) {
				t.Errorf("%q: %s is in %s", log, secret, all)
			}
		}
	}
}

// TestSentencesAboutPasswordsStay: what a relay says of a password is no password.
func TestSentencesAboutPasswordsStay(t *testing.T) {
	t.Parallel()
	for _, said := range casetest.Read[[]string](t, "credentialsleft") {
		if got := reading.HideCredentials(said); got != said {
			t.Errorf("%q became %q", said, got)
		}
	}
}

func FuzzHideCredentials(f *testing.F) {
	for _, log := range pasted(f) {
		f.Add(log)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := reading.HideCredentials(reading.OneLine(text))
		if twice := reading.HideCredentials(once); twice != once {
			t.Errorf("%q became %q, and then %q", text, once, twice)
		}
	})
}

// TestLongLines: the end of a value is not looked for through all of a line again
// and again, which took minutes for a line of a megabyte.
func TestLongLines(t *testing.T) {
	for _, piece := range []string{"password=", "password: not ", "password: xy is ", `pw:"`, "://a:", "AUTH PLAIN "} {
		casetest.GrowsEvenly(t, piece, 8_000, func(n int) { reading.HideCredentials(strings.Repeat(piece, n/len(piece))) })
	}
}
