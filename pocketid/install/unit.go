package install

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	sdunit "github.com/coreos/go-systemd/v22/unit"
)

// option is one line of a unit or quadlet, continued lines joined.
type option struct {
	section, name, value string
	source               Source
}

// unitFile is a unit or quadlet with its drop-ins, in the order in which they count.
type unitFile struct {
	name    string // "pocket-id.service"
	path    string
	options []option
	user    *account // of a user's own manager; nil for the system's
	scope   account  // whose manager it is
	machine string   // its hostname
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
	text = strings.TrimPrefix(string(data), "\ufeff")
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		start := strings.TrimSpace(line)
		comment := start == "" || start[0] == '#' || start[0] == ';'
		switch {
		case comment && (continued && start != ""):
			continue
		case comment:
			if continued {
				out.WriteByte('\n')
			}
			continued = false
			continue
		case continued:
		case start[0] == '[':
			if section = strings.HasSuffix(start, "]"); !section {
				continue
			}
			line = start
		case !section || !strings.Contains(line, "=") || start[0] == '=':
			continue
		default:
			line = start
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
	value := o.value
	if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
		value = value[1 : len(value)-1]
	}
	return u.specifiers(value)
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

var escapes = map[byte]string{'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v", 's': " "}

// unescape decodes what follows a backslash; used is how many bytes that is.
func unescape(text string) (decoded string, used int) {
	if s, ok := escapes[text[0]]; ok {
		return s, 1
	}
	base, digits := 8, text[:min(3, len(text))]
	if text[0] == 'x' {
		base, digits = 16, text[1:min(3, len(text))]
	}
	if n, err := strconv.ParseUint(digits, base, 8); err == nil && n != 0 && (base == 16 && len(digits) == 2 || base == 8 && len(digits) == 3) {
		return string([]byte{byte(n)}), 3
	}
	switch text[0] {
	case '\\', '"', '\'', ' ':
		return text[:1], 1
	}
	return `\` + text[:1], 1
}

// specifiers puts in what systemd does for a %: those that can be told from here.
func (u unitFile) specifiers(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	values := u.specifierValues()
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' || i+1 == len(text) {
			out.WriteByte(text[i])
			continue
		}
		i++
		if value, ok := values[text[i]]; ok {
			out.WriteString(value)
			continue
		}
		out.WriteString(text[i-1 : i+1])
	}
	return out.String()
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
		'%': "%", 'n': full + ".service", 'N': full, 'p': prefix, 'P': unescapeName(prefix),
		'i': u.instance, 'I': unescapeName(u.instance), 'j': last, 'J': unescapeName(last),
		'H': u.machine, 'q': u.machine, 'l': short, 'T': "/tmp", 'V': "/var/tmp",
		'h': u.scope.home, 'u': u.scope.name, 'U': strconv.Itoa(u.scope.uid),
		't': "/run", 'S': "/var/lib", 'C': "/var/cache", 'L': "/var/log", 'E': "/etc",
		'd': credentialDir(full), 'f': "/" + unescapeName(u.instance), 'y': u.path, 'Y': filepath.Dir(u.path),
	}
	if u.user != nil {
		home := u.scope.home
		values['t'] = "/run/user/" + values['U']
		values['S'], values['C'], values['E'] = home+"/.local/state", home+"/.cache", home+"/.config"
		values['L'] = home + "/.local/state/log"
	}
	return values
}

// credentialDir is where systemd puts the credentials of a unit.
func credentialDir(title string) string { return "/run/credentials/" + title + ".service" }

// unescapeName undoes systemd-escape(1).
func unescapeName(name string) string {
	var out strings.Builder
	for i := 0; i < len(name); i++ {
		switch {
		case name[i] == '-':
			out.WriteByte('/')
		case strings.HasPrefix(name[i:], `\x`) && i+4 <= len(name):
			decoded, used := unescape(name[i+1:])
			out.WriteString(decoded)
			i += used
		default:
			out.WriteByte(name[i])
		}
	}
	return out.String()
}

// readUnit reads a unit or quadlet with its drop-ins. dirs are where drop-ins may
// be, the most important first; of two of one name only that one counts.
func (f *finder) readUnit(u unitFile, dirs []string) (unitFile, bool) {
	data, err := f.Files.Read(u.path)
	if err != nil {
		return u, false
	}
	u.machine = f.Hostname
	u.options = parseUnit(u.path, data)
	for _, path := range f.dropIns(u.name, dirs) {
		if more, err := f.Files.Read(path); err == nil {
			for _, o := range parseUnit(path, more) {
				o.source.Unit = u.path
				u.options = append(u.options, o)
			}
		}
	}
	return u, true
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
	byName := map[string]string{}
	for _, folder := range folders {
		for _, dir := range dirs {
			for _, path := range f.glob(filepath.Join(dir, folder, "*.conf")) {
				if _, seen := byName[filepath.Base(path)]; !seen {
					byName[filepath.Base(path)] = path
				}
			}
		}
	}
	var out []string
	for _, path := range byName {
		out = append(out, path)
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
	return out
}
