package install

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"smtp-wizard/envwriter"
	"smtp-wizard/pocketid"
)

// Warning is something that the admin probably does not expect.
type Warning struct {
	ID   string
	Text string
	Key  string
	File string
	Line int
}

// warningTexts are the sentences of the warnings, by id.
var warningTexts = map[string]string{
	"bom":                   "%s begins with a byte order mark, which %s does not know: %s. Save it as UTF-8 without one.",
	"crlf":                  "%s has line ends of Windows; a shell keeps the carriage return as part of each value.",
	"dead-file":             "%s does not reach Pocket ID: nothing hands on %s.",
	"dollar-replaced":       "The $ in the value of %s in %s stands for a variable that is not set, so that part of the value is lost. %s",
	"duplicate-key":         "%s is set twice in %s; the last line counts.",
	"export-line":           "%s does not know the word export: the line for %s in %s has no effect. Take the word away.",
	"file-unreadable":       "%s reaches Pocket ID and may not be read from here: what it sets is not known. Run this as root, or as its owner.",
	"hidden-by-layer":       "%s in %s has no effect: %s.",
	"hostname-not-settable": "Pocket ID has the hostname of %s and may have none of its own: set it there.",
	"inline-comment":        "%s knows no comment behind a value: the one behind %s in %s becomes part of it. Put it on a line of its own.",
	"legacy-names":          "%s is not read by Pocket ID %s; there it is called %s.",
	"other-compose-file":    "%s is not read: %s comes before it.",
	"override-ignored":      "%s is not read, since the compose files are named elsewhere (COMPOSE_FILE or -f).",
	"password-newline":      "The file of the password ends with a line feed, which Pocket ID takes for a part of it. Write it with printf %%s.",
	"password-unreadable":   "The password is in %s, which cannot be read from here. Give it to check with --password-file.",
	"quotes-kept":           "%s keeps quotes: those around the value of %s in %s become part of it. Take them away.",
	"short-hostname":        "The hostname %s has no domain; relays that want a full name refuse it.",
	"ui-config-not-true":    "UI_CONFIG_DISABLED does not arrive as true, so Pocket ID ignores every SMTP_ variable.",
	"version-unknown":       "Version unknown (%s), taken as %s.%s",
}

func warning(id, key string, at Source, args ...any) Warning {
	return Warning{ID: id, Key: key, File: at.File, Line: at.Line, Text: fmt.Sprintf(warningTexts[id], args...)}
}

// warnings lists them: what keeps a setting from its effect first.
func (f *finder) warnings(in *Install) []Warning {
	var out []Warning
	out = append(out, f.fileWarnings(in)...)
	out = append(out, in.layerWarnings()...)
	out = append(out, in.emptiedWarnings()...)
	out = append(out, f.composeWarnings(in)...)
	out = append(out, in.settingWarnings()...)
	out = append(out, in.passwordWarnings()...)
	out = append(out, in.nameWarnings()...)
	seen := map[[3]string]bool{}
	return slices.DeleteFunc(out, func(w Warning) bool {
		again := seen[[3]string{w.ID, w.Key, w.File}]
		seen[[3]string{w.ID, w.Key, w.File}] = true
		return again
	})
}

// readers that keep quotes and what looks like a comment as part of a value.
var (
	keepsQuotes   = map[string]bool{"docker": true, "podman": true}
	keepsComments = map[string]bool{"docker": true, "podman": true, "systemd": true}
)

var exportLine = regexp.MustCompile(`(?m)^[ \t]*export[ \t]+([A-Za-z_][A-Za-z0-9_]*)[ \t]*=`)

// fileWarnings are about lines that a reader does not read as they look.
func (f *finder) fileWarnings(in *Install) []Warning {
	var out []Warning
	for _, file := range in.EnvFiles {
		data, err := f.Files.Read(file.Path)
		if errors.Is(err, fs.ErrPermission) {
			out = append(out, warning("file-unreadable", "", Source{File: file.Path}, file.Path))
		}
		if err != nil {
			continue
		}
		name := filepath.Base(file.Path)
		warn := func(id, key string, args ...any) {
			out = append(out, warning(id, key, Source{File: file.Path, Line: envwriter.KeyLine(data, key)}, args...))
		}
		if bytes.HasPrefix(data, []byte("\ufeff")) && file.Reader != "compose" && file.Reader != "docker" {
			warn("bom", "", name, in.readerName(file), bomEffect[file.Reader])
		}
		if file.Reader == "sh" && bytes.Contains(data, []byte("\r\n")) {
			warn("crlf", "", name)
		}
		if file.Reader == "systemd" || file.Reader == "podman" {
			for _, found := range exportLine.FindAllSubmatch(data, -1) {
				warn("export-line", string(found[1]), in.readerName(file), found[1], name)
			}
		}
		for _, key := range in.duplicates(data, file) {
			warn("duplicate-key", key, key, name)
		}
		for _, key := range emptied(data, file.Reader, in.lookupOf(file)) {
			if s, _ := in.env.get(key); s.source.File == file.Path && s.reader == file.Reader {
				warn("dollar-replaced", key, key, name, "Put the value in single quotes.")
			}
		}
		out = append(out, in.valueWarnings(file, data)...)
	}
	return out
}

var bomEffect = map[string]string{"pocket-id": "nothing of the file is loaded", "systemd": "the first line is lost",
	"podman": "the first key has another name", "sh": "the first line is lost"}

// readerName is the program that reads a file, for people.
func (in *Install) readerName(file EnvFile) string {
	switch file.Reader {
	case "pocket-id":
		return "Pocket ID's reader"
	case "sh":
		return "a shell"
	}
	return file.Reader
}

// lookupOf are the variables that a reader of the file has from elsewhere.
func (in *Install) lookupOf(file EnvFile) func(string) (string, bool) {
	if file.Reader == "compose" && in.Compose != nil {
		return func(name string) (string, bool) {
			if value, ok := in.Compose.vars.lookup(name); ok {
				if s, _ := in.Compose.vars.get(name); s.source.File != processEnvironment || value != "" {
					return value, true
				}
			}
			s, ok := in.env.get(name)
			return s.value, ok && s.source.File != file.Path
		}
	}
	return func(name string) (string, bool) {
		s, ok := in.env.get(name)
		return s.value, ok && s.source.File != file.Path
	}
}

// valueWarnings are about values that arrive with quotes or a comment in them.
func (in *Install) valueWarnings(file EnvFile, data []byte) []Warning {
	var out []Warning
	name := filepath.Base(file.Path)
	for _, key := range in.Keys() {
		s, _ := in.env.get(key)
		if s.source.File != file.Path || s.reader != file.Reader {
			continue
		}
		at := Source{File: file.Path, Line: envwriter.KeyLine(data, key)}
		last := len(s.value) - 1
		if keepsQuotes[s.reader] && last > 0 && (s.value[0] == '"' || s.value[0] == '\'') && s.value[last] == s.value[0] {
			out = append(out, warning("quotes-kept", key, at, in.readerName(file), key, name))
		}
		if keepsComments[s.reader] && strings.Contains(s.value, " #") && (pocketid.IsPublic(key, s.value) || !looksSecret(key)) {
			out = append(out, warning("inline-comment", key, at, in.readerName(file), key, name))
		}
	}
	return out
}

// duplicates are keys that a file sets twice to different values, as it is read.
func (in *Install) duplicates(data []byte, file EnvFile) []string {
	reader, err := envwriter.ReaderNamed(file.Reader)
	if err != nil {
		return nil
	}
	var out []string
	lines := strings.SplitAfter(string(data), "\n")
	for _, key := range in.Keys() {
		n := envwriter.KeyLine(data, key)
		if s, _ := in.env.get(key); n == 0 || s.source.File != file.Path {
			continue
		}
		rest := strings.Join(append(slices.Clone(lines[:n-1]), lines[n:]...), "")
		earlier := envwriter.KeyLine([]byte(rest), key)
		if earlier == 0 || earlier >= n {
			continue
		}
		vars, err := reader.ReadWith([]byte(rest), func(string) (string, bool) { return "", false })
		if value, set := vars[key]; err == nil && set {
			if now, _ := in.env.lookup(key); value != now {
				out = append(out, key)
			}
		}
	}
	return out
}

// Keys are the variables that arrive, sorted.
func (in Install) Keys() []string { return slices.Sorted(maps.Keys(in.env)) }

// layerWarnings are about places that lose.
func (in *Install) layerWarnings() []Warning {
	var out []Warning
	for _, key := range in.Keys() {
		s, _ := in.env.get(key)
		for _, loser := range in.env.hidden(key) {
			why := s.source.place() + " sets it to something else, and comes later"
			out = append(out, warning("hidden-by-layer", key, s.source, key, loser.File, why))
		}
	}
	return out
}

// emptiedWarnings are about keys without a value that take another one's away.
func (in *Install) emptiedWarnings() []Warning {
	var out []Warning
	for _, key := range slices.Sorted(maps.Keys(in.emptied)) {
		lost := in.emptied[key]
		why := lost.source.place() + " names it without a value, and compose has none for it"
		out = append(out, warning("hidden-by-layer", key, lost.source, key, lost.value, why))
	}
	return out
}

// place is a source for people.
func (s Source) place() string {
	out := s.File
	if s.Line > 0 {
		out = fmt.Sprintf("%s, line %d,", s.File, s.Line)
	}
	return out
}

// composeWarnings are about files that compose does not read.
func (f *finder) composeWarnings(in *Install) []Warning {
	var out []Warning
	if p := in.Compose; p != nil && in.Refused == "" {
		for _, file := range p.Overrides {
			out = append(out, warning("override-ignored", "", Source{File: file}, filepath.Base(file)))
		}
		for _, file := range p.Others {
			used := filepath.Base(p.Files[0])
			out = append(out, warning("other-compose-file", "", Source{File: file}, filepath.Base(file), used))
		}
	}
	for _, key := range in.Keys() {
		if s, _ := in.env.get(key); s.dollar {
			out = append(out, warning("dollar-replaced", key, s.source, key, s.source.place(), "Write $$ for a $."))
		}
	}
	if keys := f.deadKeys(in); len(keys) > 0 {
		at := Source{File: f.envFile}
		out = append(out, warning("dead-file", keys[0], at, filepath.Base(f.envFile), strings.Join(keys, ", ")))
	}
	return out
}

// deadKeys are the mail settings of the file that reach nothing.
func (f *finder) deadKeys(in *Install) []string {
	if in.Reads(f.envFile) || in.Refused != "" {
		return nil
	}
	data, err := f.Files.Read(f.envFile)
	if err != nil {
		return nil
	}
	used := map[string]bool{}
	for _, all := range in.env {
		for _, s := range all {
			if s.source.VariableFile == f.envFile {
				used[s.source.Variable] = true
			}
		}
	}
	var out []string
	for _, name := range pocketid.NeedLock() {
		if envwriter.KeyLine(data, name) > 0 && !used[name] && !in.passedOn(name, f.envFile) {
			out = append(out, name)
		}
	}
	return out
}

// passedOn reports whether a line that sets a key names the key of the file among
// several variables.
func (in *Install) passedOn(key, file string) bool {
	s, ok := in.env.get(key)
	return ok && s.source.VariableFile == file
}

// settingWarnings are about the lock, and names of another era.
func (in *Install) settingWarnings() []Warning {
	var out []Warning
	if len(in.env) == 0 || in.Refused != "" {
		return nil
	}
	on := false
	for _, name := range []string{"UI_CONFIG_DISABLED", "PUBLIC_UI_CONFIG_DISABLED"} {
		value, _ := in.env.lookup(name)
		on = on || pocketid.IsTrue(value)
	}
	if !on {
		s, _ := in.env.get("UI_CONFIG_DISABLED")
		out = append(out, warning("ui-config-not-true", "UI_CONFIG_DISABLED", s.source))
	}
	version := in.Version.Release
	if in.Version.Below != "" || !version.Known() {
		return out
	}
	for _, key := range []string{"APP_URL", "PUBLIC_APP_URL", "UI_CONFIG_DISABLED", "PUBLIC_UI_CONFIG_DISABLED"} {
		s, set := in.env.get(key)
		want := pocketid.KeyName(key, version)
		if _, both := in.env.get(want); set && want != key && !both {
			out = append(out, warning("legacy-names", key, s.source, key, version, want))
		}
	}
	return out
}

func (in *Install) passwordWarnings() []Warning {
	p := in.Password
	var out []Warning
	switch {
	case !p.Set:
	case !p.Readable:
		out = append(out, warning("password-unreadable", "SMTP_PASSWORD", Source{}, strings.Join(p.From, ", ")))
	case p.Kind != "env" && strings.HasSuffix(p.value, "\n"):
		out = append(out, warning("password-newline", "SMTP_PASSWORD_FILE", Source{File: p.From[0]}))
	}
	return out
}

// nameWarnings are about version and hostname.
func (in *Install) nameWarnings() []Warning {
	var out []Warning
	if in.InContainer() && !in.Version.Known() && in.Version.Below == "" && in.Image != "" {
		cure := ""
		if in.Runs == RunsCompose {
			cure = " `docker compose exec " + in.Service + " /app/pocket-id version` tells."
		}
		taken := in.Version.Release
		if !taken.Known() {
			taken = pocketid.NewestKnown()
		}
		out = append(out, warning("version-unknown", "", Source{File: in.Found}, in.Version.From, taken, cure))
	}
	switch h := in.Hostname; {
	case h.Kind == KindShared:
		out = append(out, warning("hostname-not-settable", "", h.From, h.With))
	case h.Kind == KindSet && !strings.Contains(h.Value, "."):
		out = append(out, warning("short-hostname", "", h.From, h.Value))
	}
	return out
}
