package pocketid

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
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
func envFiles(v any) []envFile {
	switch v := v.(type) {
	case string:
		return []envFile{{Path: v}}
	case map[string]any:
		if p := text(v["path"]); p != "" {
			return []envFile{{Path: p, Raw: text(v["format"]) == "raw"}}
		}
	case []any:
		var out []envFile
		for _, item := range v {
			if _, nested := item.([]any); !nested {
				out = append(out, envFiles(item)...)
			}
		}
		return out
	}
	return nil
}

// environment reads the keys of both forms of environment:, those among them
// whose value is a variable of that name, and the address of Pocket ID when it is
// there. Other values are not kept: they may be secret.
func environment(v any, env map[string]string) (keys, passed []string, appURL string) {
	values, _ := v.(map[string]any)
	if list, ok := v.([]any); ok {
		values = map[string]any{}
		for _, item := range list {
			if key, value, given := strings.Cut(text(item), "="); given {
				values[key] = value
			} else {
				values[key] = nil
			}
		}
	}
	delete(values, "")
	for _, key := range slices.Sorted(maps.Keys(values)) {
		keys = append(keys, key)
		value := text(values[key])
		if values[key] == nil || handsOn(value, key) {
			passed = append(passed, key)
			value = cmp.Or(value, "${"+key+"}")
		}
		if key == "APP_URL" || key == "PUBLIC_APP_URL" {
			appURL = interpolate(value, env)
		}
	}
	return keys, passed, appURL
}

// handsOn reports whether a value is the variable of that name: $KEY, ${KEY} or
// ${KEY:-default}.
func handsOn(value, key string) bool {
	m := ownVariable.FindStringSubmatch(value)
	return m != nil && m[1]+m[2] == key
}

var ownVariable = regexp.MustCompile(`^\$(?:(\w+)$|\{(\w+))`)

// mounts are the volumes of a service: what is mounted, and where.
func mounts(v any) (list [][2]string) {
	volumes, _ := v.([]any)
	for _, item := range volumes {
		switch item := item.(type) {
		case string:
			parts := strings.Split(item, ":")
			list = append(list, [2]string{parts[0], parts[min(1, len(parts)-1)]})
		case map[string]any:
			list = append(list, [2]string{text(item["source"]), text(item["target"])})
		}
	}
	return list
}

// mountsEnv reports whether a volume mounts a file named .env into the container.
func mountsEnv(v any) bool {
	return slices.ContainsFunc(mounts(v), func(m [2]string) bool { return path.Base(m[1]) == ".env" })
}

// interpolate puts in the values of variables as docker compose does. What it
// refuses is "", and so is a variable without value or default.
func interpolate(s string, env map[string]string) string {
	if len(s) > maxVariable {
		return ""
	}
	lookup := func(name string) (string, bool) { value, ok := env[name]; return value, ok }
	out, err := template.SubstituteWithOptions(s, lookup, template.WithoutLogging)
	if err != nil {
		return ""
	}
	return out
}
