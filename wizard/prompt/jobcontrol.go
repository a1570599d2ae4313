package prompt

import (
	"os"
	"os/signal"
	"sync"

	"golang.org/x/sys/unix"

	"smtp-wizard/wizard/suspend"
)

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
		go j.stops()
	}
	return j
}

// stops stops the program with the terminal's echo on, so that no shell is left
// without one.
func (j *jobs) stops() {
	for range j.stopped {
		j.mu.Lock()
		j.hidden.restore()
		if !suspend.Stop() && j.hidden != nil {
			_ = j.hidden.off() // as it was a moment ago
		}
		j.mu.Unlock()
	}
}

// hiding says that the echo is off until the returned function has put it back.
func (j *jobs) hiding(e *echo) (shown func()) {
	j.set(e)
	return func() { e.restore(); j.set(nil) }
}

func (j *jobs) set(e *echo) {
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
