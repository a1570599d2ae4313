//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/layouttest"
)

// TestInspectInItsOwnRoot plays layouts as they are on a machine: the program is
// started in a root of its own, with a hostname of its own.
func TestInspectInItsOwnRoot(t *testing.T) {
	static := filepath.Join(t.TempDir(), "smtp-wizard")
	build := exec.Command("go", "build", "-o", static, "..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	layouts := layouttest.All(t, "../pocketid/install/testdata")
	for _, tt := range []struct {
		layout, runs, service, hostname, host string
		exit                                  int
	}{
		{"compose-include", "compose", "pocket-id", "id.example.com", "smtp.example.com", 0},
		{"compose-extends-and-null", "compose", "pocket-id", "vps", "", 0},
		{"docker-run-unit-e-wins", "docker", "docker-pocket-id", "vps", "smtp.example.org", 0},
		{"podman-nix-script", "podman", "podman-pocket-id", "id.example.com", "smtp.example.com", 0},
		{"quadlet-users-uid", "quadlet", "pocket-id", "vps", "smtp.example.com", 0},
		{"systemd-drop-in-resets", "systemd", "pocket-id", "vps", "smtp.example.com", 0},
		{"sh-start-script", "sh", "", "vps", "smtp.example.com", 0},
		{"docker-export-line", "docker", "pid", "", "", 9},
	} {
		t.Run(tt.layout, func(t *testing.T) {
			i := slices.IndexFunc(layouts, func(l layouttest.Layout) bool { return l.Name == tt.layout })
			root := layouts[i].Unpack(t)
			run(t, "cp", static, root+"/smtp-wizard")
			before := program(t, "find", root, "-newermt", "@0", "-printf", "%p %s %T@\n")
			listed, err := before.Output()
			casetest.Must(t, err)
			cmd := exec.Command("unshare", "-m", "-u", "-n", "sh", "-c",
				`hostname vps; exec chroot "$0" /smtp-wizard inspect --json --env-file "$1"`, root, layouts[i].EnvFile)
			cmd.Env = []string{"HOME=" + layouts[i].Home, "PATH=" + os.Getenv("PATH")}
			out, _ := cmd.Output()
			if code := cmd.ProcessState.ExitCode(); code != tt.exit {
				t.Fatalf("exit code %d\n%s", code, out)
			}
			var got struct {
				Runs, Service string
				Hostname      struct{ Value string }
				Values        map[string]struct{ Value string }
			}
			casetest.Must(t, json.Unmarshal(out, &got))
			if got.Runs != tt.runs || got.Service != tt.service || got.Hostname.Value != tt.hostname || got.Values["SMTP_HOST"].Value != tt.host {
				t.Errorf("%s", out)
			}
			again, err := program(t, "find", root, "-newermt", "@0", "-printf", "%p %s %T@\n").Output()
			casetest.Must(t, err)
			if string(again) != string(listed) {
				t.Errorf("something was changed:\n%s", again)
			}
		})
	}
}
