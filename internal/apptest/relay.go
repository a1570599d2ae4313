//go:build !windows

package apptest

import (
	"syscall"
	"testing"

	"smtp-wizard/smtpcheck/practice"
)

// MuteAt is a relay that never answers that verb. The verbs "banner" and
// "handshake" stand for the server's first words.
func MuteAt(verb string) practice.Behavior {
	return practice.Behavior{
		Name: "mute at " + verb, Mute: verb == "banner" || verb == "handshake",
		Answers: map[string]practice.Answer{verb: {}},
	}
}

// FilteredPort is a port with a full queue of connections, so that the kernel
// drops further ones as a firewall would.
func FilteredPort(t testing.TB) int {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	socket := func(waits bool) int {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
		must(err)
		syscall.CloseOnExec(fd)
		must(syscall.SetNonblock(fd, !waits))
		t.Cleanup(func() { _ = syscall.Close(fd) })
		return fd
	}
	server := socket(true)
	must(syscall.Bind(server, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	must(syscall.Listen(server, 0))
	bound, err := syscall.Getsockname(server)
	must(err)
	for range 4 {
		_ = syscall.Connect(socket(false), bound) // in progress
	}
	return bound.(*syscall.SockaddrInet4).Port
}
