package command

import "golang.org/x/sys/unix"

// noCoreDump keeps passwords off the disk when the program crashes, and from other
// processes of the same user.
func noCoreDump() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
