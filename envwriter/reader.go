package envwriter

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Reader reads a .env file like one program does. Everything about it is in its file,
// read_NAME.go.
type Reader struct {
	// Name is its value for --readers.
	Name string
	// Variants are its releases and environments, which must all agree on a value.
	Variants []Variant
	// started reads with a given environment; nil if that makes no difference.
	started func(file []byte, environment lookup) (map[string]string, error)
	// lint has, by the name of a rule, what the program does with a line that breaks it.
	lint map[string]string
	// stops is what it does at a line that it cannot read for any other reason.
	stops string
}

// Variant is one release of a program, or one environment that it runs in.
type Variant struct {
	Note string // "254 and later", "everything set"
	// Read may return an error that quotes the file and must not be shown.
	Read func(file []byte) (map[string]string, error)
}

// Readers are all readers, in the order to offer them.
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

// Misreads reports whether lines that break a rule of lint.go mean something else to it.
func (r Reader) Misreads(rule string) bool { return r.lint[rule] != "" }

// Read returns what the program would find in the file, with an empty environment. Its
// errors never quote the file.
func (r Reader) Read(file []byte) (map[string]string, error) {
	vars, err := r.Variants[0].Read(file)
	if err != nil {
		return nil, r.failure(file)
	}
	return vars, nil
}

// view is what one variant of a reader finds in the old file.
type view struct {
	Variant
	reader Reader
	vars   map[string]string
}

// viewsOf lists the views of all variants that can read the file, and the readers that
// cannot. For those only the first variant counts, which has an empty environment.
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

// readError says that a reader cannot read a file. It does not quote the file: what
// fails to parse is often a password.
type readError struct {
	reader string
	line   int   // the first one that it cannot get past, from 1
	err    error // errExpansion, errDollars or nil
}

func (e *readError) Error() string {
	if e.err != nil {
		return fmt.Sprintf("%s cannot read the file: %v, at line %d and before", e.reader, e.err, e.line)
	}
	return fmt.Sprintf("%s cannot read the file: it stops at line %d", e.reader, e.line)
}

func (e *readError) Unwrap() error { return e.err }

// failure says where a reader fails and, if that is safe to show, why.
func (r Reader) failure(file []byte) *readError {
	read := r.Variants[0].Read
	e := &readError{reader: r.Name, line: failingLine(file, read)}
	if _, err := read(file); errors.Is(err, errExpansion) || errors.Is(err, errDollars) {
		e.err = err
	}
	return e
}

// failingLine finds the statement after the longest beginning of the file that parses.
// It searches from the end, since shorter beginnings may fail inside a quote that ends
// later. In a large file it uses binary search, which may find an earlier one.
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
