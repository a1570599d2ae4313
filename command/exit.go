package command

import (
	"context"
	"errors"

	"smtp-wizard/smtpcheck"
)

// The exit codes. Scripts rely on them.
const (
	exitOK          = 0
	exitUnknown     = 1 // explain: nothing is known of the text
	exitUsage       = 2
	exitFile        = 3
	exitTerminal    = 4
	exitSettings    = 9
	exitInterrupted = 130
)

// exitOf is the code of a stage that failed.
var exitOf = map[smtpcheck.Stage]int{
	smtpcheck.StageDNS:      10,
	smtpcheck.StageConnect:  11,
	smtpcheck.StageGreeting: 12,
	smtpcheck.StageEHLO:     13,
	smtpcheck.StageStartTLS: 14,
	smtpcheck.StageTLS:      15,
	smtpcheck.StageAuth:     16,
	smtpcheck.StageMail:     17,
	smtpcheck.StageRcpt:     18,
	smtpcheck.StageData:     19,
}

// exitError is an error that knows its exit code. A nil Err has been reported
// already, so only the code is left to say.
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

func usage(err error) error { return &exitError{exitUsage, err} }
func file(err error) error  { return &exitError{exitFile, err} }

var (
	// errInterrupted is Ctrl+C, a hang-up, or the end of the input.
	errInterrupted = errors.New("interrupted")
	errTimeout     = errors.New("the time given with --timeout is over")
)

// codeOf turns any error into an exit code. What has no code of its own is
// wrong use: cobra reports unknown flags and commands that way.
func codeOf(err error) int {
	var coded *exitError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errTimeout):
		return exitInterrupted
	case errors.As(err, &coded):
		return coded.Code
	case errors.Is(err, context.Canceled), errors.Is(err, errInterrupted):
		return exitInterrupted
	}
	return exitUsage
}
