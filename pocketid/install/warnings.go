package install

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"smtp-wizard/envwriter"
	"smtp-wizard/internal/lazy"
	"smtp-wizard/pocketid"
)

// Warning is something that the admin probably does not expect.
type Warning struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	Key  string `json:"key,omitempty"`
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

//go:embed warnings.json
var warningsJSON []byte

// known is warnings.json.
var known = lazy.Table[struct {
	Texts     map[string]string // the sentences of the warnings, by id
	BOMEffect map[string]string `json:"bom_effect"` // of a byte order mark, on readers that do not know it
	Readers   map[string]string // that people know by another name than --readers does
}]("warnings.json", warningsJSON)

// warn notes a warning, once for each key of a file.
func (in *Install) warn(id, key string, at Source, args ...any) {
	w := Warning{ID: id, Key: key, File: at.File, Line: at.Line, Text: fmt.Sprintf(known().Texts[id], args...)}
	again := func(o Warning) bool { return o.ID == w.ID && o.Key == w.Key && o.File == w.File }
	if !slices.ContainsFunc(in.Warnings, again) {
		in.Warnings = append(in.Warnings, w)
	}
}

// warnings adds them to the install: what keeps a setting from its effect first.
func (f *finder) warnings(in *Install) {
	for _, file := range in.EnvFiles {
		f.fileWarnings(in, file)
	}
	in.layerWarnings()
	f.composeWarnings(in)
	if len(in.env) > 0 && in.Refused == "" {
		in.settingWarnings()
	}
	in.passwordWarnings()
	in.nameWarnings()
}

var exportLine = lazy.Compile(`(?m)^[ \t]*export[ \t]+([A-Za-z_][A-Za-z0-9_]*)[ \t]*=`)

// fileWarnings are about lines that a reader does not read as they look.
func (f *finder) fileWarnings(in *Install, file EnvFile) {
	data, err := f.Files.Read(file.Path)
	if errors.Is(err, fs.ErrPermission) {
		in.warn("file-unreadable", "", Source{File: file.Path}, file.Path)
	}
	if err != nil {
		return
	}
	name, reader := filepath.Base(file.Path), file.Reader
	does, _ := envwriter.ReaderNamed(reader)
	setIn := envwriter.KeyLines(data)
	warn := func(id, key string, args ...any) {
		in.warn(id, key, Source{File: file.Path, Line: setIn.Last(key)}, args...)
	}
	if effect := known().BOMEffect[reader]; effect != "" && bytes.HasPrefix(data, []byte("\ufeff")) {
		warn("bom", "", name, cmp.Or(known().Readers[reader], reader), effect)
	}
	if reader == "sh" && bytes.Contains(data, []byte("\r\n")) {
		warn("crlf", "", name)
	}
	if reader == "systemd" || reader == "podman" {
		for _, found := range exportLine.Compiled().FindAllSubmatch(data, -1) {
			warn("export-line", string(found[1]), reader, found[1], name)
		}
	}
	var decides []string // what is decided here
	for _, key := range in.Keys() {
		if s, _ := in.env.get(key); s.Source.File == file.Path && s.Reader == reader {
			decides = append(decides, key)
		}
	}
	lines := bytes.Split(data, []byte("\n"))
	for _, key := range decides {
		if setTwice(lines, setIn[key]) {
			warn("duplicate-key", key, key, name)
		}
	}
	for _, key := range emptied(data, reader, in.lookupOf(file)) {
		if slices.Contains(decides, key) {
			warn("dollar-replaced", key, key, name, "Put the value in single quotes.")
		}
	}
	for _, key := range decides {
		value, _ := in.env.lookup(key)
		last := len(value) - 1
		// In a shell, a loop that reads lines.
		keeps := does.Misreads("quotes") || reader == "sh" && bytes.Contains(data, []byte(key+"="+value))
		if keeps && last > 0 && (value[0] == '"' || value[0] == '\'') && value[last] == value[0] {
			warn("quotes-kept", key, reader, key, name)
		}
		if does.Misreads("comment") && strings.Contains(value, " #") && (pocketid.IsPublic(key, value) || !looksSecret(key)) {
			warn("inline-comment", key, reader, key, name)
		}
	}
}

// lookupOf are the variables that a reader of the file has from elsewhere.
func (in *Install) lookupOf(file EnvFile) func(string) (string, bool) {
	return func(name string) (string, bool) {
		if file.Reader == "compose" && in.Compose != nil {
			s, ok := in.Compose.vars.get(name)
			if ok && (s.Source.File != processEnvironment || s.Value != "") {
				return s.Value, true
			}
		}
		s, ok := in.env.get(name)
		return s.Value, ok && s.Source.File != file.Path
	}
}

// setTwice reports whether an earlier one of the lines that set a key sets it to something
// else than the last one.
func setTwice(file [][]byte, at []int) bool {
	n := len(at)
	return n > 1 && !bytes.Equal(bytes.TrimSpace(file[at[n-2]-1]), bytes.TrimSpace(file[at[n-1]-1]))
}

// Keys are the variables that arrive, sorted.
func (in Install) Keys() []string { return slices.Sorted(maps.Keys(in.env)) }

// layerWarnings are about places that lose, also to a key without a value.
func (in *Install) layerWarnings() {
	for _, key := range in.Keys() {
		s, _ := in.env.get(key)
		for _, loser := range in.env.hidden(key) {
			in.warn("hidden-by-layer", key, s.Source, key, loser.File, s.Source.place()+" sets it to something else, and comes later")
		}
	}
	for _, key := range slices.Sorted(maps.Keys(in.emptied)) {
		lost := in.emptied[key]
		why := lost.Source.place() + " names it without a value, and compose has none for it"
		in.warn("hidden-by-layer", key, lost.Source, key, lost.Value, why)
	}
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
func (f *finder) composeWarnings(in *Install) {
	if p := in.Compose; p != nil && in.Refused == "" {
		for _, file := range p.Overrides {
			in.warn("override-ignored", "", Source{File: file}, filepath.Base(file))
		}
		for _, file := range p.Others {
			used := filepath.Base(p.Files[0])
			in.warn("other-compose-file", "", Source{File: file}, filepath.Base(file), used)
		}
	}
	for _, key := range in.Keys() {
		if s, _ := in.env.get(key); s.Dollar {
			in.warn("dollar-replaced", key, s.Source, key, s.Source.place(), "Write $$ for a $.")
		}
	}
	if keys := f.deadKeys(in); len(keys) > 0 {
		at := Source{File: f.envFile}
		in.warn("dead-file", keys[0], at, filepath.Base(f.envFile), strings.Join(keys, ", "))
	}
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
			if s.Source.VariableFile == f.envFile {
				used[s.Source.Variable] = true
			}
		}
	}
	var out []string
	setIn := envwriter.KeyLines(data)
	for _, name := range pocketid.NeedLock() {
		// A line can name the key of the file among several variables.
		s, _ := in.env.get(name)
		if setIn.Last(name) > 0 && !used[name] && s.Source.VariableFile != f.envFile {
			out = append(out, name)
		}
	}
	return out
}

// settingWarnings are about the lock, and names of another era.
func (in *Install) settingWarnings() {
	on := false
	for _, name := range []string{"UI_CONFIG_DISABLED", "PUBLIC_UI_CONFIG_DISABLED"} {
		value, _ := in.env.lookup(name)
		on = on || pocketid.IsTrue(value)
	}
	if !on {
		s, _ := in.env.get("UI_CONFIG_DISABLED")
		in.warn("ui-config-not-true", "UI_CONFIG_DISABLED", s.Source)
	}
	version := in.Version.Release
	if in.Version.Below != "" || !version.Known() {
		return
	}
	for _, key := range []string{"APP_URL", "PUBLIC_APP_URL", "UI_CONFIG_DISABLED", "PUBLIC_UI_CONFIG_DISABLED"} {
		s, set := in.env.get(key)
		want := pocketid.KeyName(key, version)
		if _, both := in.env.get(want); set && want != key && !both {
			in.warn("legacy-names", key, s.Source, key, version, want)
		}
	}
}

func (in *Install) passwordWarnings() {
	p := in.Password
	switch {
	case !p.Set:
	case !p.Readable:
		in.warn("password-unreadable", "SMTP_PASSWORD", Source{}, strings.Join(p.From, ", "))
	case p.Kind != "env" && strings.HasSuffix(p.value, "\n"):
		in.warn("password-newline", "SMTP_PASSWORD_FILE", Source{File: p.From[0]})
	}
}

// nameWarnings are about version and hostname.
func (in *Install) nameWarnings() {
	if in.InContainer() && !in.Version.Known() && in.Version.Below == "" && in.Image != "" {
		cure := ""
		if in.Runs == pocketid.RuntimeCompose {
			cure = " To see it, run `docker compose exec " + in.Service + " /app/pocket-id version`."
		}
		taken := in.Version.Release
		if !taken.Known() {
			taken = pocketid.NewestKnown()
		}
		in.warn("version-unknown", "", Source{File: in.Found}, in.Version.From, taken, cure)
	}
	switch h := in.Hostname; {
	case h.Kind == KindShared:
		in.warn("hostname-not-settable", "", h.From, h.With)
	case h.Kind == KindSet && !strings.Contains(h.Value, "."):
		in.warn("short-hostname", "", h.From, h.Value)
	}
}
