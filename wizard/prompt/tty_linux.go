package prompt

import "golang.org/x/sys/unix"

const (
	getTermios = unix.TCGETS
	setTermios = unix.TCSETS
	vdisable   = 0 // _POSIX_VDISABLE: no key
)

// drop throws away what was typed on a terminal and not yet read.
func drop(fd int) error { return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH) }
