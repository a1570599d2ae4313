package envwriter

import (
	"errors"
	"fmt"
	"sort"
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
	vars, err := r.Variants[0].Read(file)
	if err != nil {
		return nil, r.failure(file)
	}
	return vars, nil
}

// A view is what one variant of a reader made of the old file.
type view struct {
	Variant
	reader Reader
	vars   map[string]string
}

// viewsOf lists what all variants that can read the file make of it, and the
// readers that cannot. The first variant, with nothing set by the environment, counts:
// a file that is read only where something is set may be read by nobody.
func viewsOf(file []byte, readers []Reader) (views []view, failing []Reader) {
	for _, r := range readers {
		for i, v := range r.Variants {
			vars, err := v.Read(file)
			if err == nil {
				views = append(views, view{v, r, vars})
			} else if i == 0 {
				failing = append(failing, r)
				break
			}
		}
	}
	return views, failing
}

// A readError says that a reader cannot read a file. It holds no text of the
// file: what fails to parse is often a password.
type readError struct {
	reader string
	line   int   // the first that it cannot get past, from 1
	err    error // errExpansion or errDollars when that is why; nil otherwise
}

func (e *readError) Error() string {
	if e.err != nil {
		return fmt.Sprintf("%s cannot read the file: %v, at line %d and before", e.reader, e.err, e.line)
	}
	return fmt.Sprintf("%s cannot read the file: it stops at line %d", e.reader, e.line)
}

func (e *readError) Unwrap() error { return e.err }

// failure says where, and when it may be told why, a reader cannot read a file.
func (r Reader) failure(file []byte) *readError {
	read := r.Variants[0].Read
	e := &readError{reader: r.Name, line: failingLine(file, read)}
	if _, err := read(file); errors.Is(err, errExpansion) || errors.Is(err, errDollars) {
		e.err = err
	}
	return e
}

// failingLine finds the statement after the longest beginning of the file that
// still parses. Shorter beginnings may fail inside a quote that ends later, so
// the search goes from the end; in a large file it is by halves, which may find an
// earlier one.
func failingLine(file []byte, read func([]byte) (map[string]string, error)) int {
	const most = 4 << 20 // bytes to parse
	statements := parse(file).statements
	end := len(file)
	if len(statements)*len(file)/2 > most {
		ends := []int{0}
		for _, s := range statements {
			ends = append(ends, ends[len(ends)-1]+len(s.raw()))
		}
		first := sort.Search(len(statements), func(i int) bool {
			_, err := read(file[:ends[i+1]])
			return err != nil
		})
		return statements[min(first, len(statements)-1)].line
	}
	for i := len(statements) - 1; i >= 0; i-- {
		end -= len(statements[i].raw())
		if _, err := read(file[:end]); err == nil {
			return statements[i].line
		}
	}
	return 1
}
