package envwriter

import (
	"strings"
)

// A Problem is a line that a selected reader cannot read, or does not read as
// the others do.
type Problem struct {
	Line   int // from 1; 0 when it is about no line in particular
	Reader string
	// What is wrong, for the admin. It holds no text of the file.
	What string
	// Fatal says that this reader cannot read the file at all.
	Fatal bool
	// Cure says what Mend would do; empty when there is no safe way.
	Cure string
	kind string
}

const (
	mostProblems = 100      // more than anybody will read
	mostMendable = 64 << 10 // bytes; trying cures on a larger file would take too long
)

// Problems reports what stands in the way of the selected readers, line by line.
// A cure is offered only when no reader that can read the file now would then
// read a key differently.
func Problems(file []byte, readers []Reader) []Problem {
	f := Parse(file)
	var out []Problem
	failing := map[string]bool{}
	for _, r := range readers {
		_, err := r.Read(file)
		failing[r.Name] = err != nil
	}
	told := map[string]bool{}
	for i, s := range f.statements {
		for _, fl := range flaws {
			if len(out) >= mostProblems || !fl.found(f, i) || fl.once && told[fl.kind] {
				continue
			}
			told[fl.kind] = true
			cure := ""
			if len(file) <= mostMendable {
				cure = fl.safeCure(f, i, readers)
			}
			for _, r := range readers {
				if what, hit := fl.hits[r.Name]; hit {
					fatal := fl.fatal && failing[r.Name]
					out = append(out, Problem{Line: s.line, Reader: r.Name, What: what, Fatal: fatal, Cure: cure, kind: fl.kind})
				}
			}
		}
	}
	return append(out, unexplained(file, readers, out)...)
}

// unexplained adds a reader that fails for a reason that is none of the known flaws.
func unexplained(file []byte, readers []Reader, known []Problem) []Problem {
	var out []Problem
	for _, r := range readers {
		_, err := r.Read(file)
		explained := err == nil
		for _, p := range known {
			explained = explained || p.Reader == r.Name && p.Fatal
		}
		if explained {
			continue
		}
		fails := r.fails(file)
		what := "it cannot read the file from here on"
		switch {
		case fails.Err != nil:
			what = fails.Err.Error()
		case r.Name == "sh":
			what = "a shell would run part of this line, or stop at it"
		}
		out = append(out, Problem{Line: fails.Line, Reader: r.Name, What: what, Fatal: true})
	}
	return out
}

// Mend returns the file with one problem cured, and the file as it is when the
// problem has no cure. Line numbers of other problems may be wrong afterwards.
func Mend(file []byte, p Problem) []byte {
	if p.Cure == "" {
		return file
	}
	f := Parse(file)
	for i, s := range f.statements {
		if s.line != p.Line {
			continue
		}
		for _, fl := range flaws {
			if fl.kind == p.kind {
				return fl.cure(f, i).Bytes()
			}
		}
	}
	return file
}

// MendAll cures every problem that has a safe cure, a hundred at most, and
// returns those it cured.
func MendAll(file []byte, readers []Reader) ([]byte, []Problem) {
	var cured []Problem
	for range mostProblems {
		next, p, found := mendFirst(file, readers)
		if !found {
			break
		}
		file, cured = next, append(cured, p)
	}
	return file, cured
}

func mendFirst(file []byte, readers []Reader) ([]byte, Problem, bool) {
	for _, p := range Problems(file, readers) {
		if next := Mend(file, p); string(next) != string(file) {
			return next, p, true
		}
	}
	return nil, Problem{}, false
}

// safeCure returns what the cure does, if there is one that takes nothing from
// any reader.
func (fl flaw) safeCure(f *File, i int, readers []Reader) string {
	if fl.cure == nil {
		return ""
	}
	old, next := f.Bytes(), fl.cure(f, i).Bytes()
	own := f.statements[i].key
	for _, r := range readers {
		for _, w := range r.ways {
			before, err := w.read(old)
			if err != nil {
				continue
			}
			after, err := w.read(next)
			if err != nil || !keeps(before, after, own) {
				return ""
			}
		}
	}
	return fl.curing
}

// keeps reports whether every key but own is still read as before. Names that
// are no variable names, such as "export K", may go; keys may come.
func keeps(before, after map[string]string, own string) bool {
	for key, value := range before {
		if now, found := after[key]; key != own && isName(key) && (!found || now != value) {
			return false
		}
	}
	return true
}

// withPrefix replaces the start of a statement.
func (f *File) withPrefix(i int, prefix string) *File {
	out := f.clone()
	out.statements[i].prefix = prefix
	return out
}

func commentOut(f *File, i int) *File {
	s := f.statements[i]
	return f.withPrefix(i, "# "+strings.TrimLeft(s.prefix, " \t"))
}
