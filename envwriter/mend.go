package envwriter

// mostTried bounds what cures on one file may cost, in bytes to parse. A file of
// ordinary size has hundreds of them tried by all readers.
const mostTried = 8 << 20

// A trial tells which cures take nothing from any reader of a file.
type trial struct {
	views   []view
	failing map[string]bool // by the name of the reader: it cannot read the file
	room    int             // bytes that may still be parsed
}

func newTrial(file []byte, readers []Reader) *trial {
	t := &trial{failing: map[string]bool{}, room: mostTried}
	for _, r := range readers {
		t.failing[r.Name] = true
		for _, w := range r.ways {
			if vars, err := w.read(file); err == nil {
				t.failing[r.Name] = false
				t.views = append(t.views, view{reader: r.Name, way: w, vars: vars})
			}
		}
	}
	return t
}

// safe reports whether whoever can read the file reads it as before, but for keys
// in a line that is cured, by the readers that stumble there. It is no when finding
// out would take too long.
func (t *trial) safe(fl flaw, cured *File, keys []string) bool {
	file, own := cured.Bytes(), map[string]bool{}
	for _, key := range keys {
		own[key] = true
	}
	if t.room -= len(file) * (1 + len(t.views)); t.room < 0 {
		return false
	}
	for _, before := range t.views {
		after, err := before.way.read(file)
		if err != nil {
			return false
		}
		for key, value := range before.vars {
			now, found := after[key]
			if found && now == value || own[key] && fl.hits[before.reader] != "" || !isName(key) {
				continue // names that are no variable names, such as "export K", may go
			}
			return false
		}
	}
	return true
}

// cured returns the file without this flaw at some statements.
func (fl flaw) cured(f *File, at ...int) *File {
	out := f.clone()
	for _, i := range at {
		out.statements[i].prefix = fl.cure(out.statements[i])
	}
	return out
}

// MendAll cures every problem that has a safe cure and returns those it cured. All
// lines with the same problem are cured together when that is safe, and otherwise
// as many of them as there is time for.
func MendAll(file []byte, readers []Reader) ([]byte, []Problem) {
	var cured []Problem
	room := mostTried
	for again := true; again; {
		again = false
		for _, fl := range flawsFor(readers) {
			f, t := Parse(file), (*trial)(nil)
			var found []int
			for i := range f.statements {
				if fl.cure != nil && fl.found(f, i) {
					found = append(found, i)
				}
			}
			if len(found) == 0 {
				continue
			}
			t = newTrial(file, readers)
			t.room = room
			next, done := fl.cureAll(f, found, t)
			for _, i := range done {
				cured = append(cured, fl.problem(f.statements[i].line, readers))
				again = true
			}
			file, room = next.Bytes(), t.room
		}
	}
	return file, cured
}

// cureAll cures the flaw at all these statements, or where that is not safe in each
// half of them by itself. It returns at which it did.
func (fl flaw) cureAll(f *File, at []int, t *trial) (*File, []int) {
	keys := make([]string, len(at))
	for n, i := range at {
		keys[n] = f.statements[i].key
	}
	next := fl.cured(f, at...)
	switch {
	case t.safe(fl, next, keys):
		return next, at
	case len(at) == 1 || t.room < 0:
		return f, nil
	}
	half := len(at) / 2
	f, first := fl.cureAll(f, at[:half], t)
	f, second := fl.cureAll(f, at[half:], t)
	return f, append(first[:len(first):len(first)], second...)
}

// problem is the flaw as the first of the readers that stumble over it has it.
func (fl flaw) problem(line int, readers []Reader) Problem {
	for _, r := range readers {
		if what, hit := fl.hits[r.Name]; hit {
			return Problem{Line: line, Reader: r.Name, What: what, Cure: fl.curing, kind: fl.kind}
		}
	}
	return Problem{}
}
