package steps

import (
	"cmp"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	sdunit "github.com/coreos/go-systemd/v22/unit"

	"smtp-wizard/between"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/pocketid"
	"smtp-wizard/presets"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// onDebian is a machine with Debian's msmtpd, and a service that reads the .env.
func onDebian(t *testing.T, files map[string]string) (World, string) {
	t.Helper()
	root := t.TempDir()
	for path, text := range map[string]string{"etc/debian_version": "12", "usr/bin/msmtpd": "",
		"etc/group": "msmtp:x:" + strconv.Itoa(cmp.Or(os.Getgid(), 7)) + ":\n", "etc/default/keep": ""} {
		files[path] = cmp.Or(files[path], text)
	}
	for path, text := range files {
		path = filepath.Join(root, path)
		casetest.Must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		casetest.Must(t, os.WriteFile(path, []byte(text), 0o644))
	}
	w := ThisHost()
	w.Root = root
	w.Postconf = func(how, key string) (string, error) {
		return map[string]string{"-h relayhost": "[old.example.com]:25", "-n relayhost": "relayhost = [old.example.com]:25"}[how+" "+key], nil
	}
	return w, filepath.Join(root, ".env")
}

func viaRequest(env string, way between.Kind) FileRequest {
	return FileRequest{EnvFile: env, Version: "2.10.0", AppURL: "https://id.example.com", Readers: "pocket-id",
		Runtime: pocketid.RuntimeManual, MailAnswers: MailAnswers{Preset: Custom, Via: way, Hostname: "id.example.com",
			Settings: smtpcheck.Settings{Host: "smtp.example.com", Port: 465, TLS: smtpcheck.TLSImplicit, From: "id@example.com",
				To: "you@example.org", User: "id@example.com", Password: secret.New("hid den'\"x")}}}
}

func save(t *testing.T, w World, r FileRequest) (*FilePlan, WriteResult) {
	t.Helper()
	p, err := w.planFiles(t.Context(), r, w.Discover(t.Context(), r.EnvFile))
	casetest.Must(t, err)
	out, err := w.save(p)
	casetest.Must(t, err)
	return p, out
}

// The login goes out of the .env and into a file that others cannot read; check then
// asks the relay behind; a second time nothing changes.
func TestThroughMsmtpd(t *testing.T) {
	t.Parallel()
	w, env := onDebian(t, map[string]string{".env": "APP_URL=https://id.example.com\nUI_CONFIG_DISABLED=true\nENCRYPTION_KEY=0123456789abcdef\n" +
		"SMTP_HOST=smtp.example.com\nSMTP_USER=id@example.com\nSMTP_PASSWORD=old\n"})
	r := viaRequest(env, between.Msmtpd)
	_, out := save(t, w, r)
	text, _ := os.ReadFile(env)
	for _, line := range []string{"SMTP_HOST=127.0.0.1\n", "SMTP_PORT=25\n", "SMTP_USER=\n", "SMTP_PASSWORD=\n"} {
		if !strings.Contains(string(text), line) {
			t.Errorf("%q is not in\n%s", line, text)
		}
	}
	rc := filepath.Join(w.Root, "etc/msmtprc")
	if info, err := os.Stat(rc); err != nil || info.Mode().Perm() != 0o640 || int(info.Sys().(*syscall.Stat_t).Gid) != cmp.Or(os.Getgid(), 7) {
		t.Errorf("%v: %v", err, info.Mode())
	}
	for _, command := range append(out.Commands, out.Warnings...) {
		if strings.Contains(command, "hid den") {
			t.Errorf("shown: %s", command)
		}
	}
	found := w.Discover(t.Context(), env)
	s := w.SetupFrom(found, pocketid.Version{})
	if s.Settings.Host != r.Host || s.Password != r.Password || s.Hostname != r.Hostname || s.Speaks() != pocketid.InBetween {
		t.Errorf("check has %+v", s)
	}
	if s := w.SetupFrom(found, versionOf(t, "2.10.0")); s.Host != "127.0.0.1" || s.Port != 25 || s.Via != "" {
		t.Errorf("check --as 2.10.0 has %+v", s)
	}
	if p, _ := save(t, w, r); p.changesFiles() {
		t.Errorf("a second time: %+v", p.Env.Keys)
	}
}

// The one command that is named takes all away that was written, and puts back what was
// there; programs that are not the test's to run say how they were called.
func TestViaUndone(t *testing.T) {
	t.Parallel()
	const old = "APP_URL=https://id.example.com\nENCRYPTION_KEY=0123456789abcdef\nUI_CONFIG_DISABLED=true\nSMTP_HOST=smtp.example.com\n"
	for runtime, c := range casetest.Read[map[pocketid.Runtime]struct {
		Way   between.Kind
		Files map[string]string
		Runs  string
	}](t, "viaundone") {
		way := c.Way
		c.Files[".env"] = old
		w, env := onDebian(t, c.Files)
		r := viaRequest(env, way)
		r.Runtime = runtime
		before := tree(t, w.Root)
		_, out := save(t, w, r)
		if now := tree(t, w.Root); maps.Equal(now, before) {
			t.Fatalf("%s: nothing was written", runtime)
		}
		_, undo, _ := strings.Cut(out.Commands[len(out.Commands)-1], "remove the relay in between: ")
		bin, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
		for _, name := range []string{"systemctl", "docker", "postconf", "postfix"} {
			script := "#!/bin/sh\necho " + name + " \"$@\" >>" + log + "\n"
			casetest.Must(t, os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755))
		}
		casetest.Must(t, os.WriteFile(filepath.Join(bin, "sudo"), []byte("#!/bin/sh\nexec \"$@\"\n"), 0o755))
		cmd := exec.Command("sh", "-c", strings.ReplaceAll(undo, "/etc/", w.Root+"/etc/"))
		cmd.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH")}
		said, err := cmd.CombinedOutput()
		ran, _ := os.ReadFile(log)
		if now := tree(t, w.Root); err != nil || !maps.Equal(now, before) || string(ran) != c.Runs {
			t.Errorf("%s: %v %s\n%s\nran %s\nleft %v", runtime, err, said, undo, ran, now)
		}
	}
}

// Where no compose file is, the sidecar's container or unit is printed: with no port
// for others, and its password in a file that nobody else reads.
func TestSidecarIsPrinted(t *testing.T) {
	t.Parallel()
	for _, runtime := range []pocketid.Runtime{pocketid.RuntimePodman, pocketid.RuntimeQuadlet} {
		w, env := onDebian(t, map[string]string{})
		r := viaRequest(env, between.Sidecar)
		r.Runtime, r.User = runtime, "50% \"me\""
		_, out := save(t, w, r)
		secret := filepath.Join(w.Root, between.SecretName)
		if info, err := os.Stat(secret); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v: %v", runtime, err, info.Mode())
		}
		if text, _ := os.ReadFile(env); !strings.Contains(string(text), "SMTP_HOST=msmtpd\nSMTP_PORT=2500\n") {
			t.Errorf("%s:\n%s", runtime, text)
		}
		var args []string // of the container
		unit := ""
		for _, command := range out.Commands {
			if strings.Contains(command, "hid den") || strings.Contains(command, "2500:") {
				t.Errorf("%s: %s", runtime, command)
			}
			if line, in := strings.CutPrefix(command, "#   "); in {
				unit += line + "\n"
			} else if strings.HasPrefix(command, "podman run") {
				said, err := exec.Command("sh", "-c", "set -- "+command+`; printf '%s\n' "$@"`).Output()
				casetest.Must(t, err)
				args = strings.Split(string(said), "\n")
			}
		}
		if runtime == pocketid.RuntimeQuadlet {
			options, err := sdunit.DeserializeOptions(strings.NewReader(unit))
			casetest.Must(t, err)
			for _, o := range options {
				value := strings.TrimSuffix(strings.TrimPrefix(o.Value, `"`), `"`)
				args = append(args, strings.NewReplacer(`\"`, `"`, `\\`, `\`, "%%", "%").Replace(value))
			}
		}
		for _, arg := range []string{"SMTP_HOST=smtp.example.com", "SMTP_DOMAIN=id.example.com", "SMTP_AUTH=plain", `SMTP_USER=50% "me"`,
			"SMTP_PASSWORD_FILE=/run/secrets/msmtpd-password", secret + ":/run/secrets/msmtpd-password:ro", "docker.io/" + between.Image} {
			if !slices.Contains(args, arg) {
				t.Errorf("%s: %s is not in %q", runtime, arg, args)
			}
		}
	}
}

// tree is what the files of a directory contain, but for backups.
func tree(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && filepath.Ext(path) != ".bak" {
			text, _ := os.ReadFile(path)
			files[path] = string(text)
		}
		return err
	})
	casetest.Must(t, err)
	return files
}

// The alternative of the provider is tried at once, and offered where it takes the
// name that this one refuses.
func TestAlternative(t *testing.T) {
	t.Parallel()
	w, relay := practiceWorld(t, "google")
	_, open := practiceWorld(t, "open")
	pool := relay.CA().Clone()
	pool.AppendCertsFromPEM(open.CAPEM())
	w.RootCAs = pool
	row := func(id, alternative string, port int) presets.Preset {
		return presets.Preset{ID: id, Name: id, Alternative: alternative, Usable: true, Hosts: []presets.Host{{Host: "localhost"}},
			Endpoints: []presets.Endpoint{{Port: port, TLS: "starttls", Recommended: true}}}
	}
	for name, port := range map[string]int{"takes it": open.Port(), "refuses too": relay.Port(), "is away": 1} {
		w.Presets = []presets.Preset{row("strict", "other", relay.Port()), row("other", "", port)}
		a := Answers{Version: "2.10.0", AppURL: "https://id.example.com", MailAnswers: mailFrom("id@firm.example")}
		a.Preset, a.Host, a.Port, a.TLS, a.Hostname = "strict", "localhost", relay.Port(), smtpcheck.TLSStartTLS, "id.example.com"
		page := livetest{w}
		v := View{Answers: a, Found: map[wizard.ID]wizard.Finding{}}
		found := page.Work(t.Context(), page.Wants(v), v, func(any) {}).(TestResult)
		v.Found[LiveTest] = wizard.Finding{Result: found}
		field := page.Page(v).Field[0]
		offered := slices.ContainsFunc(field.Choices, func(c wizard.Choice) bool { return c.Value == actAlternative })
		if offered != (name == "takes it") || field.Default == actAlternative {
			t.Errorf("%s: offered %t, default %s", name, offered, field.Default)
		}
		s := State{Place: wizard.Place{At: LiveTest, Found: v.Found, History: []wizard.ID{Sender}}, Answers: a}
		s.Inputs = map[wizard.ID]wizard.Input{LiveTest: {"action": actAlternative}}
		if to := stilled(All(w)).Apply(s, wizard.Submitted{}); offered && (to.Answers.Preset != "other" || to.Answers.Port != port || to.At != Sender) {
			t.Errorf("it leads to %s with %+v", to.At, to.Answers)
		}
	}
}

// What is not to be had is refused before anything is written.
func TestViaObstacles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files  map[string]string
		change func(r *FileRequest)
		says   string
	}{
		"Exim is installed": {files: map[string]string{"usr/sbin/exim4": "x"}, says: "would remove Exim"},
		"a msmtprc":         {files: map[string]string{"etc/msmtprc": "mine"}, says: "never overwritten"},
		"an address":        {change: func(r *FileRequest) { r.To = "o'neill@example.com" }, says: "refuses the address"},
		"a container":       {change: func(r *FileRequest) { r.Runtime = pocketid.RuntimeDocker }, says: "in a container"},
		"no compose":        {change: func(r *FileRequest) { r.Via = between.Sidecar }, says: "compose does not run"},
		"no Postfix":        {change: func(r *FileRequest) { r.Via = between.Postfix }, says: "not installed"},
	} {
		if c.files == nil {
			c.files = map[string]string{}
		}
		w, env := onDebian(t, c.files)
		r := viaRequest(env, between.Msmtpd)
		if c.change != nil {
			c.change(&r)
		}
		if _, err := w.planFiles(t.Context(), r, w.Discover(t.Context(), env)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Without root's rights, without the package or on another system the files are
// printed, and so are Postfix's lines, with what they change.
func TestViaIsPrinted(t *testing.T) {
	t.Parallel()
	w, env := onDebian(t, map[string]string{})
	casetest.Must(t, os.Remove(filepath.Join(w.Root, "etc/debian_version")))
	p, out := save(t, w, viaRequest(env, between.Msmtpd))
	if _, err := os.Stat(filepath.Join(w.Root, "etc/msmtprc")); err == nil || !p.Printed || !strings.Contains(strings.Join(out.Commands, "\n"), "#   domain id.example.com") {
		t.Errorf("%v\n%s", err, out.Commands)
	}
	w, env = onDebian(t, map[string]string{"usr/sbin/postfix": "x"})
	_, out = save(t, w, viaRequest(env, between.Postfix))
	all := strings.Join(append(out.Commands, out.Warnings...), "\n")
	for _, text := range []string{"sudo postconf -e 'relayhost = [smtp.example.com]:465'", "Postfix has relayhost = [old.example.com]:25 now", "in its queue"} {
		if !strings.Contains(all, text) {
			t.Errorf("%q is not in\n%s", text, all)
		}
	}
	if strings.Contains(all, "hid den") {
		t.Error("the password is printed")
	}
}
