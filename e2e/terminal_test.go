//go:build e2e

package e2e

import (
	"os/exec"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/internal/termtest"
)

// terminal is the program in a pseudo-terminal of 80 by 24, and what a test does
// on its pages.
type terminal struct{ apptest.Guide }

const enter = termtest.Enter

// open starts the program in a terminal.
func (h *home) open(args ...string) *terminal {
	h.t.Helper()
	return &terminal{apptest.Guide{Terminal: termtest.Start(h.t, h.command(args...), termtest.Options{})}}
}

// command is the program with these arguments, in the home's directory.
func (h *home) command(args ...string) *exec.Cmd {
	cmd := program(h.t, wizardPath, args...)
	cmd.Dir, cmd.Env = h.Dir, h.environment()
	return cmd
}
