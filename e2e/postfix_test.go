//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
)

// postfix is a Postfix of the test's own: its own configuration, queue and
// mailbox, on loopback ports of its own.
type postfix struct {
	dir string
	// Submission offers STARTTLS, TLS speaks it from the first byte. At Nobody
	// nothing listens.
	Submission, TLS, Nobody int
	CAFile                  string
}

// The account that a Postfix with SASL knows. The password has every character
// that a .env reader might trip over.
const (
	saslUser     = "id@example.test"
	saslPassword = `p'a"s$s w\o#r` + "`d"
)

// startPostfix runs Postfix with extra main.cf lines until the test ends. It
// needs root and Debian's postfix, sasl2-bin and libsasl2-modules.
func startPostfix(t *testing.T, lines ...string) *postfix {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("Postfix can be started by root only")
	}
	dir := serverDir(t, "postfix-e2e-")
	p := &postfix{dir: dir, Submission: freePort(t), TLS: freePort(t), Nobody: freePort(t), CAFile: filepath.Join(dir, "cert.pem")}
	for _, name := range []string{"conf", "queue", "data", "mail", "conf/sasl"} {
		casetest.Must(t, os.Mkdir(filepath.Join(dir, name), 0o755))
	}
	makeCertificate(t, p.CAFile, filepath.Join(dir, "key.pem"), time.Now().Add(24*time.Hour), "localhost", "127.0.0.1")
	p.account(t)
	p.configure(t, lines)
	run(t, "chown", "postfix", filepath.Join(dir, "data"))
	run(t, "chown", "mail:mail", filepath.Join(dir, "mail"))
	run(t, "postfix", "-c", filepath.Join(dir, "conf"), "check") // makes the queue's folders
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("Postfix says:\n%s", p.log())
		}
	})
	// Not "postfix start" and "stop": the first that stop does is to log, and where
	// postlogd does not read, it waits without end.
	for range 3 { // now and then postlogd does not read from the start, and all that log wait for it
		kill := foreground(t, exec.Command("/usr/lib/postfix/sbin/master", "-c", filepath.Join(dir, "conf")))
		if p.logs("daemon started") {
			break
		}
		kill()
	}
	waitForPort(t, p.Submission)
	waitForPort(t, p.TLS)
	return p
}

// inbox is everything that was delivered, after waiting for at least one
// message that has the token.
func (p *postfix) inbox(t *testing.T, token string) string {
	t.Helper()
	var inbox []byte
	eventually(t, "a message with "+token, func() bool {
		inbox, _ = os.ReadFile(filepath.Join(p.dir, "mail", "inbox"))
		return bytes.Contains(inbox, []byte(token))
	})
	return string(inbox)
}

// took waits until Postfix has dealt with a message for an address elsewhere,
// which it does by discarding it.
func (p *postfix) took(t *testing.T, to string) {
	t.Helper()
	sent := regexp.MustCompile("to=<" + regexp.QuoteMeta(to) + ">.*status=sent")
	eventually(t, "a message for "+to, func() bool { return sent.MatchString(p.log()) })
}

// logs reports whether words come into the log within some seconds.
func (p *postfix) logs(words string) bool {
	for range 500 {
		if strings.Contains(p.log(), words) {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

func (p *postfix) log() string {
	b, _ := os.ReadFile(filepath.Join(p.dir, "mail.log"))
	return string(b)
}

func (p *postfix) account(t *testing.T) {
	t.Helper()
	db := filepath.Join(p.dir, "conf", "sasl", "sasldb2")
	cmd := program(t, "saslpasswd2", "-p", "-c", "-f", db, "-u", "example.test", "id")
	cmd.Stdin = strings.NewReader(saslPassword)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("saslpasswd2: %v\n%s", err, out)
	}
	run(t, "chown", "postfix", db)
	// Debian's Postfix reads it from $config_directory/sasl.
	conf := "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: " + db + "\nmech_list: PLAIN LOGIN\n"
	casetest.Must(t, os.WriteFile(filepath.Join(p.dir, "conf", "sasl", "smtpd.conf"), []byte(conf), 0o644))
}

func (p *postfix) configure(t *testing.T, lines []string) {
	t.Helper()
	main := text(t, "main.cf", "DIR", p.dir, "LINES", strings.Join(lines, "\n"))
	services := text(t, "master.cf", "PLAIN", strconv.Itoa(p.Submission), "TLS", strconv.Itoa(p.TLS))
	casetest.Must(t, os.WriteFile(filepath.Join(p.dir, "conf", "main.cf"), []byte(main), 0o644))
	casetest.Must(t, os.WriteFile(filepath.Join(p.dir, "conf", "master.cf"), []byte(services), 0o644))
}
