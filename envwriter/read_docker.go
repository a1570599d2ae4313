package envwriter

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// docker run --env-file: github.com/docker/cli pkg/kvfile. Lines of at most 64 KiB
// (bufio.Scanner, which also drops a CR at the end) are read literally. Newer sources
// strip one pair of quotes, released ones keep them. A name alone passes on that
// variable of the environment.
var dockerReader = Reader{
	Name: "docker",
	Variants: []Variant{
		{"quotes kept", func(file []byte) (map[string]string, error) { return readDocker(file, false, unset) }},
		{"quotes stripped", func(file []byte) (map[string]string, error) { return readDocker(file, true, unset) }},
		{"everything set", func(file []byte) (map[string]string, error) { return readDocker(file, false, inherited) }},
	},
	started: func(file []byte, environment lookup) (map[string]string, error) {
		return readDocker(file, false, environment)
	},
	lint: map[string]string{
		"text":      refusesFile,
		"export":    `"export": ` + refusesFile,
		"colon":     colonSign + refusesFile,
		"blanks":    "spaces around the equals sign: the file is refused, or they become part of the value",
		"comment":   keepsComment,
		"quotes":    keepsQuotes,
		"lines":     linesApart,
		"utf8":      "not UTF-8: " + refusesFile,
		"long line": longLine,
	},
}

func readDocker(file []byte, strip bool, environment lookup) (map[string]string, error) {
	if !utf8.Valid(file) {
		return nil, errors.New("not UTF-8")
	}
	vars := map[string]string{}
	scanner := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(file, []byte(bom))))
	for scanner.Scan() {
		text := strings.TrimLeftFunc(scanner.Text(), unicode.IsSpace)
		if text == "" || text[0] == '#' {
			continue
		}
		key, value, has := strings.Cut(text, "=")
		if key == "" || strings.ContainsAny(key, " \t") {
			return nil, errors.New("no variable name, or spaces in it")
		}
		if last := len(value) - 1; strip && last > 0 && value[0] == value[last] && (value[0] == '\'' || value[0] == '"') {
			value = value[1:last]
		}
		if !has {
			value, has = environment(key)
		}
		if has {
			vars[key] = value
		}
	}
	return vars, scanner.Err()
}
