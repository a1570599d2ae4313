package steps

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"smtp-wizard/smtpcheck/practice"
)

// Tab completes a path as far as there is no choice.
func TestCompletePath(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"pocket-id/.env", "pocket-ice/x", "other/a.env"} {
		put(t, filepath.Join(dir, name), "")
	}
	for text, want := range map[string]string{
		"/po": "/pocket-i", "/pocket-id": "/pocket-id/", "/pocket-id/": "/pocket-id/.env", "/o": "/other/",
		"/other/": "/other/a.env", "/none": "/none", "/none/x": "/none/x",
	} {
		if got := completePath(dir + text); got != dir+want {
			t.Errorf("%s: %s, not %s", text, got, want)
		}
	}
}

// What would stop the end is said on the first page.
func TestObstaclesAreSaidFirst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, runs, env, version string
		denied                   error
		says                     string
	}{
		{"a directory of others", "manual", "", "2.9.0", unix.EACCES, "Run it with more rights: sudo smtp-wizard --env-file"},
		{"a read-only file system", "manual", "", "2.9.0", unix.EROFS, "mounted read-only"},
		{"localhost alone", "manual", strings.ReplaceAll(finished, "relay.example", "smtp-relay.gmail.com"), "2.14.0", nil, "greets every relay as localhost"},
		{"an empty directory", "", "", "2.9.0", nil, "No Pocket ID found here"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, path := walkOver(t, c.runs, c.version, c.env)
			if c.env == "" {
				_ = os.Remove(path)
			}
			world := w.machine.Steps[0].(installPage).world
			world.Access = func(string) error { return c.denied }
			w.begin(Machine{Steps: All(world)}, Answers{EnvFile: path})
			if text := strings.Join(textsOf(w.machine.Page(w.state)), " "); !strings.Contains(text, c.says) {
				t.Errorf("the first page says %s", text)
			}
		})
	}
	w := newWalk(t, "open", practice.Options{})
	w.begin(w.machine, Answers{EnvFile: filepath.Join(t.TempDir(), "none", ".env")})
	if text := strings.Join(textsOf(w.machine.Page(w.state)), " "); !strings.Contains(text, "does not exist. Create it first") {
		t.Errorf("the first page says %s", text)
	}
}
