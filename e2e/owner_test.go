//go:build e2e

package e2e

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"smtp-wizard/internal/casetest"
)

const nobody = 65534 // uid and gid of Debian's nobody

// TestOtherOwners runs the program on files and in directories of another user:
// it says what stands in the way and leaves all as it was, or keeps the owner.
func TestOtherOwners(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		runAs               int
		dirOwner, fileOwner int
		mode                os.FileMode
		code                int
		says                string
	}{
		"root on the file of a service": {runAs: 0, dirOwner: nobody, fileOwner: nobody, mode: 0o600},
		"the file's own user":           {runAs: nobody, dirOwner: nobody, fileOwner: nobody, mode: 0o600},
		"not readable":                  {runAs: nobody, dirOwner: nobody, fileOwner: 0, mode: 0o600, code: 3, says: "permission denied"},
		"directory not writable":        {runAs: nobody, dirOwner: 0, fileOwner: nobody, mode: 0o600, code: 3, says: "permission denied"},
		"readable, of root":             {runAs: nobody, dirOwner: nobody, fileOwner: 0, mode: 0o644, code: 3, says: "owner"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := foreignHome(t, c.dirOwner, c.fileOwner, c.mode)
			before, err := os.ReadFile(h.envFile())
			casetest.Must(t, err)
			cmd := program(t, "setpriv", asUser(c.runAs, wizardPath, "apply", "--no-check", "--host", "smtp.example.test",
				"--from", "id@example.test", "--hostname", "id.example.test")...)
			cmd.Dir, cmd.Env = h.Dir, h.environment()
			o := runCommand(t, cmd, "")

			if o.Code != c.code || !strings.Contains(o.Err, c.says) {
				t.Errorf("exit %d: %s", o.Code, o.Err)
			}
			after, err := os.ReadFile(h.envFile())
			casetest.Must(t, err)
			if changed := string(after) != string(before); changed != (c.code == 0) {
				t.Errorf("changed: %v", changed)
			}
			info, err := os.Stat(h.envFile())
			casetest.Must(t, err)
			if stat := info.Sys().(*syscall.Stat_t); int(stat.Uid) != c.fileOwner || info.Mode().Perm() != c.mode {
				t.Errorf("now it belongs to %d, mode %o", stat.Uid, info.Mode().Perm())
			}
			h.onlyBackups()
		})
	}
}

func foreignHome(t *testing.T, dirOwner, fileOwner int, mode os.FileMode) *home {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "owner-e2e-") // t.TempDir's parent lets only root in
	casetest.Must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	h := &home{t: t, Dir: dir}
	casetest.Must(t, os.WriteFile(h.envFile(), []byte("APP_URL="+appURL+"\nENCRYPTION_KEY=0123456789abcdef\n"), mode))
	casetest.Must(t, os.Chown(h.envFile(), fileOwner, fileOwner))
	casetest.Must(t, os.Chmod(dir, 0o755))
	casetest.Must(t, os.Chown(dir, dirOwner, dirOwner))
	return h
}

// asUser are setpriv's arguments to run a command as that user.
func asUser(uid int, command ...string) []string {
	if uid == 0 {
		return command
	}
	return append([]string{"--reuid", "nobody", "--regid", "nogroup", "--clear-groups"}, command...)
}

// onlyBackups checks that nothing is left beside the .env but its backup.
func (h *home) onlyBackups() {
	h.t.Helper()
	entries, err := os.ReadDir(h.Dir)
	casetest.Must(h.t, err)
	for _, e := range entries {
		if name := e.Name(); name != ".env" && name != "state" && !strings.HasSuffix(name, ".bak") {
			h.t.Errorf("%s is left", name)
		}
	}
}
