package steps

import (
	"os"
	"strings"
	"testing"

	"smtp-wizard/wizard"
)

// Certificates that are not checked are a matter of one relay: another provider
// begins with the check.
func TestAnotherProviderIsVerified(t *testing.T) {
	t.Parallel()
	w, path := walkOver(t, "manual", "2.9.0", finished+"SMTP_SKIP_CERT_VERIFY=true\n")
	w.to(wizard.Provider)
	w.answer("preset", "practice")
	w.finish()
	after, _ := os.ReadFile(path)
	if !strings.Contains(string(after), "SMTP_SKIP_CERT_VERIFY=false\n") || !strings.Contains(string(after), "SMTP_HOST=localhost\n") {
		t.Errorf("the new relay's certificate is not checked:\n%s", after)
	}
}
