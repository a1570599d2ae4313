package envwriter

import (
	"errors"
	"fmt"
	"strings"
)

// A Reader reads a .env file as one program does. All that is known of one is in
// its file, read_NAME.go; Readers lists them.
type Reader struct {
	// Name is what --readers calls it.
	Name string
	// Variants are its releases and environments. Where they differ, all of them
	// have to agree on a value before it is accepted.
	Variants []Variant
	// started reads with the variables that the program was started with; nil where
	// they change nothing.
	started func(file []byte, environment lookup) (map[string]string, error)
	// lint says, by the name of a rule, what it makes of a line that breaks it.
	lint map[string]string
	// stops says what it does at a line that it cannot read for another reason.
	stops string
}

// A Variant is one release of a program, or one environment that it runs in.
type Variant struct {
	Note string // "254 and later", "everything set"
	// Read may fail with an error that quotes the file: it is not for the screen.
	Read func(file []byte) (map[string]string, error)
}

// Readers are all readers, in the order in which they are offered.
var Readers = []Reader{pocketIDReader, composeReader, systemdReader, shReader, dockerReader, podmanReader}

// ReaderNamed returns the reader of that name; the error lists the known names.
func ReaderNamed(name string) (Reader, error) {
	for _, r := range Readers {
		if r.Name == name {
			return r, nil
		}
	}
	return Reader{}, fmt.Errorf("unknown reader %q: use %s", name, strings.Join(Names(Readers), ", "))
}

// Names lists the names of readers.
func Names(readers []Reader) []string {
	out := make([]string, len(readers))
	for i, r := range readers {
		out[i] = r.Name
	}
	return out
}

// Read returns what the program would find in the file. Variables that the file
// refers to but does not set are taken as unset. An error never quotes the file.
func (r Reader) Read(file []byte) (map[string]string, error) {
	for _, v := range r.Variants {
		if vars, err := v.Read(file); err == nil {
			return vars, nil
		}
	}
	return nil, r.failure(file)
}

// A view is what one variant of a reader made of the old file.
type view struct {
	Variant
	reader Reader
	vars   map[string]string
}

// viewsOf lists what all variants that can read the file make of it, and the
// readers of which none can. Where one release of a program could not read the
// file, it is not in use here.
func viewsOf(file []byte, readers []Reader) (views []view, failing []Reader) {
	for _, r := range readers {
		known := len(views)
		for _, v := range r.Variants {
			if vars, err := v.Read(file); err == nil {
				views = append(views, view{v, r, vars})
			}
		}
		if len(views) == known {
			failing = append(failing, r)
		}
	}
	return views, failing
}

// A readError says that a reader cannot read a file. It holds no text of the
// file: what fails to parse is often a password.
type readError struct {
	reader string
	line   int   // the first that it cannot get past, from 1; 0 when unknown
	err    error // errExpansion when that is why; nil otherwise
}

func (e *readError) Error() string {
	what := e.reader + " cannot read the file"
	switch {
	case e.line == 0:
		return what
	case e.err != nil:
		return fmt.Sprintf("%s: %v, at line %d and before", what, e.err, e.line)
	}
	return fmt.Sprintf("%s: it stops at line %d", what, e.line)
}

func (e *readError) Unwrap() error { return e.err }

// failure says where, and when it may be told why, a reader cannot read a file.
func (r Reader) failure(file []byte) *readError {
	read := r.Variants[0].Read
	e := &readError{reader: r.Name, line: failingLine(file, read)}
	if _, err := read(file); errors.Is(err, errExpansion) {
		e.err = errExpansion
	}
	return e
}

// failingLine finds the statement after the longest beginning of the file that
// still parses. Shorter beginnings may fail inside a quote that ends later, so
// the search goes from the end.
func failingLine(file []byte, read func([]byte) (map[string]string, error)) int {
	const most = 16 << 20 // bytes to parse; beyond that the search would take too long
	statements := parse(file).statements
	if len(statements)*len(file)/2 > most {
		return 0
	}
	end := len(file)
	for i := len(statements) - 1; i >= 0; i-- {
		end -= len(statements[i].raw())
		if _, err := read(file[:end]); err == nil {
			return statements[i].line
		}
	}
	return 1
}
