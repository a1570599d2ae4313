package install

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/internal/lazy"

	sdunit "github.com/coreos/go-systemd/v22/unit"
)

// option is one line of a unit or quadlet, continued lines joined.
type option struct {
	section, name, value string
	source               Source
}

// manager is one that reads units or quadlets: the system's, or a user's.
type manager struct {
	account
	user bool
	dirs []string // the most important first
}

// managers are the system's, and those of all users that count.
func (f *finder) managers(dirs func(a account, user bool) []string) []manager {
	out := []manager{{account: rootAccount, dirs: dirs(rootAccount, false)}}
	for _, a := range f.accounts(f.envFile) {
		out = append(out, manager{account: a, user: true, dirs: dirs(a, true)})
	}
	return out
}

// unitFile is a unit or quadlet with its drop-ins, in the order in which they count.
type unitFile struct {
	manager
	path    string
	name    string
	options []option
	machine string // its hostname
	// instance is the part between @ and the ending, where that is known.
	instance string
}

// parseUnit reads the lines of a file, as far as systemd would not only warn of them.
func parseUnit(path string, data []byte) []option {
	var out []option
	section, continued, n := "", false, 0
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
		n++
		line = strings.TrimLeft(strings.TrimRight(line, "\r\n"), " \t")
		if line != "" && (line[0] == '#' || line[0] == ';') {
			continue // inside a continued line too
		}
		text, goesOn := strings.CutSuffix(line, `\`)
		name, value, assigns := strings.Cut(text, "=")
		switch {
		case continued:
			out[len(out)-1].value += " " + text // the backslash is a space
		case strings.HasPrefix(line, "["):
			section, goesOn = "", false
			if line = strings.TrimRight(line, " \t"); strings.HasSuffix(line, "]") {
				section = line[1 : len(line)-1]
			}
		case assigns && name != "" && section != "":
			out = append(out, option{section, strings.TrimSpace(name), value, Source{File: path, Line: n}})
		default:
			goesOn = false
		}
		continued = goesOn
	}
	for i := range out {
		out[i].value = strings.TrimSpace(out[i].value)
	}
	return out
}

// all are the values of a key; an empty one takes the earlier ones away.
func (u unitFile) all(section, name string) []option {
	var out []option
	for _, o := range u.options {
		if o.section != section || o.name != name {
			continue
		}
		if o.value == "" {
			out = nil
			continue
		}
		out = append(out, o)
	}
	return out
}

// last is the value that counts for a key that takes one.
func (u unitFile) last(section, name string) (option, bool) {
	all := u.all(section, name)
	if len(all) == 0 {
		return option{}, false
	}
	return all[len(all)-1], true
}

// text is last with specifiers put in, and without quotes around it.
func (u unitFile) text(section, name string) string {
	o, _ := u.last(section, name)
	return unquoted(u.specifiers(o.value))
}

// unquoted takes quotes away from around a value.
func unquoted(text string) string {
	if words := splitWords(text); len(words) == 1 && strings.ContainsAny(text, `"'`) {
		return words[0]
	}
	return text
}

// splits are the words of all values of a key.
func (u unitFile) splits(section, name string) []word {
	var out []word
	for _, o := range u.all(section, name) {
		for _, text := range splitWords(o.value) {
			out = append(out, word{text: u.specifiers(text), source: o.source})
		}
	}
	return out
}

// title is the unit's name without its ending.
func (u unitFile) title() string { return strings.TrimSuffix(u.name, filepath.Ext(u.name)) }

// word is one word of a command, and the line where it stands.
type word struct {
	text   string
	source Source
}

// splitWords splits as systemd does: blanks outside quotes part words, and C
// escapes are understood (extract_first_word with EXTRACT_UNQUOTE and
// EXTRACT_CUNESCAPE).
func splitWords(text string) []string {
	var out []string
	var current strings.Builder
	inWord, quote := false, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && i+1 < len(text):
			decoded, used := unescape(text[i+1:])
			current.WriteString(decoded)
			i += used
			inWord = true
		case quote != 0:
			if c == quote {
				quote = 0
			} else {
				current.WriteByte(c)
			}
		case c == '\'' || c == '"':
			quote, inWord = c, true
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if inWord {
				out = append(out, current.String())
				current.Reset()
			}
			inWord = false
		default:
			current.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		out = append(out, current.String())
	}
	return out
}

// unescape decodes what follows a backslash; used is how many bytes that is.
func unescape(text string) (decoded string, used int) {
	switch text[0] {
	case 's':
		return " ", 1
	case '"', '\'', ' ':
		return text[:1], 1
	}
	r, multibyte, tail, err := strconv.UnquoteChar(`\`+text, 0)
	switch {
	case err != nil || r == 0:
		return `\` + text[:1], 1
	case multibyte:
		return string(r), len(text) - len(tail)
	}
	return string([]byte{byte(r)}), len(text) - len(tail)
}

var specifier = lazy.Compile(`%.`)

// specifiers puts in what systemd does for a %: those that can be told from here.
func (u unitFile) specifiers(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	values := u.specifierValues()
	return specifier.ReplaceAllStringFunc(text, func(name string) string {
		if value, ok := values[name[1]]; ok {
			return value
		}
		return name
	})
}

func (u unitFile) specifierValues() map[byte]string {
	title := u.title()
	prefix, _, _ := strings.Cut(title, "@")
	short, _, _ := strings.Cut(u.machine, ".")
	last := prefix[strings.LastIndexByte(prefix, '-')+1:]
	full := title
	if strings.HasSuffix(title, "@") {
		full += u.instance
	}
	values := map[byte]string{
		'%': "%", 'n': full + ".service", 'N': full, 'p': prefix, 'P': sdunit.UnitNameUnescape(prefix),
		'i': u.instance, 'I': sdunit.UnitNameUnescape(u.instance), 'j': last, 'J': sdunit.UnitNameUnescape(last),
		'H': u.machine, 'q': u.machine, 'l': short, 'T': "/tmp", 'V': "/var/tmp",
		'h': u.home, 'u': u.account.name, 'U': strconv.Itoa(u.uid),
		't': "/run", 'S': "/var/lib", 'C': "/var/cache", 'L': "/var/log", 'E': "/etc",
		'd': credentialDir(full), 'f': "/" + sdunit.UnitNameUnescape(u.instance), 'y': u.path, 'Y': filepath.Dir(u.path),
	}
	if u.user {
		values['t'] = "/run/user/" + values['U']
		values['S'], values['C'], values['E'] = u.home+"/.local/state", u.home+"/.cache", u.home+"/.config"
		values['L'] = u.home + "/.local/state/log"
	}
	return values
}

// credentialDir is where systemd puts the credentials of a unit.
func credentialDir(title string) string { return "/run/credentials/" + title + ".service" }

// readUnit reads a unit or quadlet with its drop-ins.
func (f *finder) readUnit(u unitFile) (unitFile, bool) {
	data, err := f.Files.Read(u.path)
	if err != nil {
		return u, false
	}
	u.machine = f.Hostname
	u.options = parseUnit(u.path, data)
	for _, path := range f.dropIns(u.name, u.dirs) {
		if more, err := f.Files.Read(path); err == nil {
			for _, o := range parseUnit(path, more) {
				o.source.Unit = u.path
				u.options = append(u.options, o)
			}
		}
	}
	return u, true
}

// firstOfName are files below directories; of two of one name only the first counts.
func (f *finder) firstOfName(dirs []string, pattern string) []string {
	var out []string
	seen := map[string]bool{}
	for _, dir := range dirs {
		for _, path := range f.glob(filepath.Join(dir, pattern)) {
			if name := filepath.Base(path); !seen[name] {
				seen[name] = true
				out = append(out, path)
			}
		}
	}
	return out
}

// dropInFolders are those below a directory of units, listed once for all units.
func (f *finder) dropInFolders(dir string) []string {
	found, known := f.folders[dir]
	if !known {
		found = f.glob(filepath.Join(dir, "*.d"))
		f.folders[dir] = found
	}
	return found
}

// dropIns lists the drop-ins of a unit in the order in which they are read: by
// their names. For foo-bar@x.service these are below foo-bar@x.service.d,
// foo-bar@.service.d, foo-.service.d and service.d.
func (f *finder) dropIns(name string, dirs []string) []string {
	ext := filepath.Ext(name)
	title := strings.TrimSuffix(name, ext)
	folders := []string{name + ".d"}
	prefix, instance, template := strings.Cut(title, "@")
	if template && instance != "" {
		folders = append(folders, prefix+"@"+ext+".d")
	}
	for i := len(prefix) - 1; i > 0; i-- {
		if prefix[i] == '-' {
			folders = append(folders, prefix[:i+1]+ext+".d")
		}
	}
	folders = append(folders, strings.TrimPrefix(ext, ".")+".d")
	var all []string
	for _, folder := range folders {
		for _, dir := range dirs {
			if path := filepath.Join(dir, folder); slices.Contains(f.dropInFolders(dir), path) {
				all = append(all, path)
			}
		}
	}
	out := f.firstOfName(all, "*.conf")
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
	return out
}
