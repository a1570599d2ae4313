package envwriter

import (
	"bytes"
	"slices"
	"strings"

	"smtp-wizard/internal/lazy"
)

const bom = "\ufeff"

// document is a parsed .env. It is lossless: bytes returns what was parsed. Methods
// that edit return a new document.
type document struct {
	statements []statement
	appended   bool // a key was already appended, so the next one joins its group
}

type kind int

const (
	blankLine kind = iota
	commentLine
	assignment
	invalid // anything else: a name alone, an open quote, text
)

// statement is one line, or several if a quote spans them.
type statement struct {
	kind    kind
	line    int    // where it begins, from 1; not updated by edits
	key     string // of an assignment
	prefix  string // "export KEY = " up to the value; the whole text of other kinds
	value   string // as encoded in the file
	comment string // from the value to the end of the line
	eol     string // "\n", "\r\n", or "" at the end of the file
}

// text is the statement without its line end.
func (s statement) text() string { return s.prefix + s.value + s.comment }
func (s statement) raw() string  { return s.text() + s.eol }

// assignmentStart finds export, key and separator at the start of a line.
var assignmentStart = lazy.Compile(`^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*[=:]`)

// parse never fails: what it does not understand becomes an invalid statement.
func parse(file []byte) *document {
	d := &document{}
	rest := string(file)
	for line := 1; rest != ""; {
		s := parseStatement(rest)
		s.line = line
		d.statements = append(d.statements, s)
		raw := s.raw()
		line += strings.Count(raw, "\n")
		rest = rest[len(raw):]
	}
	return d
}

func parseStatement(rest string) statement {
	offset := 0
	if strings.HasPrefix(rest, bom) {
		offset = len(bom)
	}
	line, _ := restOfLine(rest[offset:])
	m := assignmentStart.FindStringSubmatchIndex(line)
	if m == nil {
		return parseLine(rest)
	}
	start := offset + m[1]
	value := start + len(rest[start:]) - len(strings.TrimLeft(rest[start:], " \t"))
	end, ok := valueEnd(rest, value)
	if !ok {
		return parseLine(rest)
	}
	if end == value { // no value: blanks after the "=" belong to the comment
		value, end = start, start
	}
	s := statement{kind: assignment, key: line[m[2]:m[3]], prefix: rest[:value], value: rest[value:end]}
	s.comment, s.eol = restOfLine(rest[end:])
	return s
}

// parseLine parses a line that is not an assignment.
func parseLine(rest string) statement {
	text, eol := restOfLine(rest)
	s := statement{kind: invalid, prefix: text, eol: eol}
	switch trimmed := strings.TrimLeft(strings.TrimPrefix(text, bom), " \t\r"); {
	case trimmed == "":
		s.kind = blankLine
	case trimmed[0] == '#':
		s.kind = commentLine
	}
	return s
}

// restOfLine splits the rest of a line from its line end.
func restOfLine(rest string) (text, eol string) {
	text, _, found := strings.Cut(rest, "\n")
	switch {
	case !found:
		return rest, ""
	case strings.HasSuffix(text, "\r"):
		return text[:len(text)-1], "\r\n"
	}
	return text, "\n"
}

// valueEnd returns the end of the value that begins at start, including quotes. It
// reports false for a quote that is never closed.
func valueEnd(src string, start int) (end int, closed bool) {
	line, _ := restOfLine(src[start:])
	if line == "" || strings.IndexByte("'\"`", line[0]) < 0 {
		return start + bareEnd(line), true
	}
	stop := start + len(line)
	end = closingQuote(src, start, stop)
	if end < 0 {
		return start + bareEnd(line), line[0] == '`' // to most readers a backtick is just a character
	}
	for { // further quotes right after it, which systemd and shells join
		end++
		if end > stop {
			line, _ = restOfLine(src[end:])
			stop = end + len(line)
		}
		next := -1
		if end < stop && strings.IndexByte("'\"", src[end]) >= 0 {
			next = closingQuote(src, end, stop)
		}
		if next < 0 {
			return end + bareEnd(src[end:stop]), true // text right after the quote is part of the value
		}
		end = next
	}
}

// bareEnd returns the length of an unquoted value without trailing blanks.
func bareEnd(line string) int { return len(strings.TrimRight(line[:commentStart(line)], " \t")) }

// commentStart returns where a comment begins in a line, or the line's length.
func commentStart(line string) int {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return i
		}
	}
	return len(line)
}

// closingQuote returns where the quote opened at start closes, or -1; its line ends at
// stop. It prefers a quote on the same line, then one without a backslash before it:
// readers differ on both, but they verify the result.
func closingQuote(src string, start, stop int) int {
	quote, line := src[start], src[start:stop]
	end := unescaped(line, quote)
	if end < 0 && quote != '"' {
		end = 1 + strings.IndexByte(line[1:], quote)
	}
	if end <= 0 && quote != '`' {
		end = unescaped(src[start:], quote)
	}
	if end <= 0 {
		return -1
	}
	return start + end
}

// unescaped returns the index of the next unescaped quote after the first byte, or -1.
func unescaped(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case quote:
			return i
		}
	}
	return -1
}

func (d *document) bytes() []byte {
	var out bytes.Buffer
	for _, s := range d.statements {
		out.WriteString(s.raw())
	}
	return out.Bytes()
}

// last returns the index of the last assignment to key, or -1.
func (d *document) last(key string) int {
	for i, s := range slices.Backward(d.statements) {
		if s.kind == assignment && s.key == key {
			return i
		}
	}
	return -1
}

func (d *document) clone() *document {
	return &document{statements: slices.Clone(d.statements), appended: d.appended}
}

// set gives the last assignment to key, or an appended one, the encoded value raw, and
// drops its comment. plain also replaces everything before the value with "KEY=": not
// every reader understands export, a colon or blanks there.
func (d *document) set(key, raw string, plain bool) *document {
	i := d.last(key)
	if i < 0 {
		return d.add(key, raw)
	}
	out := d.clone()
	s := &out.statements[i]
	s.value, s.comment = raw, ""
	if plain && strings.HasPrefix(s.prefix, bom) {
		s.prefix = bom + key + "="
	} else if plain {
		s.prefix = key + "="
	}
	return out
}

// add appends a key. The first one is preceded by a blank line, and so is one after a
// backslash, which joins lines in systemd and shells.
func (d *document) add(key, raw string) *document {
	out := d.clone()
	eol := "\n"
	if len(d.statements) > 0 && d.statements[0].eol != "" {
		eol = d.statements[0].eol
	}
	if n := len(out.statements); n > 0 {
		last := &out.statements[n-1]
		if last.eol == "" {
			last.eol = eol
		}
		if last.kind != blankLine && (!out.appended || strings.HasSuffix(last.text(), `\`)) {
			out.statements = append(out.statements, statement{kind: blankLine, eol: eol})
		}
	}
	s := statement{kind: assignment, key: key, prefix: key + "=", value: raw, eol: eol}
	out.statements = append(out.statements, s)
	out.appended = true
	return out
}

// unset removes every assignment to key; commented-out ones are kept.
func (d *document) unset(key string) *document {
	out := d.clone()
	out.statements = slices.DeleteFunc(out.statements, func(s statement) bool {
		return s.kind == assignment && s.key == key
	})
	return out
}

// references returns the other keys whose value refers to key, directly or indirectly,
// each with its line. nested restricts it to references that begin inside another
// ${...}, whose condition may hold in another environment.
func (d *document) references(key string, nested bool) map[string]int {
	by := map[string][]statement{} // the statements that refer to a name
	inside := map[string]bool{}    // the keys that refer to key inside another ${...}
	line := 1
	for _, s := range d.statements {
		s.line = line
		line += strings.Count(s.raw(), "\n")
		if s.kind != assignment || strings.HasPrefix(s.value, "'") || !strings.ContainsAny(s.value, `$\`) {
			continue
		}
		for name, deep := range referredNames(s.value) {
			by[name] = append(by[name], s)
			inside[s.key] = inside[s.key] || deep && name == key
		}
	}
	found := map[string]int{}
	for next := []string{key}; len(next) > 0; next = next[1:] {
		for _, s := range by[next[0]] {
			if _, seen := found[s.key]; seen || s.key == key || nested && next[0] == key && !inside[s.key] {
				continue
			}
			found[s.key], next = s.line, append(next, s.key)
		}
	}
	return found
}

var (
	octal    = strings.NewReplacer(`\0044`, "$", `\0173`, "{", `\0175`, "}") // compose decodes them in double quotes
	referred = lazy.Compile(`\$(\{?)([A-Za-z_][A-Za-z0-9_]*)|\}`)
)

// referredNames are the names that a value refers to, as $NAME or ${NAME}, and whether
// it does so inside another ${...}.
func referredNames(value string) map[string]bool {
	names := map[string]bool{}
	value, depth := octal.Replace(value), 0
	for _, m := range referred.FindAllStringSubmatch(value, -1) {
		if m[2] == "" {
			depth = max(depth-1, 0)
			continue
		}
		names[m[2]] = names[m[2]] || depth > 0
		depth += len(m[1])
	}
	return names
}
