package envwriter

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
)

// podman run --env-file: github.com/containers/podman pkg/env, ParseFile. Lines
// of at most 64 KiB (bufio.Scanner, which also drops a CR at the end); the key
// keeps everything before the "=", blanks and a BOM included.
// A name alone passes the variable of that name through.
var podmanWays = []way{
	{note: "nothing set", read: func(f []byte) (map[string]string, error) { return readPodman(f, unset) }},
	{note: "everything set", read: func(f []byte) (map[string]string, error) { return readPodman(f, inherited) }},
}

func readPodman(file []byte, lookup func(string) (string, bool)) (map[string]string, error) {
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
			if value, has = lookup(key); !has {
				continue
			}
		}
		vars[key] = value
	}
	return vars, scanner.Err()
}
