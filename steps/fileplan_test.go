package steps

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtp-wizard/asowner"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/wizard"
)

// Enter alone locks the UI only where no Pocket ID can have been set up in it.
func TestLockIsSuggestedForNewFiles(t *testing.T) {
	t.Parallel()
	a := sceneAnswers()
	for file, want := range map[string]bool{"": true, " \n": true, "APP_URL=https://id.example.com\n": false} {
		p := planned(t, a, file)
		if p.Lock != want {
			t.Errorf("%q: locks %v", file, p.Lock)
		}
	}
}

// A hostname is set only where it is another one, and announced.
func TestRenames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, now, version string
		want               bool
	}{
		{"id.example.com", "", "2.9.0", true},
		{"id.example.com", "vps", "2.9.0", true},
		{"id.example.com", "id.example.com", "2.9.0", false},
		{"id.example.com", "", "2.14.0", false}, // not announced
		{"", "vps", "2.9.0", false},
	} {
		p := FilePlan{Request: FileRequest{MailAnswers: MailAnswers{Hostname: tt.name}, Version: tt.version}}
		p.Found.Install.Hostname.Value = tt.now
		if got := p.renames(); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
		if p.Request.ContainerID = true; p.renames() {
			t.Errorf("%s is set, which stands for a container's id", tt.name)
		}
	}
}

// In a container localhost is the container.
func TestOwnLoopback(t *testing.T) {
	t.Parallel()
	shared := install.Install{Runs: pocketid.RuntimeCompose, Network: "host"}
	for _, tt := range []struct {
		host    string
		in      install.Install
		runtime pocketid.Runtime
		want    string // a part of the warning
	}{
		{"localhost", install.Install{}, pocketid.RuntimeCompose, "extra_hosts"},
		{"127.0.0.1", install.Install{}, pocketid.RuntimeDocker, "--add-host"},
		{"::1", install.Install{}, pocketid.RuntimePodman, "host.containers.internal"},
		{"localhost", shared, pocketid.RuntimeCompose, ""},
		{"localhost", shared, pocketid.RuntimeDocker, "--add-host"}, // the admin knows better
		{"localhost", install.Install{}, pocketid.RuntimeSystemd, ""},
		{"mx.example.com", install.Install{}, pocketid.RuntimeCompose, ""},
		{"10.0.0.1", install.Install{}, pocketid.RuntimeCompose, ""},
	} {
		got := sceneWorld().ownLoopback(tt.host, tt.in, tt.runtime)
		if (got != "") != (tt.want != "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s by %s: %q", tt.host, tt.runtime, got)
		}
	}
	practice := sceneWorld()
	practice.Practice = true
	if got := practice.ownLoopback("localhost", install.Install{}, pocketid.RuntimeCompose); got != "" {
		t.Errorf("in a practice: %q", got)
	}
}

// finished is a .env that says all there is to say.
const finished = "APP_URL=https://id.example.com\nUI_CONFIG_DISABLED=true\nSMTP_HOST=relay.example\nSMTP_PORT=465\n" +
	"SMTP_FROM=id@example.com\nSMTP_USER=id\nSMTP_PASSWORD=right\nSMTP_TLS=tls\n"

// over is the finished file with some lines written otherwise: pairs of a line
// and what stands there instead.
func over(pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(finished)
}

// Enter all the way through a finished file leaves it byte for byte as it was,
// however its values are written.
func TestEnterLeavesAFinishedFileAlone(t *testing.T) {
	t.Parallel()
	old := []string{"APP_URL", "PUBLIC_APP_URL", "UI_CONFIG_DISABLED", "PUBLIC_UI_CONFIG_DISABLED"}
	for _, c := range []struct {
		name, runtime, version, text string
	}{
		{"plain", "by-hand", "2.9.0", finished},
		{"plain, compose", "compose", "2.14.0", finished},
		{"plain, systemd", "systemd", "1.0.0", finished},
		{"CRLF", "systemd", "2.9.0", strings.ReplaceAll(finished, "\n", "\r\n")},
		{"no last line end", "by-hand", "2.9.0", strings.TrimSuffix(finished, "\n")},
		{"export", "by-hand", "2.9.0", "export " + strings.ReplaceAll(strings.TrimSuffix(finished, "\n"), "\n", "\nexport ") + "\n"},
		{"double quotes", "by-hand", "2.9.0", over("=right", `="ri ght"`, "=relay.example", `="relay.example"`, "=465", `="465"`, "=tls", `="tls"`)},
		{"single quotes", "compose", "2.9.0", over("=right", `='ri$ght'`, "=relay.example", `='relay.example'`)},
		{"duplicates", "by-hand", "2.9.0", "SMTP_HOST=first.example\n# why\n" + finished + "\n\nA=1\nA=2\n"},
		{"a variable, compose", "compose", "2.9.0", "HOST=relay.example\n" + over("=relay.example", "=${HOST}")},
		{"a dollar, docker", "docker", "2.9.0", over("=right", `=pa$word"x`)},
		{"quotes, docker", "docker", "2.9.0", over("=right", `="right"`)},
		{"two dollars, compose", "compose", "2.9.0", over("=right", "=pa$$word")},
		{"slash after APP_URL", "by-hand", "2.9.0", over("id.example.com\n", "id.example.com/\n")},
		{"lock refused", "by-hand", "2.9.0", over("DISABLED=true", "DISABLED=false")},
		{"lock 1", "by-hand", "2.9.0", over("DISABLED=true", "DISABLED=1")},
		{"no check, 1", "by-hand", "2.9.0", finished + "SMTP_SKIP_CERT_VERIFY=1\n"},
		{"no check, True", "by-hand", "2.9.0", finished + "SMTP_SKIP_CERT_VERIFY=True\n"},
		{"check, False", "by-hand", "2.9.0", finished + "SMTP_SKIP_CERT_VERIFY=False\n"},
		{"empty port, tls", "by-hand", "2.10.0", over("PORT=465", "PORT=")},
		{"no port, tls", "by-hand", "2.14.0", over("SMTP_PORT=465\n", "")},
		{"no port, starttls", "by-hand", "2.14.0", over("SMTP_PORT=465\n", "", "=tls", "=starttls")},
		{"no TLS line", "by-hand", "2.9.0", over("SMTP_TLS=tls\n", "", "=465", "=25")},
		{"no login", "by-hand", "2.9.0", over("SMTP_USER=id\nSMTP_PASSWORD=right\n", "", "=tls", "=starttls", "=465", "=587")},
		{"empty login", "by-hand", "2.9.0", over("USER=id", "USER=", "=right", "=")},
		{"a password without a user", "by-hand", "2.9.0", over("USER=id", "USER=")},
		{"0.x", "by-hand", "0.53.0", strings.NewReplacer(old...).Replace(finished)},
		{"0.35.2, implicit", "by-hand", "0.35.2", strings.NewReplacer(append(old, "=tls", "=true")...).Replace(finished)},
		{"0.35.2, STARTTLS", "by-hand", "0.35.2", strings.NewReplacer(append(old, "=tls", "=true", "=465", "=587")...).Replace(finished)},
		{"0.35.2, clear", "by-hand", "0.35.2", strings.NewReplacer(append(old, "=tls", "=false", "=465", "=25")...).Replace(finished)},
		{"0.35.2, no TLS line", "by-hand", "0.35.2", strings.NewReplacer(append(old, "SMTP_TLS=tls\n", "")...).Replace(finished)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, path := walkOver(t, c.runtime, c.version, c.text)
			w.finish()
			if after := w.read(path); after != c.text {
				t.Errorf("%q\nis now\n%q", c.text, after)
			}
			if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
				t.Errorf("%d files are left, want the .env alone", len(entries))
			}
		})
	}
}

// walkOver begins a guide, without a relay, at a file that is there already.
func walkOver(t *testing.T, runtime, version, text string) (*walk, string) {
	t.Helper()
	w := newWalk(t, "open", practice.Options{})
	path := filepath.Join(t.TempDir(), ".env")
	put(t, path, text)
	world := w.machine.Steps[0].(installPage).world
	v := versionOf(t, version)
	world.Look = func(*asowner.Files, map[string][]byte) (install.Install, error) {
		return install.Install{Runs: pocketid.Runtime(runtime), Version: install.Version{Release: v, From: "the test"}}, nil
	}
	w.begin(Machine{Steps: All(world)}, Answers{EnvFile: path, Offline: true})
	return w, path
}

// Who empties the user gives the login up: the password goes too.
func TestLoginIsGivenUp(t *testing.T) {
	t.Parallel()
	w, path := walkOver(t, "by-hand", "2.9.0", finished)
	w.to(Sender)
	w.answer("user", "")
	w.finish()
	if after := w.read(path); after != over("USER=id", "USER=", "SMTP_PASSWORD=right", "SMTP_PASSWORD=") {
		t.Errorf("the file is now\n%s", after)
	}
}

// A draft has no password, and without a user none is asked for: the one in the
// file stays.
func TestNoPasswordErasesNone(t *testing.T) {
	t.Parallel()
	text := over("USER=id", "USER=")
	w, path := walkOver(t, "by-hand", "2.9.0", text)
	w.to(Write)
	w.apply(wizard.Jumped{To: Relay})
	w.state.Answers.Password = secret.Value{}
	w.finish()
	if after := w.read(path); after != text {
		t.Errorf("the file is now\n%s", after)
	}
}

// An env_file of the raw format is read as docker does: quotes would become part
// of the password.
func TestFoundReadersAreWrittenFor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, ".env")
	compose := "services:\n  pocket-id:\n    image: ghcr.io/pocket-id/pocket-id:v2.9.0\n    env_file:\n      - path: .env\n        format: raw\n"
	put(t, path, finished)
	put(t, filepath.Join(dir, "docker-compose.yml"), compose)
	w, _ := walkOver(t, "compose", "2.9.0", finished)
	world := w.machine.Steps[0].(installPage).world
	world.Look = ThisHost().Look
	w.begin(Machine{Steps: All(world)}, Answers{EnvFile: path, Offline: true})
	w.to(Write)
	d, ok := w.state.Found[Write].Result.(*FilePlan)
	if !ok || d.Request.Readers != "docker,compose" {
		t.Errorf("written for %+v, want docker,compose", w.state.Found[Write].Result)
	}
}

// A file that everybody can read is offered to be closed, also where nothing else is
// to be written. By itself it stays as it is.
func TestOpenFileIsOfferedToBeClosed(t *testing.T) {
	t.Parallel()
	for action, want := range map[string]os.FileMode{"close": 0o640, "": 0o644} {
		w, path := walkOver(t, "by-hand", "2.9.0", finished)
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		w.to(Write)
		if action != "" {
			w.answer("action", action)
		}
		w.finish()
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want || w.read(path) != finished {
			t.Errorf("%q: %v, %v, %s", action, info.Mode(), err, w.read(path))
		}
	}
}
