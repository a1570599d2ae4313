package pocketid

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// unitFile is what counts in a systemd unit or a quadlet. Keys are
// "Section.Key"; a key may occur several times.
type unitFile map[string][]string

// parseUnit reads the INI-like format of systemd.syntax(7): sections, comments,
// continued lines. An empty assignment empties the list, as it does for systemd.
func parseUnit(data []byte) unitFile {
	unit := unitFile{}
	section, pending := "", ""
	for line := range strings.Lines(string(data)) {
		line = pending + strings.TrimSpace(line)
		pending = ""
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
			continue
		case strings.HasSuffix(line, `\`):
			pending = strings.TrimSuffix(line, `\`) + " "
			continue
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			section = line[1 : len(line)-1]
			continue
		}
		key, value, found := strings.Cut(line, "=")
		if !found {
			continue
		}
		key, value = section+"."+strings.TrimSpace(key), strings.TrimSpace(value)
		if value == "" {
			delete(unit, key)
			continue
		}
		unit[key] = append(unit[key], value)
	}
	return unit
}

// last is the assignment that counts for a key that takes one value.
func (u unitFile) last(key string) string {
	if values := u[key]; len(values) > 0 {
		return strings.Trim(values[len(values)-1], `"'`)
	}
	return ""
}

// namesFile reports whether one of the values of a key is this file. dir resolves
// relative paths, as a quadlet has them; home replaces %h. A leading "-" (the
// file may be missing) is dropped, and systemd's wildcards are understood.
func (u unitFile) namesFile(key, file, dir, home string) bool {
	for _, value := range u[key] {
		value = strings.Trim(strings.TrimPrefix(value, "-"), `"'`)
		value = strings.ReplaceAll(value, "%h", home)
		if !filepath.IsAbs(value) {
			value = filepath.Join(dir, value)
		}
		if ok, err := path.Match(filepath.Clean(value), file); err == nil && ok {
			return true
		}
	}
	return false
}

// mentionsFile reports whether a command line has this file as a word, such as
// after --env-file.
func mentionsFile(command, file string) bool {
	return slices.ContainsFunc(strings.Fields(command), func(word string) bool {
		_, value, _ := strings.Cut(word, "=")
		return strings.Trim(word, `"'`) == file || strings.Trim(value, `"'`) == file
	})
}
