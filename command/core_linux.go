package command

import "golang.org/x/sys/unix"

// forbidCoreDumps keeps passwords in memory out of core files: the limit does for a
// file, the other for a program that the kernel hands the core to. Where the system
// refuses, there is nothing else to do.
func forbidCoreDumps() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
