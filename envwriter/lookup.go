package envwriter

import "strings"

// ReadWith reads a file like the program does in an environment given by lookup.
func (r Reader) ReadWith(file []byte, lookup func(string) (string, bool)) (map[string]string, error) {
	if r.started == nil {
		return r.Read(file)
	}
	vars, err := r.started(file, lookup)
	if err != nil {
		return nil, r.failure(file)
	}
	return vars, nil
}

// KeyLine is the line, from 1, of the last statement that sets a key, or 0.
func KeyLine(file []byte, key string) int { return KeyLines(file).Last(key) }

// Lines are those of a file, from 1, that set each key.
type Lines map[string][]int

// Last is the line that counts for a key, or 0.
func (l Lines) Last(key string) int {
	if at := l[key]; len(at) > 0 {
		return at[len(at)-1]
	}
	return 0
}

// KeyLines finds the lines of all keys at once.
func KeyLines(file []byte) Lines {
	lines, n := Lines{}, 0
	for text := range strings.Lines(string(file)) {
		n++
		text = strings.TrimPrefix(strings.TrimLeft(strings.TrimPrefix(text, bom), " \t"), "export ")
		text = strings.TrimLeft(text, " \t")
		key := text
		if end := strings.IndexAny(text, " \t=:\n"); end >= 0 {
			key = text[:end]
		}
		rest := strings.TrimLeft(text[len(key):], " \t")
		if strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, ":") || rest == "\n" || rest == "" {
			lines[key] = append(lines[key], n)
		}
	}
	return lines
}
