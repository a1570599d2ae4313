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

// parseUnit reads a file with go-systemd's reader. That one gives up at the first
// line it does not know, at a comment inside a continued line and at 2048 bytes;
// systemd goes on, so these are taken away before.
func parseUnit(path string, data []byte) []option {
	text, lines := tidyUnit(data)
	// An error comes with what was read before it.
	parsed, _ := sdunit.DeserializeOptions(strings.NewReader(text))
	out := make([]option, 0, len(parsed))
	for i, o := range parsed {
		source := Source{File: path}
		if i < len(lines) {
			source.Line = lines[i]
		}
		value := strings.TrimSpace(strings.ReplaceAll(o.Value, "\\\n", " "))
		out = append(out, option{section: o.Section, name: o.Name, value: value, source: source})
	}
	return out
}

// longLine is where a line is continued by us.
const longLine = 1500

// tidyUnit drops the lines that systemd would only warn of. lines has the number
// of each option's first line.
func tidyUnit(data []byte) (text string, lines []int) {
	var out strings.Builder
	continued, section, n := false, false, 0
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
		n++
		line = strings.TrimLeft(strings.TrimRight(line, "\r\n"), " \t")
		switch {
		case line != "" && (line[0] == '#' || line[0] == ';'):
			continue
		case continued:
		case strings.HasPrefix(line, "["):
			if section = strings.HasSuffix(strings.TrimRight(line, " \t"), "]"); !section {
				continue
			}
		case !section || strings.Index(line, "=") < 1:
			continue
		default:
			lines = append(lines, n)
		}
		continued = strings.HasSuffix(line, `\`)
		for len(line) > longLine {
			cut := strings.LastIndexByte(line[:longLine], ' ')
			if cut <= 0 || line[cut-1] == '\\' {
				break
			}
			out.WriteString(line[:cut] + "\\\n")
			line = line[cut+1:]
		}
		out.WriteString(line + "\n")
	}
	return out.String(), lines
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

// firsts are files below directories; of two of one name only the first counts.
func (f *finder) firsts(dirs []string, pattern string) []string {
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
	out := f.firsts(all, "*.conf")
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
	return out
}
