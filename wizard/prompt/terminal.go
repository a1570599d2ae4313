package prompt

import (
	"os"
	"os/signal"
	"sync"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"smtp-wizard/wizard/suspend"
)

// echo is a terminal's echo, which is off while a secret is typed. Lines are
// still edited by the terminal, and Ctrl+C is still a signal.
type echo struct {
	fd     int
	before *term.State
}

// hide switches a terminal's echo off.
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

// jobs is the job control of a shell: Ctrl+Z, and what continues the program
// later.
type jobs struct {
	stopped, continued chan os.Signal

	mu     sync.Mutex
	hidden *echo // while a secret is typed
}

// watchJobs begins to watch; on anything but a terminal nothing ever comes.
// Where Ctrl+Z would not stop the program, it stays without effect.
func watchJobs(tty *os.File) *jobs {
	j := &jobs{stopped: make(chan os.Signal, 1), continued: make(chan os.Signal, 1)}
	if tty == nil {
		return j
	}
	signal.Notify(j.continued, unix.SIGCONT)
	if suspend.Possible() {
		signal.Notify(j.stopped, unix.SIGTSTP)
		go j.stop()
	}
	return j
}

// stop stops the program with the terminal's echo on, so that no shell is left
// without one.
func (j *jobs) stop() {
	for range j.stopped {
		j.mu.Lock()
		j.hidden.restore()
		if !suspend.Stop() && j.hidden != nil {
			_ = j.hidden.off() // as it was a moment ago
		}
		j.mu.Unlock()
	}
}

func (j *jobs) hide(e *echo) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.hidden = e
}

// forget drops a stop that is over and came while nothing was asked.
func (j *jobs) forget() {
	select {
	case <-j.continued:
	default:
	}
}

func (j *jobs) end() {
	signal.Stop(j.continued)
	signal.Stop(j.stopped)
	close(j.stopped) // nothing is sent to it any more
}
