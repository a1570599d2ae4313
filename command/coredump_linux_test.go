package command

import (
	"io"
	"testing"

	"golang.org/x/sys/unix"
)

// TestNoCoreDump: a crash leaves no password on the disk.
func TestNoCoreDump(t *testing.T) {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	Main([]string{"--version"}, IO{Out: io.Discard, Err: io.Discard})
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil || limit.Cur != 0 || limit.Max != 0 {
		t.Errorf("%+v, %v", limit, err)
	}
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err != nil || dumpable != 0 {
		t.Errorf("%d, %v", dumpable, err)
	}
}
