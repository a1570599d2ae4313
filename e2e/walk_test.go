//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/joho/godotenv"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/termtest"
)

var saslLines = []string{
	"smtpd_sasl_auth_enable = yes",
	"smtpd_relay_restrictions = permit_sasl_authenticated, reject",
}

// TestGuide goes from the first page to a written .env, in every TLS mode, with
// and without a login.
func TestGuide(t *testing.T) {
	t.Parallel()
	for name, lines := range map[string][]string{"open": nil, "sasl": saslLines} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startPostfix(t, lines...)
			for _, mode := range []string{"none", "starttls", "tls"} {
				t.Run(mode, func(t *testing.T) {
					t.Parallel()
					s := p.asAdmin()
					s.use(p, mode)
					if lines != nil {
						s.User, s.Password = saslUser, saslPassword
					}
					walk(t, p, s)
				})
			}
		})
	}
}

func walk(t *testing.T, p *postfix, s settings) {
	t.Helper()
	h := newHome(t, p.CAFile)
	w := h.open()
	w.toTest(s)
	token := w.token()
	// Pocket ID 2.9 greets as localhost before TLS, and with its name after it. With a
	// login there are too many stages for 24 lines, and those that passed are folded. The
	// page of the test has led on by itself.
	if s.TLS == "starttls" && s.User == "" {
		w.Keys(termtest.Escape)
		w.Until("[Test]", "✓ ehlo localhost", "✓ ehlo "+s.Name, "› Continue")
		w.Keys(enter)
	}
	w.Finish()
	if mail := p.inbox(t, token); !strings.Contains(mail, "To: <"+s.To+">") && !strings.Contains(mail, "To: "+s.To) {
		t.Errorf("the message is not for %s:\n%s", s.To, mail)
	}
	h.has(map[string]string{
		"APP_URL": appURL, "SMTP_HOST": "localhost", "SMTP_PORT": strconv.Itoa(s.Port), "SMTP_TLS": s.TLS,
		"SMTP_FROM": s.From, "SMTP_USER": s.User, "SMTP_PASSWORD": s.Password,
	})
	if out := w.Flat(); !strings.Contains(out, "localhost took the test "+token) || !strings.Contains(out, "Run next:") {
		t.Errorf("no summary is left:\n%s", w.Screen())
	}
	if s.Password != "" && strings.Contains(w.Output(), s.Password) {
		t.Error("the password was shown")
	}
	if left, _ := filepath.Glob(filepath.Join(h.Dir, "state", "smtp-wizard", "*.json")); len(left) > 0 {
		t.Errorf("a draft is left after the end: %v", left)
	}
}

// has checks what Pocket ID reads from the .env, and that nobody else can.
func (h *home) has(want map[string]string) {
	h.t.Helper()
	got, err := godotenv.Read(h.envFile())
	casetest.Must(h.t, err)
	for key, value := range want {
		if got[key] != value {
			h.t.Errorf("%s is not what was typed", key)
		}
	}
	info, err := os.Stat(h.envFile())
	casetest.Must(h.t, err)
	if info.Mode().Perm() != 0o600 {
		h.t.Errorf("the .env has mode %o", info.Mode().Perm())
	}
}
