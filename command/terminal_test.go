//go:build !windows

package command_test

import (
	"os"
	"os/exec"
	"testing"

	"smtp-wizard/internal/termtest"
)

type terminal = termtest.Terminal

const (
	keyEnter, keyEscape, keyTab, keyBack = termtest.Enter, termtest.Escape, termtest.Tab, termtest.BackTab
	keyUp, keyDown                       = termtest.Up, termtest.Down
	keyPageUp, keyPageDown               = termtest.PageUp, termtest.PageDown
	ctrlC, ctrlO, ctrlR, ctrlU           = termtest.CtrlC, termtest.CtrlO, termtest.CtrlR, termtest.CtrlU
	pasteBegin, pasteEnd                 = termtest.PasteBegin, termtest.PasteEnd
)

// at80x24 starts the program in a directory, in a terminal of the usual size.
func at80x24(t *testing.T, dir string, env []string, args ...string) *terminal {
	t.Helper()
	return openTerminal(t, dir, env, termtest.Options{}, args...)
}

func openTerminal(t *testing.T, dir string, env []string, o termtest.Options, args ...string) *terminal {
	t.Helper()
	cmd := exec.Command("smtp-wizard", args...)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_STATE_HOME=" + dir + "/state",
		"TERM=xterm-256color", "LANG=C.UTF-8"}, env...)
	return termtest.Start(t, cmd, o)
}
