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
func KeyLine(file []byte, key string) int {
	line, n := 0, 0
	for text := range strings.Lines(string(file)) {
		n++
		text = strings.TrimPrefix(strings.TrimLeft(strings.TrimPrefix(text, bom), " \t"), "export ")
		if rest, found := strings.CutPrefix(strings.TrimLeft(text, " \t"), key); found {
			if rest = strings.TrimLeft(rest, " \t"); strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, ":") || rest == "\n" || rest == "" {
				line = n
			}
		}
	}
	return line
}
