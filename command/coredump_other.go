//go:build unix && !linux

package command

import "golang.org/x/sys/unix"

// noCoreDump keeps passwords off the disk when the program crashes.
func noCoreDump() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) }
