package envwriter

import "slices"

// A verdict says whether a candidate file is right for every reader.
type verdict struct {
	ok       bool
	objector string      // the first reader that objects
	refers   []Reference // the keys that would change with the one they refer to, when nobody objects
}

// judge runs every reader over a candidate: c has to be as wanted, and every key
// that is not to change has to be what it was.
func (e *edit) judge(next *File, c Change, views []view) verdict {
	file := next.Bytes()
	refers := next.References(c.Key)
	var v verdict
	for _, before := range views {
		after, err := before.way.read(file)
		if err != nil || !wanted(after, c) {
			return verdict{objector: before.reader}
		}
		moved := e.moved(before.vars, after)
		followed := referring(refers, moved)
		if len(followed) < len(moved) {
			return verdict{objector: before.reader}
		}
		v.refers = append(v.refers, followed...)
	}
	v.ok = c.Follow || len(v.refers) == 0
	return v
}

// A candidate is the file with a value in one encoding.
type candidate struct {
	encoding string
	file     *File
}

// candidates are the files to try for a change, in order: each encoding behind
// what stands before the value now, and behind a plain "KEY=".
func (e *edit) candidates(c Change) []candidate {
	var out []candidate
	seen := map[string]bool{}
	for _, enc := range encodings {
		if !enc.fits(c.Value) {
			continue
		}
		raw := enc.encode(c.Value)
		if seen[raw] {
			continue
		}
		seen[raw] = true
		out = append(out, candidate{enc.name, e.file.Set(c.Key, raw)})
		if !e.file.isPlain(c.Key) {
			out = append(out, candidate{enc.name, e.file.setPlain(c.Key, raw)})
		}
	}
	return out
}

// satisfied reports whether every reader finds in file what c wants.
func (e *edit) satisfied(file []byte, c Change, views []view) bool {
	for _, before := range views {
		vars, err := before.way.read(file)
		if err != nil || !wanted(vars, c) {
			return false
		}
	}
	return true
}

func wanted(vars map[string]string, c Change) bool {
	value, found := vars[c.Key]
	return found != c.Unset && (c.Unset || value == c.Value)
}

// moved lists the keys that read differently than before, but for those that
// are to change themselves.
func (e *edit) moved(before, after map[string]string) []string {
	var keys []string
	for key, value := range before {
		if now, found := after[key]; (!found || now != value) && !e.changing(key) {
			keys = append(keys, key)
		}
	}
	for key := range after {
		if _, found := before[key]; !found && !e.changing(key) {
			keys = append(keys, key)
		}
	}
	return keys
}

func (e *edit) changing(key string) bool {
	_, found := e.changes[key]
	return found
}

func referring(refers []Reference, moved []string) []Reference {
	in := map[string]bool{}
	for _, key := range moved {
		in[key] = true
	}
	var both []Reference
	for _, r := range refers {
		if in[r.Key] {
			both = append(both, r)
		}
	}
	return both
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// untouched counts the lines of old that are in next as they were.
func untouched(old, next *File) int {
	left := map[string]int{}
	for _, s := range next.statements {
		left[s.prefix+s.value+s.note]++
	}
	lines := 0
	for _, s := range old.statements {
		text := s.prefix + s.value + s.note
		if left[text] > 0 {
			left[text]--
			lines += countLines(text)
		}
	}
	return lines
}

func countLines(text string) int {
	n := 1
	for i := range len(text) {
		if text[i] == '\n' {
			n++
		}
	}
	return n
}
