package envwriter

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
)

// podman run --env-file: github.com/containers/podman pkg/env, ParseFile. Lines
// of at most 64 KiB (bufio.Scanner, which also drops a CR at the end); the key is
// everything before the "=", including blanks and a BOM. A name alone passes on that
// variable of the environment.
var podmanReader = Reader{
	Name:     "podman",
	Variants: bothEnvironments(readPodman),
	started:  readPodman,
	lint: map[string]string{
		"bom":       bomInName,
		"export":    `"export" becomes part of the name`,
		"colon":     colonSign + "the line is ignored",
		"blanks":    "spaces around the equals sign become part of name and value",
		"comment":   keepsComment,
		"quotes":    keepsQuotes,
		"lines":     linesApart,
		"long line": longLine,
	},
}

func readPodman(file []byte, environment lookup) (map[string]string, error) {
	vars := map[string]string{}
	scanner := bufio.NewScanner(bytes.NewReader(file))
	for scanner.Scan() {
		line := strings.TrimLeft(scanner.Text(), " \t")
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, has := strings.Cut(line, "=")
		if key == "" {
			return nil, errors.New("no variable name")
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
