package command

import (
	"context"
	"errors"
	"slices"

	"smtp-wizard/smtpcheck"
)

// The exit codes. Scripts rely on them.
const (
	exitOK          = 0
	exitUnknown     = 1 // explain: nothing is known about the text
	exitUsage       = 2
	exitFile        = 3
	exitTerminal    = 4
	exitSettings    = 9
	exitNotArrived  = 21 // taken, and not found to have arrived
	exitInterrupted = 130
)

// stageExit is the code of a stage that failed; stageExitHelp lists them.
func stageExit(stage smtpcheck.Stage) int { return 9 + slices.Index(smtpcheck.Stages, stage) }

const stageExitHelp = `9 settings, 10 dns, 11 connect, 12 greeting,
13 ehlo, 14 starttls, 15 tls, 16 auth, 17 mail, 18 rcpt, 19 data, 20 quit`

// exitError is an error that knows its exit code. With a nil Err everything has
// been printed already, and only the code is left.
type exitError struct {
	Code int
	Err  error
}

func (e *exitError) Error() string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

func (e *exitError) Unwrap() error { return e.Err }

func usage(err error) error     { return &exitError{exitUsage, err} }
func fileError(err error) error { return &exitError{exitFile, err} }

var (
	// errInterrupted is Ctrl+C, a hang-up, or the end of the input.
	errInterrupted = &exitError{exitInterrupted, errors.New("interrupted")}
	errTimeout     = &exitError{exitInterrupted, errors.New("the time given with --timeout is over")}
)

// exitCode maps an error to its code. Without one of its own it is wrong use:
// cobra reports unknown flags and commands that way.
func exitCode(err error) int {
	var coded *exitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &coded):
		return coded.Code
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitUsage
}
