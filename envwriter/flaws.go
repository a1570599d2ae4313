package envwriter

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// A flaw is something in a file that some readers stumble over, with what each
// of them makes of it, and how to cure it.
type flaw struct {
	kind   string
	found  func(f *File, i int) bool
	hits   map[string]string // by the reader's name
	fatal  bool              // it can keep a reader from reading the file at all
	once   bool              // one report is enough
	curing string
	cure   func(s statement) string // its new prefix
}

const (
	loadsNothing = "Pocket ID ignores the whole file because of this line"
	runsIt       = "a shell would run this line as a command"
	refusesFile  = "the file is refused because of this line"
	keepsQuotes  = "the quotes become part of the value"
	keepsNote    = "the note behind the value becomes part of it"
)

var (
	nameAlone = regexp.MustCompile(`^[ \t]*(?:export[ \t]+)?[A-Za-z_][A-Za-z0-9_.]*[ \t]*$`)
	oddName   = regexp.MustCompile(`^[ \t]*(?:export[ \t]+)?[^\s=:#'"]+[ \t]*[=:]`)
)

var flaws = []flaw{
	{
		kind:  "bom",
		found: func(f *File, i int) bool { return i == 0 && strings.HasPrefix(f.statements[0].prefix, bom) },
		hits: map[string]string{
			"pocket-id": "an invisible byte order mark stands before this line, and Pocket ID ignores the whole file because of it",
			"systemd":   "an invisible byte order mark stands before this line, and the line is ignored",
			"sh":        "an invisible byte order mark stands before this line, and a shell would run it as a command",
			"podman":    "an invisible byte order mark becomes part of the first name",
			"node":      "an invisible byte order mark becomes part of the first name",
		},
		fatal: true, curing: "remove the byte order mark",
		cure: func(s statement) string { return strings.TrimPrefix(s.prefix, bom) },
	},
	{
		kind:  "name alone",
		found: func(f *File, i int) bool { return f.junk(i, nameAlone.MatchString) },
		hits:  map[string]string{"pocket-id": "a name without a value: " + loadsNothing, "sh": "a name without a value: " + runsIt},
		fatal: true, curing: "make it a comment", cure: commentOut,
	},
	{
		kind:  "odd name",
		found: func(f *File, i int) bool { return f.junk(i, isOddName) },
		hits: map[string]string{
			"pocket-id": "a character in the name that no name may hold: " + loadsNothing,
			"sh":        "a character in the name that no name may hold: " + runsIt,
			"systemd":   "a character in the name that no name may hold: the line is ignored",
		},
		fatal: true, curing: "make it a comment", cure: commentOut,
	},
	{
		kind:  "open quote",
		found: func(f *File, i int) bool { return f.junk(i, assignmentStart.MatchString) },
		hits: map[string]string{
			"pocket-id": "a quote that is never closed: " + loadsNothing,
			"compose":   "a quote that is never closed: " + refusesFile,
			"sh":        "a quote that is never closed: a shell stops here",
			"systemd":   "a quote that is never closed: all that follows becomes part of the value",
		},
		fatal: true,
	},
	{
		kind:  "text",
		found: func(f *File, i int) bool { return f.junk(i, isText) },
		hits:  map[string]string{"pocket-id": "neither a comment nor NAME=value: " + loadsNothing, "compose": "neither a comment nor NAME=value: " + refusesFile, "sh": runsIt, "docker": refusesFile},
		fatal: true, curing: "make it a comment", cure: commentOut,
	},
	{
		kind:  "export",
		found: func(f *File, i int) bool { return f.assigns(i) && exported.MatchString(f.statements[i].prefix) },
		hits: map[string]string{
			"docker":  `"export": ` + refusesFile,
			"podman":  `"export" becomes part of the name`,
			"systemd": `"export": the line is ignored`,
		},
		fatal: true, curing: `remove "export"`,
		cure: func(s statement) string { return exported.ReplaceAllString(s.prefix, "") },
	},
	{
		kind:  "colon",
		found: func(f *File, i int) bool { return f.assigns(i) && !strings.Contains(f.statements[i].prefix, "=") },
		hits: map[string]string{
			"systemd": "a colon instead of an equals sign: the line is ignored",
			"sh":      "a colon instead of an equals sign: " + runsIt,
			"docker":  "a colon instead of an equals sign: " + refusesFile,
			"podman":  "a colon instead of an equals sign: the line is ignored",
			"node":    "a colon instead of an equals sign: node --env-file does not know it",
		},
		fatal: true, curing: "write NAME=value", cure: plainPrefix,
	},
	{
		kind:  "blanks",
		found: func(f *File, i int) bool { return f.assigns(i) && aroundEquals.MatchString(f.statements[i].prefix) },
		hits: map[string]string{
			"sh":     "blanks around the equals sign: " + runsIt,
			"docker": "blanks around the equals sign: the file is refused, or they become part of the value",
			"podman": "blanks around the equals sign become part of name and value",
		},
		fatal: true, curing: "remove the blanks", cure: plainPrefix,
	},
	{
		kind:  "note",
		found: func(f *File, i int) bool { return f.assigns(i) && strings.Contains(f.statements[i].note, "#") },
		hits:  map[string]string{"systemd": keepsNote, "docker": keepsNote, "podman": keepsNote},
	},
	{
		kind: "quotes",
		found: func(f *File, i int) bool {
			return f.assigns(i) && strings.ContainsAny(firstByte(f.statements[i].value), `'"`) && !f.multiline(i)
		},
		hits: map[string]string{"docker": keepsQuotes, "podman": keepsQuotes},
	},
	{
		kind:  "lines",
		found: func(f *File, i int) bool { return f.multiline(i) },
		hits: map[string]string{
			"docker": "a value of several lines: it reads each line by itself",
			"podman": "a value of several lines: it reads each line by itself",
		},
		fatal: true,
	},
	{
		kind: "comment joins",
		found: func(f *File, i int) bool {
			s := f.statements[i]
			return s.kind == comment && strings.HasSuffix(s.prefix, `\`)
		},
		hits:   map[string]string{"systemd": "a comment that ends in a backslash: up to systemd 253 the next line is ignored"},
		curing: "put a blank behind the backslash",
		cure:   func(s statement) string { return s.prefix + " " },
	},
	{
		kind: "line joins",
		found: func(f *File, i int) bool {
			s := f.statements[i]
			return s.kind == assignment && strings.HasSuffix(s.value, `\`)
		},
		hits: map[string]string{
			"systemd": "a backslash at the end joins this line and the next",
			"sh":      "a backslash at the end joins this line and the next",
		},
	},
	{
		kind:  "crlf",
		found: func(f *File, i int) bool { return f.statements[i].eol == "\r\n" },
		hits:  map[string]string{"sh": "Windows line ends: a shell keeps the carriage return in every value"},
		once:  true,
	},
	{
		kind:  "utf8",
		found: func(f *File, i int) bool { return !utf8.ValidString(f.statements[i].raw()) },
		hits:  map[string]string{"systemd": "not UTF-8: " + refusesFile, "docker": "not UTF-8: " + refusesFile},
		fatal: true,
	},
	{
		kind:  "long line",
		found: func(f *File, i int) bool { return len(f.statements[i].raw()) > 64<<10 },
		hits:  map[string]string{"docker": "a line of more than 64 KiB: " + refusesFile, "podman": "a line of more than 64 KiB: " + refusesFile},
		fatal: true,
	},
}

var (
	exported     = regexp.MustCompile(`^[ \t]*export[ \t]+`)
	aroundEquals = regexp.MustCompile(`[ \t]=|=[ \t]`)
)

func (f *File) junk(i int, match func(string) bool) bool {
	return f.statements[i].kind == junk && match(strings.TrimPrefix(f.statements[i].prefix, bom))
}

func (f *File) assigns(i int) bool { return f.statements[i].kind == assignment }

func (f *File) multiline(i int) bool {
	return f.assigns(i) && strings.Contains(f.statements[i].value, "\n")
}

// isOddName reports an assignment to something that is no name.
func isOddName(line string) bool {
	return oddName.MatchString(line) && !assignmentStart.MatchString(line)
}

// isText reports a line that is nothing known.
func isText(line string) bool {
	return !nameAlone.MatchString(line) && !oddName.MatchString(line)
}

func firstByte(s string) string {
	if s == "" {
		return ""
	}
	return s[:1]
}

// plainPrefix writes "NAME=", and keeps an export.
func plainPrefix(s statement) string {
	return exported.FindString(strings.TrimPrefix(s.prefix, bom)) + s.key + "="
}

func commentOut(s statement) string { return "# " + strings.TrimLeft(s.prefix, " \t") }
