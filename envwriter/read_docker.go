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
// strip one pair of quotes, released ones keep them.
var dockerReader = Reader{
	Name:     "docker",
	Variants: append(bothEnvironments(readDocker), Variant{"quotes stripped", readDockerUnquoted}),
	started:  readDocker,
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

func readDocker(file []byte, environment lookup) (map[string]string, error) {
	if !utf8.Valid(file) {
		return nil, errors.New("not UTF-8")
	}
	return readLines(bytes.TrimPrefix(file, []byte(bom)), environment, unicode.IsSpace, " \t")
}

func readDockerUnquoted(file []byte) (map[string]string, error) {
	vars, err := readDocker(file, unset)
	for key, value := range vars {
		if last := len(value) - 1; last > 0 && value[0] == value[last] && (value[0] == '\'' || value[0] == '"') {
			vars[key] = value[1:last]
		}
	}
	return vars, err
}

// readLines reads NAME=value line by line, as docker and podman do; what they take for a
// blank ahead of it, and forbid in a name, differs. A name alone passes on that variable of
// the environment.
func readLines(file []byte, environment lookup, blank func(rune) bool, forbidden string) (map[string]string, error) {
	vars := map[string]string{}
	scanner := bufio.NewScanner(bytes.NewReader(file))
	for scanner.Scan() {
		line := strings.TrimLeftFunc(scanner.Text(), blank)
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, has := strings.Cut(line, "=")
		if key == "" || strings.ContainsAny(key, forbidden) {
			return nil, errors.New("no variable name, or one that is none")
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
