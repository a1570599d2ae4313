//go:build !linux

package asowner

import (
	"errors"
	"os"

	"smtp-wizard/envwriter/atomicfile"
)

// process is implemented only on Linux: elsewhere Files.Warning says so.
type process struct{ atomicfile.Own }

func start(*atomicfile.User, *os.File, string) (*process, error) { return nil, errors.ErrUnsupported }

func (*process) ask(request) (answer, *os.File, error) { return answer{}, nil, errors.ErrUnsupported }
func (*process) mayGiveTo(*atomicfile.User)            {}
func (*process) stop()                                 {}

func (f *Files) rootCalls() atomicfile.Calls { return atomicfile.Own{} }

// Serve is implemented only on Linux.
func Serve() int { return 1 }
