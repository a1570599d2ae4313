package envwriter

import (
	"errors"
	"fmt"
)

var (
	errNoReaders = errors.New("no reader is selected")
	errBadKey    = errors.New("not a name of an environment variable: letters, digits and _ only, no digit first")
	errTwice     = errors.New("given twice")
	errCircular  = errors.New("its value and another one refer to each other")
)

// A KeyError says which key an edit failed at. It never holds the value.
type KeyError struct {
	Key string
	Err error
}

func (e *KeyError) Error() string { return e.Key + ": " + e.Err.Error() }
func (e *KeyError) Unwrap() error { return e.Err }

// A ReferenceError says that other keys refer to the one to be changed, and
// would change with it. Change.Follow allows that.
type ReferenceError struct {
	Key string
	By  []Reference
}

func (e *ReferenceError) Error() string {
	by := make([]string, len(e.By))
	for i, r := range e.By {
		by[i] = fmt.Sprintf("%s (line %d)", r.Key, r.Line)
	}
	return fmt.Sprintf("%s %s to %s and would change with it", names(by), verb(len(by), "refers", "refer"), e.Key)
}
