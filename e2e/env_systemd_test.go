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
)

// envSystemdScript calls systemd's own load_env_file, which EnvironmentFile= goes
// through, and then strv_env_clean_with_callback as executing a unit does. Files
// come in and variables go out as hexadecimal, a file a line.
const envSystemdScript = `
import ctypes, sys
lib = ctypes.CDLL(sys.argv[1])
libc = ctypes.CDLL(None)
libc.fmemopen.restype = ctypes.c_void_p
libc.fmemopen.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p]
libc.fclose.argtypes = [ctypes.c_void_p]
strv = ctypes.POINTER(ctypes.c_char_p)
lib.load_env_file.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(strv)]
lib.strv_env_clean_with_callback.argtypes = [strv, ctypes.c_void_p, ctypes.c_void_p]
lib.strv_env_clean_with_callback.restype = strv
import os, tempfile
libc.fopen.restype = ctypes.c_void_p
libc.fopen.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
path = tempfile.mktemp().encode()
for line in sys.stdin:
    with open(path, 'wb') as out:
        out.write(bytes.fromhex(line.strip()))
    f = libc.fopen(path, b'r')
    ret = strv()
    if lib.load_env_file(f, path, ctypes.byref(ret)) < 0:
        print('error')
    else:
        found = []
        if ret:
            ret = lib.strv_env_clean_with_callback(ret, None, None)
            i = 0
            while ret[i] is not None:
                found.append(ret[i]); i += 1
        print(bytes(1).join(found).hex())
    libc.fclose(f)
os.unlink(path)
`

// TestEnvSystemd needs no running systemd: the parser is in a library of its own.
func TestEnvSystemd(t *testing.T) {
	python := need(t, "python3")
	library, note := envSystemdLibrary(t)
	files := envFiles(t)
	var input strings.Builder
	for _, f := range files {
		fmt.Fprintf(&input, "%x\n", f)
	}
	cmd := program(t, python, "-c", envSystemdScript, library)
	cmd.Stdin = strings.NewReader(input.String())
	cmd.Env = []string{"SYSTEMD_LOG_LEVEL=emerg"}
	out, err := cmd.Output()
	envOK(t, err)
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
