package command

import (
	"io"
	"testing"

	"golang.org/x/sys/unix"
)

func TestNoCoreDump(t *testing.T) {
	if code := Main([]string{"--version"}, IO{Out: io.Discard, Err: io.Discard}); code != exitOK {
		t.Fatal(code)
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil || limit.Max != 0 {
		t.Errorf("%+v, %v", limit, err)
	}
	if dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || dumpable != 0 {
		t.Errorf("dumpable %d, %v", dumpable, err)
	}
}
