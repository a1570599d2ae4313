//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const imapPassword = `m'a"il b\ox`

// Dovecot has its paths compiled in, so it runs in a mount namespace where they are
// its own.
const dovecotScript = `set -e
mount --make-rprivate /
mount -t overlay overlay -o lowerdir="$1/usr":/usr /usr
exec /usr/sbin/dovecot -F -c "$2"
`

const dovecotConf = `protocols = imap
base_dir = DIR/run
state_dir = DIR/state
log_path = DIR/log
listen = 127.0.0.1
mail_location = maildir:MAIL:INDEX=MEMORY
first_valid_uid = 1
ssl = required
ssl_cert = <DIR/cert.pem
ssl_key = <DIR/key.pem
service imap-login {
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = PORT
  }
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%n DIR/users
}
userdb {
  driver = static
  args = uid=8 gid=8 home=DIR/home
}
namespace inbox {
  inbox = yes
  mailbox Junk {
    special_use = \Junk
  }
}
`

// startDovecot serves a Maildir by IMAP, with a certificate of its own.
func startDovecot(t *testing.T, maildir string) *unpacked {
	t.Helper()
	u := unpack(t, []string{"dovecot", "dovenull"}, "dovecot-core", "dovecot-imapd")
	makeCertificate(t, filepath.Join(u.dir, "cert.pem"), filepath.Join(u.dir, "key.pem"), time.Now().Add(time.Hour), "localhost")
	u.file(t, "users", "admin:"+imapPassword+"\n", 0o644)
	text := strings.NewReplacer("DIR", u.dir, "MAIL", maildir, "PORT", strconv.Itoa(u.Port)).Replace(dovecotConf)
	u.out = filepath.Join(u.dir, "out")
	u.start(t, "unshare", "--mount", "sh", "-c", dovecotScript, "sh", filepath.Join(u.dir, "root"), u.file(t, "dovecot.conf", text, 0o644))
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
			check(t, os.WriteFile(password, []byte(imapPassword+"\n"), 0o600))
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
