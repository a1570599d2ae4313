package envwriter

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// docker run --env-file: github.com/docker/cli pkg/kvfile. Lines of at most
// 64 KiB (bufio.Scanner, which also drops a CR at the end), taken as they are.
// Newer sources strip one pair of quotes, released ones keep them.
// A name alone passes the variable of that name through.
var dockerWays = []way{
	{note: "quotes kept", read: func(f []byte) (map[string]string, error) { return readDocker(f, false, unset) }},
	{note: "quotes stripped", read: func(f []byte) (map[string]string, error) { return readDocker(f, true, unset) }},
	{note: "everything set", read: func(f []byte) (map[string]string, error) { return readDocker(f, false, inherited) }},
}

func readDocker(file []byte, strip bool, lookup func(string) (string, bool)) (map[string]string, error) {
	vars := map[string]string{}
	scanner := bufio.NewScanner(bytes.NewReader(file))
	for first := true; scanner.Scan(); first = false {
		line := scanner.Bytes()
		if !utf8.Valid(line) {
			return nil, errors.New("not UTF-8")
		}
		if first {
			line = bytes.TrimPrefix(line, []byte(bom))
		}
		text := strings.TrimLeftFunc(string(line), unicode.IsSpace)
		if text == "" || text[0] == '#' {
			continue
		}
		key, value, has := strings.Cut(text, "=")
		if key == "" || strings.ContainsAny(key, " \t") {
			return nil, errors.New("no variable name, or blanks in it")
		}
		if strip {
			value = stripQuotes(value)
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

func stripQuotes(s string) string {
	last := len(s) - 1
	if last > 0 && s[0] == s[last] && (s[0] == '\'' || s[0] == '"') {
		return s[1:last]
	}
	return s
}
