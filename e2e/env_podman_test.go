//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
)

// TestEnvPodman makes containers that are never started, and looks at the
// environment they would have.
func TestEnvPodman(t *testing.T) {
	podman := need(t, "podman")
	envNeedRoot(t)
	dir := t.TempDir()
	casetest.Must(t, os.Mkdir(filepath.Join(dir, "rootfs"), 0o755))
	storage := []string{"--root", filepath.Join(dir, "root"), "--runroot", filepath.Join(dir, "run"), "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"}
	run := func(args ...string) ([]byte, error) {
		cmd := program(t, podman, append(storage, args...)...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
		return cmd.Output()
	}
	defer func() { // each holds one of the 2048 locks that the machine has for containers
		_, err := run("rm", "--all", "--force")
		casetest.Must(t, err)
	}()
	path := filepath.Join(dir, "env")
	for i, file := range podmanFiles(t) {
		envPut(t, path, file, 0o600)
		name := fmt.Sprintf("c%d", i)
		_, refused := run("create", "--network", "none", "--name", name, "--env-file", path, "--rootfs", filepath.Join(dir, "rootfs"), "true")
		model, err := envReading(t, "podman", "nothing set", file)
		if (err != nil) != (refused != nil) {
			t.Errorf("%q: the model says %v, podman %v", file, err, refused)
		}
		if err != nil || refused != nil {
			continue
		}
		out, err := run("inspect", name, "--format", "{{json .Config.Env}}")
		casetest.Must(t, err)
		var env []string
		casetest.Must(t, json.Unmarshal(out, &env))
		real := envVars(env)
		delete(real, "TERM")
		delete(real, "container")
		if !envSame(model, real) {
			t.Errorf("%q:\nmodel %q\nreal  %q", file, model, real)
		}
	}
}

// podmanFiles are the peculiar files, and one with every value on a line of its own.
func podmanFiles(t *testing.T) []string {
	var all strings.Builder
	for i, v := range envValues(t) {
		if !strings.ContainsAny(v, "\n\r\x00") && strings.ToValidUTF8(v, "") == v {
			fmt.Fprintf(&all, "K%d=%s\n", i, v)
		}
	}
	var out []string
	for _, file := range envPeculiar {
		if strings.ToValidUTF8(file, "") == file {
			out = append(out, file)
		}
	}
	return append(out, all.String())
}
