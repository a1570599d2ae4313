package envwriter

import "slices"

// A verdict says whether a candidate file is right for every reader.
type verdict struct {
	ok      bool
	readers []string    // those that object
	refers  []Reference // the keys that would change with the one they refer to, when nothing else is wrong
}

// judge runs every reader over a candidate: c has to be as wanted, and every key
// that is not to change has to be what it was.
func (e *edit) judge(next *File, c Change, views []view) verdict {
	file := next.Bytes()
	refers := next.References(c.Key)
	var v verdict
	for _, before := range views {
		after, err := before.way.read(file)
		moved := e.moved(before.vars, after)
		followed := referring(refers, moved)
		if err != nil || !wanted(after, c) || len(followed) < len(moved) {
			v.readers = appendNew(v.readers, before.reader)
			continue
		}
		v.refers = append(v.refers, followed...)
	}
	v.ok = len(v.readers) == 0 && (c.Follow || len(v.refers) == 0)
	if len(v.readers) > 0 {
		v.refers = nil
	}
	return v
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
	var both []Reference
	for _, r := range refers {
		if slices.Contains(moved, r.Key) {
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
