package pocketid

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// text is a scalar as a string; anything else is "".
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int, uint64, float64, bool:
		return fmt.Sprint(v)
	}
	return ""
}

// envFiles reads the three forms of env_file: a string, a list of strings, a list
// of mappings with path and format.
func envFiles(v any) []EnvFile {
	switch v := v.(type) {
	case string:
		return []EnvFile{{Path: v}}
	case map[string]any:
		if p := text(v["path"]); p != "" {
			return []EnvFile{{Path: p, Raw: text(v["format"]) == "raw"}}
		}
	case []any:
		var out []EnvFile
		for _, item := range v {
			if _, nested := item.([]any); !nested {
				out = append(out, envFiles(item)...)
			}
		}
		return out
	}
	return nil
}

// environment reads the keys of both forms of environment:, and the address of
// Pocket ID when it is among them. Other values are not kept: they may be secret.
func environment(v any, env map[string]string) (keys []string, appURL string) {
	keep := func(key, value string) {
		keys = append(keys, key)
		if key == "APP_URL" || key == "PUBLIC_APP_URL" {
			appURL, _ = interpolate(value, env)
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			keep(key, text(value))
		}
	case []any:
		for _, item := range v {
			key, value, _ := strings.Cut(text(item), "=")
			if key != "" {
				keep(key, value)
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys), appURL
}

// mountsEnv reports whether a volume mounts a file named .env into the container.
func mountsEnv(v any) bool {
	list, _ := v.([]any)
	for _, item := range list {
		target := ""
		switch item := item.(type) {
		case string:
			parts := strings.Split(item, ":")
			target = parts[min(1, len(parts)-1)]
		case map[string]any:
			target = text(item["target"])
		}
		if path.Base(target) == ".env" {
			return true
		}
	}
	return false
}

// interpolate replaces $NAME, ${NAME}, ${NAME:-default} and ${NAME-default} as
// docker compose does. ok is false when a variable has neither value nor default;
// it is then replaced by nothing.
func interpolate(s string, env map[string]string) (out string, ok bool) {
	ok = true
	var b strings.Builder
	for s != "" {
		before, rest, found := strings.Cut(s, "$")
		b.WriteString(before)
		if !found {
			break
		}
		value, tail, known := variable(rest, env)
		b.WriteString(value)
		ok = ok && known
		s = tail
	}
	return b.String(), ok
}

// variable expands what follows a dollar sign.
func variable(rest string, env map[string]string) (value, tail string, known bool) {
	if strings.HasPrefix(rest, "$") {
		return "$", rest[1:], true
	}
	if !strings.HasPrefix(rest, "{") {
		n := nameLength(rest)
		if n == 0 {
			return "$", rest, true
		}
		value, known = env[rest[:n]]
		return value, rest[n:], known
	}
	body, tail, closed := strings.Cut(rest[1:], "}")
	if !closed {
		return "", "", false
	}
	n := nameLength(body)
	value, known = env[body[:n]]
	modifier := body[n:]
	if value == "" && strings.HasPrefix(modifier, ":-") {
		return modifier[2:], tail, !strings.Contains(modifier, "$")
	}
	if !known && strings.HasPrefix(modifier, "-") {
		return modifier[1:], tail, !strings.Contains(modifier, "$")
	}
	return value, tail, known
}

func nameLength(s string) int {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return i
		}
	}
	return len(s)
}
