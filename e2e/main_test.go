//go:build e2e

// Package e2e runs the real program, in a real terminal where it has one,
// against real mail servers on loopback. It needs root, and the packages that
// .ci/run installs; what is missing fails the tests that need it.
package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// wizardPath is the program under test, built from this checkout.
var wizardPath string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("/tmp", "smtp-wizard-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // other users run the program too
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	wizardPath = filepath.Join(dir, "smtp-wizard")
	build := exec.Command("go", "build", "-o", wizardPath, "..")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	// The tests wait for servers and screens more than they work.
	if err := flag.Set("test.parallel", "8"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// home is a directory of one user of the program, with its .env in it.
type home struct {
	t      *testing.T
	Dir    string
	CAFile string // trusted besides nothing else; "" is the system's
	Extra  []string
}

func newHome(t *testing.T, ca string) *home {
	t.Helper()
	return &home{t: t, Dir: t.TempDir(), CAFile: ca}
}

func (h *home) envFile() string { return filepath.Join(h.Dir, ".env") }

// environment is all that the program sees of the tester's own.
func (h *home) environment() []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + h.Dir, "XDG_STATE_HOME=" + filepath.Join(h.Dir, "state"),
		"TERM=xterm-256color", "LANG=C.UTF-8",
	}
	if h.CAFile != "" {
		env = append(env, "SSL_CERT_FILE="+h.CAFile)
	}
	return append(env, h.Extra...)
}
