package steps

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtp-wizard/pocketid"
	"smtp-wizard/wizard"
)

// Certificates that are not checked are a matter of one relay: another provider
// begins with the check.
func TestAnotherProviderIsVerified(t *testing.T) {
	t.Parallel()
	w, path := walkOver(t, "manual", "2.9.0", finished+"SMTP_SKIP_CERT_VERIFY=true\n")
	w.to(Provider)
	w.answer("preset", "practice")
	w.finish()
	after, _ := os.ReadFile(path)
	if !strings.Contains(string(after), "SMTP_SKIP_CERT_VERIFY=false\n") || !strings.Contains(string(after), "SMTP_HOST=localhost\n") {
		t.Errorf("the new relay's certificate is not checked:\n%s", after)
	}
}

// Who goes back and names another .env gets that one's settings, not a mixture;
// the same file in other words keeps what was typed.
func TestAnotherFileIsNotMixed(t *testing.T) {
	t.Parallel()
	w, path := walkOver(t, "manual", "2.9.0", finished)
	other := filepath.Join(t.TempDir(), ".env")
	text := "APP_URL=https://sso.other.example\nUI_CONFIG_DISABLED=true\nSMTP_HOST=mail.other.example\nSMTP_PORT=587\n" +
		"SMTP_FROM=sso@other.example\nSMTP_TLS=starttls\n"
	if err := os.WriteFile(other, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w.to(Sender)
	w.answer("from", "typed@example.com")
	w.to(Write)
	for w.state.At != Install {
		w.apply(wizard.WentBack{})
	}
	w.answer("env_file", filepath.Dir(path)+"/./.env")
	w.to(Provider)
	if from := w.state.Answers.From; from != "typed@example.com" {
		t.Errorf("the same file again, and the sender is %s", from)
	}
	w.apply(wizard.WentBack{})
	w.answer("env_file", other)
	w.finish()
	if after, _ := os.ReadFile(other); string(after) != text {
		t.Errorf("the other file is now\n%s", after)
	}
	if after, _ := os.ReadFile(path); string(after) != finished {
		t.Errorf("the first file is now\n%s", after)
	}
}

// An env_file of the raw format is read as docker does: quotes would become part
// of the password.
func TestFoundReadersAreWrittenFor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, ".env")
	compose := "services:\n  pocket-id:\n    image: ghcr.io/pocket-id/pocket-id:v2.9.0\n    env_file:\n      - path: .env\n        format: raw\n"
	for name, text := range map[string]string{path: finished, filepath.Join(dir, "docker-compose.yml"): compose} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w, _ := walkOver(t, "compose", "2.9.0", finished)
	world := w.machine.Steps[0].(install).world
	world.Detect = ThisHost().Detect
	w.begin(Machine{Steps: All(world)}, Answers{EnvFile: path, Offline: true})
	w.to(Write)
	d, ok := w.state.Found[Write].Result.(*FilePlan)
	if !ok || d.Request.Readers != "docker,compose" {
		t.Errorf("written for %+v, want docker,compose", w.state.Found[Write].Result)
	}
}

// Who writes to a file that the container never gets is told where it is written.
func TestUnreadFileIsWarnedOf(t *testing.T) {
	t.Parallel()
	for unread, want := range map[bool]int{true: 1, false: 0} {
		var found Discovery
		found.Install.Unread = unread
		got := sceneWorld().warnings(found, map[string]string{"UI_CONFIG_DISABLED": "true"}, pocketid.RuntimeCompose, version(t, "2.9.0"))
		if len(got) != want {
			t.Errorf("unread %v: %q", unread, got)
		}
	}
}

// A draft gets the password of the file back where it is that very login's.
func TestRecall(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), ".env")
	put(t, path, "SMTP_USER=id\nSMTP_PASSWORD=right\n")
	world := sceneWorld()
	world.Detect = ThisHost().Detect
	of := func(user string, typed bool) Answers {
		a := Answers{EnvFile: path}
		a.User, a.PasswordTyped = user, typed
		return a
	}
	gone := of("id", false)
	gone.EnvFile += ".gone"
	for name, tt := range map[string]struct {
		answers Answers
		want    bool
	}{
		"of the file":  {of("id", false), true},
		"typed":        {of("id", true), false},
		"another user": {of("other", false), false},
		"given up":     {of("", false), false},
		"no such file": {gone, false},
	} {
		a, ok := world.recall(t.Context(), tt.answers)
		if ok != tt.want || a.Password.Empty() == tt.want {
			t.Errorf("%s: %v, and a password: %v", name, ok, !a.Password.Empty())
		}
	}
}
