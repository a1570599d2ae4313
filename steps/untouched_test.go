package steps

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtp-wizard/pocketid"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck/practice"
)

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
		{"plain", "manual", "2.9.0", finished},
		{"plain, compose", "compose", "2.14.0", finished},
		{"plain, systemd", "systemd", "1.0.0", finished},
		{"CRLF", "systemd", "2.9.0", strings.ReplaceAll(finished, "\n", "\r\n")},
		{"no last line end", "manual", "2.9.0", strings.TrimSuffix(finished, "\n")},
		{"export", "manual", "2.9.0", "export " + strings.ReplaceAll(strings.TrimSuffix(finished, "\n"), "\n", "\nexport ") + "\n"},
		{"double quotes", "manual", "2.9.0", over("=right", `="ri ght"`, "=relay.example", `="relay.example"`, "=465", `="465"`, "=tls", `="tls"`)},
		{"single quotes", "compose", "2.9.0", over("=right", `='ri$ght'`, "=relay.example", `='relay.example'`)},
		{"duplicates", "manual", "2.9.0", "SMTP_HOST=first.example\n# why\n" + finished + "\n\nA=1\nA=2\n"},
		{"a variable, compose", "compose", "2.9.0", "HOST=relay.example\n" + over("=relay.example", "=${HOST}")},
		{"a dollar, docker", "docker", "2.9.0", over("=right", `=pa$word"x`)},
		{"quotes, docker", "docker", "2.9.0", over("=right", `="right"`)},
		{"two dollars, compose", "compose", "2.9.0", over("=right", "=pa$$word")},
		{"slash after APP_URL", "manual", "2.9.0", over("id.example.com\n", "id.example.com/\n")},
		{"lock 1", "manual", "2.9.0", over("DISABLED=true", "DISABLED=1")},
		{"no check, 1", "manual", "2.9.0", finished + "SMTP_SKIP_CERT_VERIFY=1\n"},
		{"no check, True", "manual", "2.9.0", finished + "SMTP_SKIP_CERT_VERIFY=True\n"},
		{"check, False", "manual", "2.9.0", finished + "SMTP_SKIP_CERT_VERIFY=False\n"},
		{"empty port, tls", "manual", "2.10.0", over("PORT=465", "PORT=")},
		{"no port, tls", "manual", "2.14.0", over("SMTP_PORT=465\n", "")},
		{"no port, starttls", "manual", "2.14.0", over("SMTP_PORT=465\n", "", "=tls", "=starttls")},
		{"no TLS line", "manual", "2.9.0", over("SMTP_TLS=tls\n", "", "=465", "=25")},
		{"no login", "manual", "2.9.0", over("SMTP_USER=id\nSMTP_PASSWORD=right\n", "", "=tls", "=starttls", "=465", "=587")},
		{"empty login", "manual", "2.9.0", over("USER=id", "USER=", "=right", "=")},
		{"a password without a user", "manual", "2.9.0", over("USER=id", "USER=")},
		{"0.x", "manual", "0.53.0", strings.NewReplacer(old...).Replace(finished)},
		{"0.35.2, implicit", "manual", "0.35.2", strings.NewReplacer(append(old, "=tls", "=true")...).Replace(finished)},
		{"0.35.2, STARTTLS", "manual", "0.35.2", strings.NewReplacer(append(old, "=tls", "=true", "=465", "=587")...).Replace(finished)},
		{"0.35.2, clear", "manual", "0.35.2", strings.NewReplacer(append(old, "=tls", "=false", "=465", "=25")...).Replace(finished)},
		{"0.35.2, no TLS line", "manual", "0.35.2", strings.NewReplacer(append(old, "SMTP_TLS=tls\n", "")...).Replace(finished)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, path := walkOver(t, c.runtime, c.version, c.text)
			w.finish()
			after, _ := os.ReadFile(path)
			if string(after) != c.text {
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
	w := newWalk(t, "open", practice.Options{}, nil)
	path := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	world := w.machine.Steps[0].(install).world
	v, err := pocketid.ParseVersion(version)
	if err != nil {
		t.Fatal(err)
	}
	world.Detect = func(string) pocketid.Install {
		in := pocketid.Install{Runtime: pocketid.Runtime(runtime), Version: v, VersionFrom: "the test"}
		in.Readers, in.InContainer = in.Runtime.Readers(), in.Runtime.InContainer()
		return in
	}
	w.begin(Machine{Steps: All(world)}, Answers{EnvFile: path, Offline: true})
	return w, path
}

// A draft has no password, and without a user none is asked for: the one in the
// file stays.
func TestNoPasswordErasesNone(t *testing.T) {
	t.Parallel()
	text := over("USER=id", "USER=")
	w, path := walkOver(t, "manual", "2.9.0", text)
	w.to(Relay)
	w.state.Answers.Password = secret.Value{}
	w.finish()
	if after, _ := os.ReadFile(path); string(after) != text {
		t.Errorf("the file is now\n%s", after)
	}
}
