package envwriter

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"smtp-wizard/secret"
)

// Change is a change to one key.
type Change struct {
	Key   string
	Value secret.Value
	Unset bool // removes the key instead
}

// holds reports whether vars, as found by a reader, have the change.
func (c Change) holds(vars map[string]string) bool {
	value, found := vars[c.Key]
	return found != c.Unset && (c.Unset || value == c.Value.Reveal())
}

// Edit is a new file that every selected reader has verified.
type Edit struct {
	New       []byte    // the new file, the same bytes as the old one if nothing changes
	Keys      []KeyEdit // of each change, in the order given
	Untouched int       // how many lines of the old file are kept
	// Verify reports whether every reader finds the changes in file.
	Verify func(file []byte) bool
}

// Op is what happens to a key.
type Op string

const (
	Kept    Op = "kept" // it already has the value, or is already absent
	Changed Op = "changed"
	Added   Op = "added"
	Removed Op = "removed"
)

// KeyEdit is what an edit does to one key.
type KeyEdit struct {
	Key string
	Op  Op
	// Encoding of a changed or added key: bare, single, double, escaped,
	// escaped-backtick, concatenated or backtick. Empty otherwise.
	Encoding string
}

// Changed reports whether the edit changes the file.
func (e Edit) Changed() bool { return e.Count(Kept) < len(e.Keys) }

// Count counts the keys with an Op.
func (e Edit) Count(op Op) int {
	n := 0
	for _, k := range e.Keys {
		if k.Op == op {
			n++
		}
	}
	return n
}

// Apply makes changes to a .env. A key that already has the value for all readers is
// left alone, so applying the same changes again changes nothing. The error is a
// *NoEncodingError if no encoding of a value works, and never contains a value.
func Apply(old []byte, changes []Change, readers []Reader) (Edit, error) {
	if err := checkChanges(changes, readers); err != nil {
		return Edit{}, err
	}
	before, failing := viewsOf(old, readers)
	if len(failing) > 0 {
		return Edit{}, failing[0].failure(old)
	}
	e := &editor{doc: parse(old), before: before, changing: map[string]bool{}, done: map[string]KeyEdit{}}
	for _, c := range changes {
		e.changing[c.Key] = true
		e.done[c.Key] = KeyEdit{Key: c.Key, Op: Kept}
	}
	for _, v := range before {
		e.now = append(e.now, v.vars)
	}
	// A value may refer to another that changes later, so a second pass is needed.
	for range len(changes) + 1 {
		again := false
		for _, c := range changes {
			did, err := e.change(c)
			if err != nil {
				return Edit{}, err
			}
			again = again || did
		}
		if !again {
			return e.finish(old, changes, readers), nil
		}
	}
	return Edit{}, &keyError{changes[0].Key, errCircular}
}

func (e *editor) opOf(c Change) Op {
	switch {
	case c.Unset:
		return Removed
	case e.doc.last(c.Key) < 0 || e.done[c.Key].Op == Added:
		return Added
	}
	return Changed
}

func checkChanges(changes []Change, readers []Reader) error {
	if len(readers) == 0 {
		return errNoReaders
	}
	seen := map[string]bool{}
	for _, c := range changes {
		var err error
		switch {
		case !isName(c.Key):
			err = errBadKey
		case seen[c.Key]:
			err = errTwice
		case !c.Unset:
			err = CheckValue(c.Value.Reveal(), readers)
		}
		if err != nil {
			return &keyError{strings.ToValidUTF8(c.Key, "?"), err}
		}
		seen[c.Key] = true
	}
	return nil
}

// editor is a file being changed.
type editor struct {
	doc      *document
	before   []view              // how readers read the old file
	now      []map[string]string // and what they find in the changed one
	changing map[string]bool
	done     map[string]KeyEdit
}

// change makes one change, and reports whether the file changed.
func (e *editor) change(c Change) (bool, error) {
	if e.satisfied(c) {
		return false, nil
	}
	op := e.opOf(c)
	anyReferred := false
	var objector string
	for next := range e.candidates(c) {
		var referred bool
		var now []map[string]string
		objector, referred, now = e.verify(next.doc, e.before, c)
		if objector == "" && !referred {
			e.doc, e.now = next.doc, now
			e.done[c.Key] = KeyEdit{c.Key, op, next.encoding}
			return true, nil
		}
		anyReferred = anyReferred || objector == "" && referred
	}
	switch {
	case anyReferred:
		return false, &keyError{c.Key, errReferred(e.doc.references(c.Key, false))}
	case c.Unset:
		return false, &keyError{c.Key, fmt.Errorf("it cannot be removed without changing another key for %s", objector)}
	}
	return false, e.explain(c)
}

// satisfied reports whether every reader already finds the change in the file.
func (e *editor) satisfied(c Change) bool {
	return !slices.ContainsFunc(e.now, func(vars map[string]string) bool { return !c.holds(vars) })
}

// verify runs every reader on a candidate: the candidate must have the change, and no
// other key may change. It returns the first reader that objects, whether keys that
// refer to the changed one change too, and what each reader finds.
func (e *editor) verify(next *document, views []view, c Change) (objector string, referred bool, now []map[string]string) {
	file := next.bytes()
	refers := e.doc.references(c.Key, false)
	for key := range e.doc.references(c.Key, true) { // readers are tried in only two environments
		referred = referred || !e.changing[key]
	}
	for _, before := range views {
		after, err := before.Read(file)
		if err != nil || !c.holds(after) {
			return before.reader.Name, false, nil
		}
		now = append(now, after)
		for _, key := range e.moved(before.vars, after) {
			if refers[key] == 0 {
				return before.reader.Name, false, nil
			}
			referred = true
		}
	}
	return "", referred, now
}

// moved lists the keys that read differently than before, apart from those that are
// meant to change.
func (e *editor) moved(before, after map[string]string) []string {
	var keys []string
	for key, value := range before {
		if now, found := after[key]; (!found || now != value) && !e.changing[key] {
			keys = append(keys, key)
		}
	}
	for key := range after {
		if _, found := before[key]; !found && !e.changing[key] {
			keys = append(keys, key)
		}
	}
	return keys
}

// finish sums up the edit.
func (e *editor) finish(old []byte, changes []Change, readers []Reader) Edit {
	out := Edit{New: e.doc.bytes()}
	out.Untouched = untouched(old, out.New)
	out.Verify = func(file []byte) bool {
		return !slices.ContainsFunc(readers, func(r Reader) bool {
			vars, err := r.Read(file)
			return err != nil || slices.ContainsFunc(changes, func(c Change) bool { return !c.holds(vars) })
		})
	}
	for _, c := range changes {
		out.Keys = append(out.Keys, e.done[c.Key])
	}
	return out
}

// untouched counts the lines of old that next still has.
func untouched(old, next []byte) (lines int) {
	left := map[string]int{}
	for line := range bytes.Lines(next) {
		left[strings.TrimRight(string(line), "\r\n")]++
	}
	for line := range bytes.Lines(old) {
		if text := strings.TrimRight(string(line), "\r\n"); left[text] > 0 {
			left[text]--
			lines++
		}
	}
	return lines
}
