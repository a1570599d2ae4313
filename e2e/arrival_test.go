//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
)

const imapPassword = `m'a"il b\ox`

// startDovecot serves a Maildir by IMAP, with a certificate of its own.
func startDovecot(t *testing.T, maildir string) *unpacked {
	t.Helper()
	u := unpack(t, []string{"dovecot", "dovenull"}, "dovecot-core", "dovecot-imapd")
	makeCertificate(t, filepath.Join(u.dir, "cert.pem"), filepath.Join(u.dir, "key.pem"), time.Now().Add(time.Hour), "localhost")
	u.file(t, "users", "admin:"+imapPassword+"\n", 0o644)
	conf := text(t, "dovecot.conf", "DIR", u.dir, "MAIL", maildir, "PORT", strconv.Itoa(u.Port))
	u.out = filepath.Join(u.dir, "out")
	u.start(t, "unshare", "--mount", "sh", "-c", text(t, "dovecot.sh"), "sh", filepath.Join(u.dir, "root"), u.file(t, "dovecot.conf", conf, 0o644))
	return u
}

// TestArrivalByIMAP finds the mail that Postfix has delivered, in the inbox and in the
// folder for spam, and nothing where the certificate is not trusted or the mail is
// elsewhere.
func TestArrivalByIMAP(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		folder, timeout string
		verdict         string
		untrusted       bool
		exit            int
		says            string
	}{
		"inbox":      {folder: "inbox/", verdict: "arrived"},
		"spam":       {folder: "inbox/.Junk/", verdict: "arrived"},
		"elsewhere":  {folder: "inbox/.Other/", timeout: "20s", verdict: "accepted", exit: 21, says: "not in the mailbox"},
		"another CA": {folder: "inbox/", untrusted: true, verdict: "accepted", exit: 21, says: "certificate signed by unknown authority"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startPostfix(t, "virtual_mailbox_maps = static:"+c.folder)
			d := startDovecot(t, filepath.Join(p.dir, "mail", "inbox"))
			t.Cleanup(func() {
				if log, _ := os.ReadFile(filepath.Join(d.dir, "log")); t.Failed() {
					t.Logf("Dovecot says:\n%s", log)
				}
			})
			h := newHome(t, p.CAFile)
			s := p.asAdmin()
			s.use(p, "tls")
			password := filepath.Join(h.Dir, "imap-password")
			casetest.Must(t, os.WriteFile(password, []byte(imapPassword+"\n"), 0o600))
			args := []string{"--as", "2.9.0", "--hostname", "id.example.test", "--to", s.To,
				"--imap", "localhost:" + strconv.Itoa(d.Port), "--imap-user", "admin@example.test", "--imap-password-file", password}
			if !c.untrusted {
				args = append(args, "--ca", filepath.Join(d.dir, "cert.pem"))
			}
			if c.timeout != "" {
				args = append(args, "--timeout", c.timeout)
			}
			got := h.check(s, args...)
			if !got.OK || got.Verdict != c.verdict || got.Exit != c.exit || !strings.Contains(got.Note, c.says) || strings.Contains(got.Note, imapPassword) {
				t.Errorf("%+v", got)
			}
		})
	}
}
