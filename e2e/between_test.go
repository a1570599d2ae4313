//go:build e2e

package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"smtp-wizard/between"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/pocketid/install"
)

// machine is where msmtpd is installed.
type machine struct {
	*unpacked
	t    *testing.T
	home *home
	pid  int
}

func newMachine(t *testing.T, ca string) *machine {
	t.Helper()
	u := unpack(t, nil, "msmtp", "msmtp-mta", "libgsasl18", "libntlm0", "libgssglue1", "libidn12", "libsecret-1-0")
	over := filepath.Join(u.dir, "over")
	casetest.Must(t, os.Mkdir(over, 0o755))
	cmd := exec.Command("unshare", "--mount", "sh", "-c", text(t, "machine.sh"), "sh", over, filepath.Join(u.dir, "root"), ca)
	out, err := os.Create(u.out)
	casetest.Must(t, err)
	cmd.Stdout, cmd.Stderr = out, out
	foreground(t, cmd)
	eventually(t, "the mounts", func() bool { said, _ := os.ReadFile(u.out); return strings.Contains(string(said), "ready") })
	return &machine{unpacked: u, t: t, home: newHome(t, ca), pid: cmd.Process.Pid}
}

// inside runs a command on the machine.
func (m *machine) inside(cmd *exec.Cmd) *exec.Cmd {
	in := program(m.t, "nsenter", append([]string{"--target", strconv.Itoa(m.pid), "--mount", "--",
		"sh", "-c", `cd "$0" && exec "$@"`, cmp.Or(cmd.Dir, "/")}, cmd.Args...)...)
	in.Env = cmd.Env
	return in
}

func (m *machine) shell(command string) string {
	m.t.Helper()
	o := runCommand(m.t, m.inside(exec.Command("sh", "-c", command)), "")
	return strings.TrimSpace(o.Out + o.Err)
}

// msmtpd starts what the unit of the package starts, with its rights.
func (m *machine) msmtpd(t *testing.T, port int, command string) (stop func()) {
	t.Helper()
	cmd := m.inside(&exec.Cmd{Args: []string{"setpriv", "--reuid=65534", "--regid=65534", "--groups=" + m.shell("getent group msmtp | cut -d: -f3"),
		"--inh-caps=-all,+net_bind_service", "--ambient-caps=-all,+net_bind_service", "--no-new-privs", "sh", "-c", command}})
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LD_LIBRARY_PATH=" + filepath.Join(m.dir, "root/usr/lib/x86_64-linux-gnu")}
	foreground(t, cmd)
	waitForPort(t, port)
	return func() {
		casetest.Must(t, cmd.Process.Kill())
		eventually(t, "msmtpd to end", func() bool { return len(listening(t, port)) == 0 })
	}
}

// unit is the command of msmtpd.service, read from the package.
func (m *machine) unit() string {
	m.t.Helper()
	text, err := os.ReadFile(filepath.Join(m.dir, "root/lib/systemd/system/msmtpd.service"))
	casetest.Must(m.t, err)
	_, start, found := strings.Cut(string(text), "\nExecStart=")
	if !found || !strings.Contains(string(text), "EnvironmentFile=-/etc/default/msmtpd") {
		m.t.Fatalf("%s", text)
	}
	start, _, _ = strings.Cut(start, "\n")
	return "INTERFACE=127.0.0.1 PORT=25; . /etc/default/msmtpd; exec " + start
}

// listening are the addresses, as the kernel writes them, on which somebody listens.
func listening(t *testing.T, port int) (addresses []string) {
	t.Helper()
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, _ := os.ReadFile(file)
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > 3 && f[3] == "0A" && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) {
				addresses = append(addresses, f[1])
			}
		}
	}
	return addresses
}

var strictNames = append([]string{"smtpd_helo_required = yes", "smtpd_helo_restrictions = reject_non_fqdn_helo_hostname"}, saslLines...)

// applyVia is apply with a relay in between to this Postfix.
func (p *postfix) applyVia(way string, more ...string) []string {
	return append([]string{"apply", "--via", way, "--host", "localhost", "--port", strconv.Itoa(p.Submission), "--tls", "starttls",
		"--from", "id@example.test", "--to", "admin@example.test", "--user", saslUser, "--password-stdin",
		"--app-url", appURL, "--hostname", "id.example.test", "--as", "2.10.0"}, more...)
}

// TestMsmtpdInBetween: what 2.10.0 says is refused, through Debian's msmtpd with the
// files as they were written it is delivered, a wrong password behind it is told, and
// once it is taken away again all is as before.
func TestMsmtpdInBetween(t *testing.T) {
	t.Parallel()
	p := startPostfix(t, strictNames...)
	m := newMachine(t, p.CAFile)
	direct := newHome(t, p.CAFile)
	refused := func() {
		s := p.asAdmin()
		s.Port, s.TLS, s.User, s.Password = p.Submission, "starttls", "", ""
		judge(t, direct.check(s, "--as", "2.10.0"), verdict{"rcpt", "postfix-504-localhost", "identity", "hostname"})
	}
	refused()
	apply := func(password string, args ...string) outcome {
		o := runCommand(t, m.inside(m.home.command(args...)), password+"\n")
		if strings.Contains(o.Out+o.Err, password) {
			t.Error("the password was shown")
		}
		return o
	}
	if o := apply("not-it", p.applyVia("msmtpd")...); o.Code != 16 || !strings.Contains(o.Out, "535 5.7.8") {
		t.Fatalf("a wrong password: exit %d\n%s%s", o.Code, o.Out, o.Err)
	}
	if o := apply("not-it", p.applyVia("msmtpd", "--no-check", "--yes")...); o.Code != 0 {
		t.Fatalf("exit %d\n%s%s", o.Code, o.Out, o.Err)
	}
	if modes := m.shell("stat -c '%a %U:%G' /etc/msmtprc /etc/default/msmtpd"); modes != "640 root:msmtp\n644 root:root" {
		t.Errorf("the files have %s", modes)
	}
	stop := m.msmtpd(t, 25, m.unit())
	if at := listening(t, 25); len(at) != 1 || at[0] != "0100007F:0019" {
		t.Errorf("it listens on %v", at)
	}
	m.home.has(map[string]string{"SMTP_HOST": "127.0.0.1", "SMTP_PORT": "25", "SMTP_TLS": "none"})
	if got := m.home.checkFile("--as", "2.10.0", "--to", "admin@example.test"); got.Stage != "data" || got.Diagnosis.ID != "msmtpd-login" ||
		!strings.Contains(strings.Join(got.Transcript, "\n"), "554 Pipe command reported error 77") {
		t.Errorf("as Pocket ID sees a wrong password: %+v", got)
	}
	o := runCommand(t, m.inside(m.home.command("check", "--json", "--to", "admin@example.test")), "")
	if o.Code != 16 || !strings.Contains(o.Out, "535 5.7.8") {
		t.Errorf("check, of the relay behind: exit %d\n%s%s", o.Code, o.Out, o.Err)
	}
	if o := apply(saslPassword, p.applyVia("msmtpd", "--yes")...); o.Code == 0 || !strings.Contains(o.Err, "never overwritten") {
		t.Errorf("another msmtprc is there: exit %d\n%s%s", o.Code, o.Out, o.Err)
	}
	m.shell(strings.TrimPrefix(between.Undo, "sudo "))
	if o := apply(saslPassword, p.applyVia("msmtpd", "--yes")...); o.Code != 0 {
		t.Fatalf("exit %d\n%s%s", o.Code, o.Out, o.Err)
	}
	got := m.home.checkFile("--as", "2.10.0", "--to", "admin@example.test")
	if !got.OK {
		t.Fatalf("%+v", got)
	}
	if mail := p.inbox(t, got.Token); !strings.Contains(mail, "from id.example.test (") {
		t.Errorf("it was greeted as\n%s", mail)
	}
	before := m.shell("cat " + m.home.envFile() + " /etc/msmtprc")
	o = apply(saslPassword, p.applyVia("msmtpd", "--yes", "--json")...)
	var again struct{ Written []string }
	if err := json.Unmarshal([]byte(o.Out), &again); err != nil || len(again.Written) != 0 || m.shell("cat "+m.home.envFile()+" /etc/msmtprc") != before {
		t.Errorf("a second time: %v\n%s", err, o.Out)
	}
	stop()
	if said := m.shell(strings.TrimPrefix(between.Undo, "sudo ") + "; ls /etc/msmtprc /etc/default/msmtpd"); strings.Count(said, "No such file") != 2 {
		t.Errorf("once undone: %s", said)
	}
	refused()
}

// TestSidecarInBetween: no image can be pulled here, so the variables of the override
// become a msmtprc by the rules of the image's start script, and Debian's msmtpd runs
// with it.
func TestSidecarInBetween(t *testing.T) {
	t.Parallel()
	p := startPostfix(t, strictNames...)
	m := newMachine(t, p.CAFile)
	h := m.home
	casetest.Must(t, os.WriteFile(filepath.Join(h.Dir, "compose.yaml"),
		[]byte("services:\n  pocket-id:\n    image: ghcr.io/pocket-id/pocket-id:v2.10.0\n    env_file: .env\n"), 0o644))
	if o := h.run(saslPassword+"\n", p.applyVia("sidecar")...); o.Code != 0 {
		t.Fatalf("exit %d\n%s%s", o.Code, o.Out, o.Err)
	}
	h.has(map[string]string{"SMTP_HOST": "msmtpd", "SMTP_PORT": "2500", "SMTP_TLS": "none"})
	car, ok := install.Discover(install.ThisMachine(), h.envFile()).Sidecar("msmtpd")
	if !ok || car.Published {
		t.Fatalf("%+v", car)
	}
	info, err := os.Stat(car.Path)
	casetest.Must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the secret has mode %o", info.Mode().Perm())
	}
	if got := h.checkFile("--to", "admin@example.test"); !got.OK || got.SpeaksAs != "a relay in between" {
		t.Errorf("check: %+v", got)
	}
	secret, err := os.ReadFile(car.Path)
	casetest.Must(t, err)
	lines := "account default\nlogfile -\nsyslog off\nhost " + car.Variables["SMTP_HOST"] + "\n"
	for _, pair := range [][2]string{{"SMTP_PORT", "port"}, {"SMTP_TLS", "tls"}, {"SMTP_STARTTLS", "tls_starttls"},
		{"SMTP_TLS_CHECKCERT", "tls_certcheck"}, {"SMTP_AUTH", "auth"}, {"SMTP_USER", "user"}, {"SMTP_DOMAIN", "domain"}} {
		lines += pair[1] + " " + car.Variables[pair[0]] + "\n"
	}
	m.shell("cp " + m.file(t, "msmtprc", lines+"password "+strings.TrimRight(string(secret), "\n")+"\n", 0o644) + " /etc/msmtprc")
	port := freePort(t)
	m.msmtpd(t, port, fmt.Sprintf("exec /usr/bin/msmtpd --interface=127.0.0.1 --port=%d --command='/usr/bin/msmtp -f %%F'", port))
	through := newHome(t, p.CAFile)
	s := p.asAdmin()
	s.Host, s.Port, s.TLS, s.User, s.Password = "127.0.0.1", port, "none", "", ""
	got := through.check(s, "--as", "2.10.0", "--to", "admin@example.test")
	if !got.OK {
		t.Fatalf("%+v", got)
	}
	if mail := p.inbox(t, got.Token); !strings.Contains(mail, "from id.example.test (") {
		t.Errorf("it was greeted as\n%s", mail)
	}
}

// TestPostfixUndone: the commands that are printed for a Postfix set it up, and the one
// that is named for it puts all back, as Postfix's own postconf reads and writes.
func TestPostfixUndone(t *testing.T) {
	t.Parallel()
	h, etc, bin := newHome(t, ""), t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		filepath.Join(bin, "sudo"):    "#!/bin/sh\nexec \"$@\"\n",
		filepath.Join(bin, "postfix"): "#!/bin/sh\n",
		filepath.Join(etc, "main.cf"): "compatibility_level = 3.6\nrelayhost = [old.example.test]:25\nsmtp_tls_security_level = may\nmyhostname = vps.example.test\n",
	} {
		casetest.Must(t, os.WriteFile(name, []byte(text), 0o755))
	}
	environment := append(os.Environ(), "MAIL_CONFIG="+etc, "PATH="+bin+":/usr/sbin:/usr/bin:/bin")
	shell := func(command string) string {
		cmd := exec.Command("sh", "-c", strings.ReplaceAll(command, "/etc/postfix/", etc+"/"))
		cmd.Env = environment
		o := runCommand(t, cmd, "")
		if o.Code != 0 {
			t.Fatalf("%s: exit %d\n%s%s", command, o.Code, o.Out, o.Err)
		}
		return o.Out
	}
	before := shell("postconf -n")
	cmd := h.command("apply", "--via", "postfix", "--no-check", "--host", "smtp.example.test", "--port", "587", "--tls", "starttls",
		"--from", "id@example.test", "--user", "id", "--password-stdin", "--app-url", appURL, "--hostname", "id.example.test", "--json")
	cmd.Env = append(cmd.Env, "MAIL_CONFIG="+etc)
	o := runCommand(t, cmd, saslPassword+"\n")
	var did struct{ Next []string }
	if err := json.Unmarshal([]byte(o.Out), &did); err != nil || len(did.Next) == 0 {
		t.Fatalf("%v\n%s%s", err, o.Out, o.Err)
	}
	undo := ""
	for _, command := range did.Next {
		if _, is, named := strings.Cut(command, "remove the relay in between: "); named {
			undo = is
		} else if strings.HasPrefix(command, "sudo ") && !strings.Contains(command, "apt-get") {
			shell(command)
		}
	}
	during := shell("postconf -n")
	for _, line := range []string{"relayhost = [smtp.example.test]:587", "smtp_helo_name = id.example.test", "smtp_sasl_mechanism_filter = plain",
		"smtp_tls_security_level = secure"} {
		if !strings.Contains(during, line+"\n") {
			t.Errorf("%s is not in\n%s", line, during)
		}
	}
	shell(undo)
	if after := shell("postconf -n; ls " + etc); after != before+"main.cf\n" {
		t.Errorf("%s\nleaves\n%s\nof\n%s", undo, after, before)
	}
}
