package envwriter

import (
	"errors"
	"fmt"
	"strings"
)

// A Reader reads a .env file as one program does.
type Reader struct {
	// Name is what --readers calls it.
	Name string
	// About says in one line whose rules these are.
	About string
	// lines is set for readers that take a file line by line and keep quotes:
	// no value can hold a line feed there.
	lines bool
	ways  []way
}

// A way is one release or one environment of the same reader. Where programs of
// one name differ, every way has to agree on a value before it is accepted.
type way struct {
	note string
	read func(file []byte) (map[string]string, error)
}

// Readers are all readers, in the order in which they are offered.
var Readers = []Reader{
	{Name: "pocket-id", About: "Pocket ID itself, which loads ./.env with godotenv 1.5.1", ways: pocketIDWays},
	{Name: "compose", About: "docker compose: env_file and the project's .env", ways: composeWays},
	{Name: "systemd", About: "systemd: EnvironmentFile= of a unit", ways: systemdWays},
	{Name: "sh", About: "a shell: set -a; . ./.env", ways: shWays},
	{Name: "docker", About: "docker run --env-file, and env_file with format: raw", lines: true, ways: dockerWays},
	{Name: "podman", About: "podman run --env-file, and EnvironmentFile= of a Quadlet", lines: true, ways: podmanWays},
	{Name: "node", About: "node --env-file and the npm package dotenv", ways: nodeWays},
}

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
// refers to but does not set are taken as unset. The error is a *ReadError.
func (r Reader) Read(file []byte) (map[string]string, error) {
	for _, w := range r.ways {
		if vars, err := w.read(file); err == nil {
			return vars, nil
		}
	}
	return nil, r.fails(file)
}

// fails says where, and when it may be told why, a reader cannot read a file.
func (r Reader) fails(file []byte) *ReadError {
	e := &ReadError{Reader: r.Name, Line: failingLine(file, r.ways[0])}
	if _, err := r.ways[0].read(file); errors.Is(err, ErrExpansion) {
		e.Err = ErrExpansion
	}
	return e
}

// A Reading is what one release of a program, or one environment, makes of a file.
type Reading struct {
	Note string // which one: "254 and later", "everything set"
	Vars map[string]string
	Err  error
}

// Readings returns every reading that has to agree before a value is accepted.
// Errors may quote the file: they are not for the screen.
func (r Reader) Readings(file []byte) []Reading {
	var out []Reading
	for _, w := range r.ways {
		vars, err := w.read(file)
		out = append(out, Reading{Note: w.note, Vars: vars, Err: err})
	}
	return out
}

// A ReadError says that a reader cannot read a file. It holds no text of the
// file: what fails to parse is often a password.
type ReadError struct {
	Reader string
	// Line is the first line that the reader cannot get past, from 1; 0 when unknown.
	Line int
	// Err is ErrExpansion when the file is not read because of that; nil otherwise.
	Err error
}

func (e *ReadError) Error() string {
	what := e.Reader + " cannot read the file"
	switch {
	case e.Err != nil && e.Line != 0:
		return fmt.Sprintf("%s: %v, at line %d and before", what, e.Err, e.Line)
	case e.Err != nil:
		return fmt.Sprintf("%s: %v", what, e.Err)
	case e.Line != 0:
		return fmt.Sprintf("%s: it stops at line %d", what, e.Line)
	}
	return what
}

func (e *ReadError) Unwrap() error { return e.Err }

// failingLine finds the statement after the longest beginning of the file that
// still parses. Shorter beginnings may fail inside a quote that ends later, so
// the search goes from the end.
func failingLine(file []byte, w way) int {
	const most = 16 << 20 // bytes to parse; beyond that the search would take too long
	statements := Parse(file).statements
	if len(statements)*len(file)/2 > most {
		return 0
	}
	end := len(file)
	for i := len(statements) - 1; i >= 0; i-- {
		end -= len(statements[i].raw())
		if _, err := w.read(file[:end]); err == nil {
			return statements[i].line
		}
	}
	return 1
}

// names lists the readers for a message: "a", "a and b", "a, b and c".
func names(readers []string) string {
	if len(readers) < 2 {
		return strings.Join(readers, "")
	}
	last := len(readers) - 1
	return strings.Join(readers[:last], ", ") + " and " + readers[last]
}

func verb(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}
