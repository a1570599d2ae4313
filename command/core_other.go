//go:build !linux

package command

import "golang.org/x/sys/unix"

// forbidCoreDumps keeps passwords in memory out of core files.
func forbidCoreDumps() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) }
