//go:build e2e

package e2e

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
)

// TestEnvSystemd needs no running systemd: the parser is in a library of its own.
func TestEnvSystemd(t *testing.T) {
	python := need(t, "python3")
	library, note := envSystemdLibrary(t)
	files := envFiles(t)
	var input strings.Builder
	for _, f := range files {
		fmt.Fprintf(&input, "%x\n", f)
	}
	cmd := program(t, python, "-c", text(t, "systemd.py"), library)
	cmd.Stdin = strings.NewReader(input.String())
	cmd.Env = []string{"SYSTEMD_LOG_LEVEL=emerg"}
	out, err := cmd.Output()
	casetest.Must(t, err)
	lines := strings.Split(string(bytes.TrimSuffix(out, []byte("\n"))), "\n")
	if len(lines) != len(files) {
		t.Fatalf("%d answers to %d files", len(lines), len(files))
	}
	for i, file := range files {
		model, err := envReading(t, "systemd", note, file)
		if (err != nil) != (lines[i] == "error") {
			t.Errorf("%q: the model says %v, systemd %q", file, err, lines[i])
			continue
		}
		real, _ := hex.DecodeString(lines[i])
		if vars := envVars(strings.Split(string(real), "\x00")); err == nil && !envSame(model, vars) {
			t.Errorf("%q:\nmodel %q\nreal  %q", file, model, vars)
		}
	}
	t.Logf("%s: %d files compared", library, len(files))
}

// envSystemdLibrary finds systemd's shared library, and the reading that fits its version.
func envSystemdLibrary(t *testing.T) (path, note string) {
	for _, pattern := range []string{"/usr/lib/*/systemd/libsystemd-shared-*.so", "/usr/lib/systemd/libsystemd-shared-*.so", "/usr/lib64/systemd/libsystemd-shared-*.so"} {
		found, _ := filepath.Glob(pattern)
		for _, path := range found {
			m := regexp.MustCompile(`shared-(\d+)`).FindStringSubmatch(path)
			if m == nil {
				continue
			}
			if version, _ := strconv.Atoi(m[1]); version < 254 {
				return path, "up to 253"
			}
			return path, "254 and later"
		}
	}
	t.Fatal("systemd's shared library is not installed")
	return "", ""
}
