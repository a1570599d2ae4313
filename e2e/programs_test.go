//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
)

// patience is how long something may take to come, on a machine that has much
// else to do.
const patience = 40 * time.Second

// program is a command that is killed when it has taken three minutes: a hang
// fails the test that waits for it, and is not the end of all others.
func program(t testing.TB, name string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = 10 * time.Second // what it started may hold its output open
	return cmd
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := program(t, name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// need is the path of a program. Its absence fails the test: what was not tried
// is not known to hold.
func need(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not installed", name)
	}
	return path
}

// text is a file of testdata with words in it replaced.
func text(t *testing.T, name string, pairs ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	casetest.Must(t, err)
	return strings.NewReplacer(pairs...).Replace(string(data))
}

// serverDir is a folder for a server's files, which users of the server's own
// may enter. Its path is short, for the sockets in it. It goes with the test.
func serverDir(t *testing.T, prefix string) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", prefix)
	casetest.Must(t, err)
	casetest.Must(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() {
		// A process that was killed a moment ago may still be making a file.
		eventually(t, dir+" to be removed", func() bool { return os.RemoveAll(dir) == nil })
	})
	return dir
}

// foreground runs a server until the test ends. It is the leader of a session, so
// that what it starts ends with it; and it is killed, as a server that is asked to
// end may take its time. The function returned kills it earlier.
func foreground(t *testing.T, cmd *exec.Cmd) func() {
	t.Helper()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	casetest.Must(t, cmd.Start())
	kill := sync.OnceFunc(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	})
	t.Cleanup(kill)
	return kill
}

// nextPort is below the ports that the kernel gives to clients, so that none of
// those takes one before its server does.
var nextPort atomic.Int64

func freePort(t *testing.T) int {
	t.Helper()
	nextPort.CompareAndSwap(0, int64(20000+os.Getpid()%8000))
	for range 1000 {
		port := int(nextPort.Add(1))
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			casetest.Must(t, l.Close())
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

func waitForPort(t *testing.T, port int) {
	t.Helper()
	eventually(t, fmt.Sprintf("a server on port %d", port), func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s in vain for %s", patience, what)
		}
	}
}
