package prompt

import (
	"os"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// hide switches a terminal's echo off, for a secret, and returns what puts the
// terminal back as it was. Lines are still edited by the terminal, and Ctrl+C is
// still a signal. Ctrl+Z is not: it would leave a shell without its echo.
func hide(tty *os.File) (restore func(), err error) {
	fd := int(tty.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return nil, err
	}
	mode, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, err
	}
	mode.Lflag &^= unix.ECHO | unix.ECHONL
	mode.Lflag |= unix.ICANON | unix.ISIG
	mode.Iflag |= unix.ICRNL
	mode.Cc[unix.VSUSP] = vdisable
	if err := unix.IoctlSetTermios(fd, setTermios, mode); err != nil {
		return nil, err
	}
	return func() { _ = term.Restore(fd, before) }, nil
}
