// Package suspend tells whether Ctrl+Z would stop the program for somebody who
// can continue it.
package suspend

import (
	"os"

	"golang.org/x/sys/unix"
)

// Possible reports whether a stop has an effect: the kernel ignores SIGTSTP for
// an orphaned process group (POSIX.1-2017 2.4.3), as that of a program that ssh
// started itself, for there is no shell that could continue it.
func Possible() bool {
	group := unix.Getpgrp()
	session, err := unix.Getsid(0)
	if err != nil {
		return false
	}
	for pid := os.Getppid(); pid > 0; pid = parentOf(pid) {
		theirs, err := unix.Getsid(pid)
		if err != nil || theirs != session {
			return false
		}
		if g, err := unix.Getpgid(pid); err != nil || g != group {
			return err == nil
		}
	}
	return false
}
