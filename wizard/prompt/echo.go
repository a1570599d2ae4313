package prompt

import (
	"os"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// echo is a terminal's echo, which is off while a secret is typed.
type echo struct {
	fd     int
	before *term.State
}

// hide switches a terminal's echo off. Lines are still edited by the terminal,
// and Ctrl+C is still a signal.
func hide(tty *os.File) (*echo, error) {
	e := &echo{fd: int(tty.Fd())}
	var err error
	if e.before, err = term.GetState(e.fd); err != nil {
		return nil, err
	}
	return e, e.off()
}

func (e *echo) off() error {
	mode, err := unix.IoctlGetTermios(e.fd, getTermios)
	if err != nil {
		return err
	}
	mode.Lflag &^= unix.ECHO | unix.ECHONL
	mode.Lflag |= unix.ICANON | unix.ISIG
	mode.Iflag |= unix.ICRNL
	return unix.IoctlSetTermios(e.fd, setTermios, mode)
}

// restore puts the terminal back as it was.
func (e *echo) restore() {
	if e != nil {
		_ = term.Restore(e.fd, e.before)
	}
}
