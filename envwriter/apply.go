package envwriter

import (
	"fmt"
	"strings"
)

// A Change is what one key shall become.
type Change struct {
	Key   string
	Value string
	// Secret keeps the value out of every diff.
	Secret bool
	// Unset removes the key instead.
	Unset bool
	// Follow allows keys that refer to this one as ${KEY} to change with it.
	Follow bool
}

// A Plan is an edit that every selected reader has agreed to.
type Plan struct {
	// New is the whole new file; the same bytes as the old one when nothing changes.
	New []byte
	// Keys tells of each change, in the order given.
	Keys []KeyPlan
	// Untouched counts the lines of the old file that stay as they were.
	Untouched int
	// Secret are the keys of changes marked so.
	Secret []string
}

// An Op is what happens to a key.
type Op string

const (
	Kept    Op = "kept" // the value is there already, or the key to remove is not
	Changed Op = "changed"
	Added   Op = "added"
	Removed Op = "removed"
)

// A KeyPlan is what an edit does to one key.
type KeyPlan struct {
	Key string
	Op  Op
	// Encoding of a changed or added key: bare, single, double, escaped,
	// escaped-backtick, concatenated or backtick. Empty otherwise.
	Encoding string
}

// Changed reports whether the plan changes the file.
func (p Plan) Changed() bool { return p.Count(Changed)+p.Count(Added)+p.Count(Removed) > 0 }

// Count counts the keys to which op happens.
func (p Plan) Count(op Op) int {
	n := 0
	for _, k := range p.Keys {
		if k.Op == op {
			n++
		}
	}
	return n
}

// Apply plans changes to a .env. A key whose value all readers have already is
// left as it stands, so applying the same changes again changes nothing. Errors
// are *ReadError (a reader cannot read the old file), *ValueError,
// *KeyError (both at a key), *ReferenceError and *NoEncodingError.
func Apply(old []byte, changes []Change, readers []Reader) (Plan, error) {
	if err := checkChanges(changes, readers); err != nil {
		return Plan{}, err
	}
	e, err := newEdit(old, changes, readers)
	if err != nil {
		return Plan{}, err
	}
	// A value may refer to another that changes later, so a second look is needed.
	for range len(changes) + 1 {
		again := false
		for _, c := range changes {
			did, err := e.change(c)
			if err != nil {
				return Plan{}, err
			}
			again = again || did
		}
		if !again {
			return e.plan(old), nil
		}
	}
	return Plan{}, &KeyError{Key: changes[0].Key, Err: errCircular}
}

func checkChanges(changes []Change, readers []Reader) error {
	if len(readers) == 0 {
		return errNoReaders
	}
	seen := map[string]bool{}
	for _, c := range changes {
		switch {
		case !isName(c.Key):
			return &KeyError{Key: strings.ToValidUTF8(c.Key, "?"), Err: errBadKey}
		case seen[c.Key]:
			return &KeyError{Key: c.Key, Err: errTwice}
		case c.Unset:
		default:
			if err := CheckValue(c.Value, readers); err != nil {
				return &KeyError{Key: c.Key, Err: err}
			}
		}
		seen[c.Key] = true
	}
	return nil
}

// An edit is a file being changed, with what each reader makes of it.
type edit struct {
	file    *File
	before  []view
	changes map[string]Change
	order   []Change
	done    map[string]KeyPlan
}

// A view is what one way of one reader made of the old file.
type view struct {
	reader string
	way    way
	vars   map[string]string
}

func newEdit(old []byte, changes []Change, readers []Reader) (*edit, error) {
	e := &edit{file: Parse(old), changes: map[string]Change{}, order: changes, done: map[string]KeyPlan{}}
	for _, c := range changes {
		e.changes[c.Key] = c
	}
	for _, r := range readers {
		known := len(e.before)
		for _, w := range r.ways {
			// Where one release of a program could not read the file, it is not in use here.
			if vars, err := w.read(old); err == nil {
				e.before = append(e.before, view{reader: r.Name, way: w, vars: vars})
			}
		}
		if len(e.before) == known {
			return nil, r.fails(old)
		}
	}
	return e, nil
}

// change makes one change, and reports whether the file became another.
func (e *edit) change(c Change) (bool, error) {
	if e.satisfied(e.file.Bytes(), c, e.before) {
		return false, nil
	}
	if c.Unset {
		return true, e.remove(c)
	}
	op := Changed
	if _, found := e.file.Get(c.Key); !found {
		op = Added
	}
	if e.done[c.Key].Op == Added {
		op = Added
	}
	referred := false
	for _, next := range e.candidates(c) {
		v := e.judge(next.file, c, e.before)
		if v.ok {
			e.file = next.file
			e.done[c.Key] = KeyPlan{Key: c.Key, Op: op, Encoding: next.encoding}
			return true, nil
		}
		referred = referred || len(v.refers) > 0
	}
	if referred {
		return false, &ReferenceError{Key: c.Key, By: e.file.References(c.Key)}
	}
	return false, e.explain(c)
}

func (e *edit) remove(c Change) error {
	next := e.file.Unset(c.Key)
	v := e.judge(next, c, e.before)
	switch {
	case v.ok:
		e.file = next
		e.done[c.Key] = KeyPlan{Key: c.Key, Op: Removed}
		return nil
	case len(v.refers) > 0:
		return &ReferenceError{Key: c.Key, By: e.file.References(c.Key)}
	}
	return &KeyError{Key: c.Key, Err: fmt.Errorf("it cannot be removed without changing another key for %s", v.objector)}
}

// plan sums up the finished edit.
func (e *edit) plan(old []byte) Plan {
	p := Plan{New: e.file.Bytes(), Untouched: untouched(Parse(old), e.file)}
	for _, c := range e.order {
		k, found := e.done[c.Key]
		if !found {
			k = KeyPlan{Key: c.Key, Op: Kept}
		}
		p.Keys = append(p.Keys, k)
		if c.Secret {
			p.Secret = append(p.Secret, c.Key)
		}
	}
	return p
}
