package envwriter

import (
	"slices"
	"strings"
)

// Set replaces the last active occurrence of key, and the note behind it, with
// the encoded value raw, and keeps all else. A key that is not there is appended.
func (f *File) Set(key, raw string) *File {
	i := f.last(key)
	if i < 0 {
		return f.add(key, raw)
	}
	return f.replace(i, f.statements[i].prefix, raw)
}

// setPlain is Set for a key that is there, with "KEY=" for whatever stood before
// the value: not every reader knows export, a colon or blanks there.
func (f *File) setPlain(key, raw string) *File {
	i := f.last(key)
	prefix := key + "="
	if strings.HasPrefix(f.statements[i].prefix, bom) {
		prefix = bom + prefix
	}
	return f.replace(i, prefix, raw)
}

// isPlain reports whether nothing but "KEY=" stands before the value of key.
func (f *File) isPlain(key string) bool {
	i := f.last(key)
	return i < 0 || f.statements[i].prefix == key+"="
}

func (f *File) replace(i int, prefix, raw string) *File {
	out := f.clone()
	s := &out.statements[i]
	s.prefix, s.value, s.note = prefix, raw, ""
	return out
}

func (f *File) clone() *File {
	return &File{statements: slices.Clone(f.statements), appended: f.appended}
}

// add appends a key. The first one is set off by a blank line; so is one after a
// backslash, which joins lines for systemd and shells.
func (f *File) add(key, raw string) *File {
	out := f.clone()
	eol := out.lineEnd()
	if n := len(out.statements); n > 0 {
		last := &out.statements[n-1]
		if last.eol == "" {
			last.eol = eol
		}
		text := strings.TrimSuffix(last.raw(), last.eol)
		if last.kind != blank && (!out.appended || strings.HasSuffix(text, `\`)) {
			out.statements = append(out.statements, statement{kind: blank, eol: eol})
		}
	}
	out.statements = append(out.statements, statement{kind: assignment, key: key, prefix: key + "=", value: raw, eol: eol})
	out.appended = true
	return out.renumber()
}

// Unset removes every active occurrence of key; commented-out ones stay.
func (f *File) Unset(key string) *File {
	out := f.clone()
	out.statements = slices.DeleteFunc(out.statements, func(s statement) bool {
		return s.kind == assignment && s.key == key
	})
	return out.renumber()
}

func (f *File) renumber() *File {
	line := 1
	for i := range f.statements {
		f.statements[i].line = line
		line += strings.Count(f.statements[i].raw(), "\n")
	}
	return f
}

// lineEnd is that of the first line.
func (f *File) lineEnd() string {
	if len(f.statements) > 0 && f.statements[0].eol != "" {
		return f.statements[0].eol
	}
	return "\n"
}

// A Reference is an assignment whose value refers to another key.
type Reference struct {
	Key  string
	Line int
}

// References lists the other keys whose value refers to key as $KEY or ${KEY},
// and those that refer to them in turn, in the order of the file.
func (f *File) References(key string) []Reference {
	by := map[string][]int{} // the statements that refer to a name
	for i, s := range f.statements {
		if s.kind == assignment {
			for _, name := range namesIn(s.value) {
				by[name] = append(by[name], i)
			}
		}
	}
	seen := map[string]bool{key: true}
	var found []Reference
	for next := []string{key}; len(next) > 0; next = next[1:] {
		for _, i := range by[next[0]] {
			if s := f.statements[i]; !seen[s.key] {
				seen[s.key], next = true, append(next, s.key)
				found = append(found, Reference{Key: s.key, Line: s.line})
			}
		}
	}
	slices.SortFunc(found, func(a, b Reference) int { return a.Line - b.Line })
	return found
}

// namesIn lists the names that a value refers to.
func namesIn(raw string) []string {
	if strings.HasPrefix(raw, "'") {
		return nil
	}
	var names []string
	for {
		_, rest, found := strings.Cut(raw, "$")
		if !found {
			return names
		}
		raw = rest
		name := strings.TrimPrefix(rest, "{")
		end := 0
		for end < len(name) && nameByte(name[end], end == 0) {
			end++
		}
		if end > 0 {
			names = append(names, name[:end])
		}
	}
}
