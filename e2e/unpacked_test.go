//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/internal/casetest"
)

// unpacked is a mail server from a Debian package that conflicts with Postfix,
// unpacked beside it.
type unpacked struct {
	dir  string
	Port int
	out  string // file that it writes its messages to
}

// unpack puts packages and makes users for a server. Packages come from where
// .ci/run keeps them, else from apt.
func unpack(t *testing.T, users []string, packages ...string) *unpacked {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("the mail servers can be started by root only")
	}
	dir := serverDir(t, "server-e2e-")
	for _, name := range packages {
		run(t, "dpkg", "-x", debFile(t, dir, name), filepath.Join(dir, "root"))
	}
	for _, name := range users {
		if program(t, "getent", "passwd", name).Run() != nil {
			run(t, "useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name)
		}
	}
	return &unpacked{dir: dir, Port: freePort(t), out: filepath.Join(dir, "out")}
}

func debFile(t *testing.T, dir, name string) string {
	t.Helper()
	find := func(where string) string {
		if found, _ := filepath.Glob(filepath.Join(where, name+"_*.deb")); len(found) > 0 {
			return found[0]
		}
		return ""
	}
	if path := find(filepath.Join(os.TempDir(), "smtp-wizard-debs")); path != "" {
		return path
	}
	cmd := program(t, "apt-get", "download", "-qq", name)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("apt-get download %s: %v\n%s", name, err, out)
	}
	return find(dir)
}

// start runs the server until the test ends.
func (u *unpacked) start(t *testing.T, name string, args ...string) {
	t.Helper()
	out, err := os.Create(u.out)
	casetest.Must(t, err)
	cmd := exec.Command(name, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LD_LIBRARY_PATH=" + filepath.Join(u.dir, "root/usr/lib/x86_64-linux-gnu")}
	cmd.Stdout, cmd.Stderr = out, out
	t.Cleanup(func() {
		if t.Failed() {
			b, _ := os.ReadFile(u.out)
			t.Logf("the server said:\n%s", b)
		}
	})
	foreground(t, cmd)
	waitForPort(t, u.Port)
}

func (u *unpacked) file(t *testing.T, name, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(u.dir, name)
	casetest.Must(t, os.WriteFile(path, []byte(text), mode))
	return path
}

// settings are for a client that is let in without TLS or login.
func (u *unpacked) settings() settings {
	return settings{Answers: apptest.Answers{Host: "localhost", Port: u.Port, TLS: "none", From: "id@example.test", To: "admin@example.test"}}
}

// inCompose puts a compose file beside the .env that gives Pocket ID a hostname,
// which is how a name gets there that no page would take.
func (h *home) inCompose(hostname string) {
	h.t.Helper()
	text := fmt.Sprintf("services:\n  pocket-id:\n    image: ghcr.io/pocket-id/pocket-id:v2.9.0\n    hostname: %s\n    env_file: .env\n", hostname)
	casetest.Must(h.t, os.WriteFile(filepath.Join(h.Dir, "compose.yaml"), []byte(text), 0o644))
}

func startExim(t *testing.T, extra, rcpt string) *unpacked {
	t.Helper()
	u := unpack(t, []string{"Debian-exim"}, "exim4-daemon-light", "exim4-base", "libidn12")
	casetest.Must(t, os.Mkdir(filepath.Join(u.dir, "spool"), 0o755))
	run(t, "chown", "Debian-exim:Debian-exim", filepath.Join(u.dir, "spool"))
	conf := text(t, "exim.conf", "DIR", u.dir, "PORT", fmt.Sprint(u.Port), "EXTRA", extra, "RCPT", rcpt)
	u.start(t, filepath.Join(u.dir, "root/usr/sbin/exim4"), "-C", u.file(t, "exim.conf", conf, 0o644), "-bdf")
	return u
}

// TestExim is misconfigured in turn.
func TestExim(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		extra, rcpt string
		hostname    string
		to          string
		want        verdict // empty: it takes the message
	}{
		"name syntax":   {hostname: "foo_bar", want: verdict{"ehlo", "exim-501-helo", "identity", "hostname"}},
		"junk accepted": {extra: "helo_accept_junk_hosts = *", hostname: "foo_bar"},
		"name verified": {extra: "helo_try_verify_hosts = *", rcpt: "deny !verify = helo\n       message = Invalid HELO name (See RFC2821 4.1.1.1)",
			hostname: "id.example.test", want: verdict{"rcpt", "exim-550-helo", "identity", "hostname"}},
		"relay": {hostname: "id.example.test", to: elsewhere, want: verdict{"rcpt", "relay-denied", "sender", "user"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := startExim(t, c.extra, c.rcpt)
			u.takes(t, c.hostname, c.to, c.want)
		})
	}
}

// takes checks with this hostname and recipient; an empty want is a message that
// is taken.
func (u *unpacked) takes(t *testing.T, hostname, to string, want verdict) {
	t.Helper()
	s := u.settings()
	if to == "" {
		to = s.To
	}
	h := newHome(t, "")
	h.inCompose(hostname)
	got := h.check(s, "--to", to)
	if want != (verdict{}) {
		judge(t, got, want)
		return
	}
	if !got.OK || len(got.Announced) != 1 || got.Announced[0] != hostname {
		t.Errorf("%+v", got)
	}
}

func startOpenSMTPD(t *testing.T, listen string) *unpacked {
	t.Helper()
	u := unpack(t, []string{"opensmtpd", "opensmtpq"}, "opensmtpd")
	conf := "listen on 127.0.0.1 port " + fmt.Sprint(u.Port) + " " + listen + " hostname mx.example.test\n" +
		"action \"keep\" maildir \"" + u.dir + "/mail\" virtual { \"admin@example.test\" = root }\nmatch from any for domain \"example.test\" action \"keep\"\n"
	if strings.Contains(listen, "pki") {
		cert, key := u.dir+"/cert.pem", u.dir+"/key.pem"
		makeCertificate(t, cert, key, time.Now().Add(time.Hour), "localhost")
		conf = "pki localhost cert \"" + cert + "\"\npki localhost key \"" + key + "\"\n" + conf
	}
	u.start(t, "unshare", "--mount", "sh", "-c", text(t, "opensmtpd.sh"), "sh", filepath.Join(u.dir, "root/usr/sbin/smtpd"), u.file(t, "smtpd.conf", conf, 0o600))
	return u
}

// TestOpenSMTPD is misconfigured in turn.
func TestOpenSMTPD(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		listen, hostname, to string
		want                 verdict
	}{
		"takes it":     {hostname: "id.example.test"},
		"name syntax":  {hostname: "foo!bar", want: verdict{"ehlo", "opensmtpd-501", "identity", "hostname"}},
		"relay":        {hostname: "id.example.test", to: elsewhere, want: verdict{"rcpt", "recipient-unknown", "sender", "to"}},
		"TLS required": {listen: "tls-require pki localhost", hostname: "id.example.test", want: verdict{"mail", "gmail-530-starttls", "relay", "tls"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			startOpenSMTPD(t, c.listen).takes(t, c.hostname, c.to, c.want)
		})
	}
}
