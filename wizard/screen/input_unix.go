//go:build !windows

package screen

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// readable waits until there is something to read.
func readable(fd int, wait time.Duration) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(fds, int(wait.Milliseconds()))
		if !errors.Is(err, unix.EINTR) {
			return n > 0
		}
	}
}
