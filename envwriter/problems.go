package envwriter

import "slices"

// A Problem is a line that a selected reader cannot read, or does not read as
// the others do.
type Problem struct {
	Line   int // from 1; 0 when it is about no line in particular
	Reader string
	// What is wrong, for the admin. It holds no text of the file.
	What string
	// Fatal says that this reader cannot read the file at all.
	Fatal bool
	// Cure says what MendAll would do; empty when there is no safe way.
	Cure string
	kind string
}

const mostProblems = 100 // more than anybody will read

// Problems reports what stands in the way of the selected readers, line by line.
// A cure is offered only when no reader that can read the file now would then
// read a key differently.
func Problems(file []byte, readers []Reader) []Problem {
	f := Parse(file)
	t := newTrial(file, readers)
	var out []Problem
	told := map[string]bool{}
	relevant := flawsFor(readers)
	for i, s := range f.statements {
		for _, fl := range relevant {
			if len(out) >= mostProblems || fl.once && told[fl.kind] || !fl.found(f, i) {
				continue
			}
			told[fl.kind] = true
			cure := ""
			if fl.cure != nil && t.safe(fl, fl.cured(f, i), []string{s.key}) {
				cure = fl.curing
			}
			for _, r := range readers {
				if what, hit := fl.hits[r.Name]; hit {
					fatal := fl.fatal && t.failing[r.Name]
					out = append(out, Problem{Line: s.line, Reader: r.Name, What: what, Fatal: fatal, Cure: cure, kind: fl.kind})
				}
			}
		}
		if len(out) >= mostProblems {
			break
		}
	}
	return append(out, unexplained(file, readers, t.failing, out)...)
}

// flawsFor lists the flaws over which one of the readers stumbles.
func flawsFor(readers []Reader) []flaw {
	var out []flaw
	for _, fl := range flaws {
		if slices.ContainsFunc(readers, func(r Reader) bool { return fl.hits[r.Name] != "" }) {
			out = append(out, fl)
		}
	}
	return out
}

// unexplained adds a reader that fails for a reason that is none of the known flaws.
func unexplained(file []byte, readers []Reader, failing map[string]bool, known []Problem) []Problem {
	var out []Problem
	for _, r := range readers {
		explained := !failing[r.Name]
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
				return fl.cured(f, i).Bytes()
			}
		}
	}
	return file
}
