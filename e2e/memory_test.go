//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"smtp-wizard/internal/hostile"
	"smtp-wizard/smtpcheck/practice"
)

// TestMemory holds check against relays that send without end. Its peak stays
// under 64 MiB, with the identities' sessions beside the conversation.
func TestMemory(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"endless", "long-line"} {
		for _, mode := range []string{"none", "tls"} {
			t.Run(name+" "+mode, func(t *testing.T) {
				t.Parallel()
				r := hostile.Start(t, hostile.Named(t, name), practice.Options{})
				port := r.Port()
				if mode == "tls" {
					port = r.TLSPort()
				}
				h := hostileSite(t, "127.0.0.1", port, mode)
				ca := h.envFile() + ".ca"
				check(t, os.WriteFile(ca, r.CAPEM(), 0o600))
				cmd := h.command(append(asIdentity, "--json", "--ca", ca, "--helo", "a.example.com", "--helo", "b.example.com")...)
				var out bytes.Buffer
				cmd.Stdout = &out
				check(t, cmd.Start())
				peak := make(chan int, 1)
				go func() { peak <- peakRSS(cmd.Process.Pid) }()
				_ = cmd.Wait()
				kib := <-peak
				t.Logf("at most %d KiB resident", kib)
				if kib == 0 || kib >= 64<<10 {
					t.Errorf("%d KiB resident", kib)
				}
				if code := cmd.ProcessState.ExitCode(); code != 13 || !bytes.Contains(out.Bytes(), []byte("64 KiB")) && !bytes.Contains(out.Bytes(), []byte("4096 bytes")) {
					t.Errorf("exit code %d\n%s", code, out.Bytes())
				}
			})
		}
	}
}

// peakRSS reads the high-water mark of a process's resident memory, in KiB, until
// the process has ended. The rusage of a child will not do: it also counts what
// its parent had at the fork.
func peakRSS(pid int) int {
	peak := 0
	for ; ; time.Sleep(time.Millisecond) {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		_, after, alive := bytes.Cut(status, []byte("VmHWM:"))
		if err != nil || !alive {
			return peak
		}
		var now int
		if _, err := fmt.Sscan(string(after), &now); err == nil {
			peak = max(peak, now)
		}
	}
}
