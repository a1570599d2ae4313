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
// and those that refer to them in turn.
func (f *File) References(key string) []Reference {
	seen := map[string]bool{key: true}
	var found []Reference
	for again := true; again; {
		again = false
		for _, s := range f.statements {
			if s.kind == assignment && !seen[s.key] && refersToAny(s.value, seen) {
				seen[s.key], again = true, true
				found = append(found, Reference{Key: s.key, Line: s.line})
			}
		}
	}
	return found
}

func refersToAny(raw string, keys map[string]bool) bool {
	if strings.HasPrefix(raw, "'") {
		return false
	}
	for i := range len(raw) {
		if raw[i] != '$' {
			continue
		}
		name := strings.TrimPrefix(raw[i+1:], "{")
		end := 0
		for end < len(name) && nameByte(name[end], end == 0) {
			end++
		}
		if keys[name[:end]] {
			return true
		}
	}
	return false
}
