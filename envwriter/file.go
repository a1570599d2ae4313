package envwriter

import (
	"bytes"
	"regexp"
	"strings"
)

const bom = "\ufeff"

// A File is a .env cut into statements. It keeps every byte: Bytes returns what
// Parse was given. Methods that edit return a new File.
type File struct {
	statements []statement
	appended   bool // a key was appended already, so the next one joins its group
}

type kind int

const (
	blank   kind = iota
	comment      // a whole line
	assignment
	junk // anything else: a name alone, an open quote, text
)

// A statement is one line, or several when a quote spans them.
type statement struct {
	kind   kind
	line   int    // where it begins, from 1
	key    string // of an assignment
	prefix string // "export KEY = " up to the value; the whole text of other kinds
	value  string // as encoded in the file
	note   string // from the value to the end of the line
	eol    string // "\n", "\r\n", or "" at the end of the file
}

func (s statement) raw() string { return s.prefix + s.value + s.note + s.eol }

// assignmentStart finds export, key and separator at the start of a line.
var assignmentStart = regexp.MustCompile(`^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*[=:]`)

// Parse cuts a .env into statements. It never fails: what it does not
// understand is kept as it is.
func Parse(file []byte) *File {
	f := &File{}
	rest := string(file)
	for line := 1; rest != ""; {
		s := parseStatement(rest)
		s.line = line
		f.statements = append(f.statements, s)
		raw := s.raw()
		line += strings.Count(raw, "\n")
		rest = rest[len(raw):]
	}
	return f
}

func parseStatement(rest string) statement {
	offset := 0
	if strings.HasPrefix(rest, bom) {
		offset = len(bom)
	}
	line, _ := restOfLine(rest[offset:])
	m := assignmentStart.FindStringSubmatchIndex(line)
	if m == nil {
		return plainLine(rest)
	}
	key := rest[offset+m[2] : offset+m[3]]
	start := offset + m[1]
	value := start
	for value < len(rest) && (rest[value] == ' ' || rest[value] == '\t') {
		value++
	}
	end, ok := valueEnd(rest, value)
	if !ok {
		return plainLine(rest)
	}
	if end == value { // no value: blanks after the "=" belong to what follows it
		value, end = start, start
	}
	note, eol := restOfLine(rest[end:])
	return statement{kind: assignment, key: key, prefix: rest[:value], value: rest[value:end], note: note, eol: eol}
}

func plainLine(rest string) statement {
	text, eol := restOfLine(rest)
	s := statement{kind: junk, prefix: text, eol: eol}
	switch trimmed := strings.TrimLeft(strings.TrimPrefix(text, bom), " \t\r"); {
	case trimmed == "":
		s.kind = blank
	case trimmed[0] == '#':
		s.kind = comment
	}
	return s
}

// restOfLine splits what is left of a line from its line end.
func restOfLine(rest string) (text, eol string) {
	text, _, found := strings.Cut(rest, "\n")
	if !found {
		return rest, ""
	}
	if strings.HasSuffix(text, "\r") {
		return text[:len(text)-1], "\r\n"
	}
	return text, "\n"
}

// valueEnd returns where the value that begins at start ends, its quotes
// included. It reports false for a quote that is never closed.
func valueEnd(src string, start int) (int, bool) {
	line, _ := restOfLine(src[start:])
	if line == "" || strings.IndexByte("'\"`", line[0]) < 0 {
		return start + bareEnd(line), true
	}
	end := closingQuote(src, start)
	if end < 0 {
		return start + bareEnd(line), line[0] == '`' // to most readers a backtick is just a character
	}
	end++
	for { // more quotes right behind it, as systemd and shells join them
		tail, _ := restOfLine(src[end:])
		if tail == "" || strings.IndexByte("'\"", tail[0]) < 0 {
			return end + bareEnd(tail), true // and text behind the quote is part of the value
		}
		next := closingQuote(src, end)
		if next < 0 {
			return end + bareEnd(tail), true
		}
		end = next + 1
	}
}

// bareEnd returns the length of an unquoted value: up to a note, without blanks at the end.
func bareEnd(line string) int {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			line = line[:i]
			break
		}
	}
	return len(strings.TrimRight(line, " \t"))
}

// closingQuote returns where the quote opened at start closes, or -1. A close on
// the same line is preferred, then one that no backslash stands before: readers
// differ on both, and it is they who judge the result.
func closingQuote(src string, start int) int {
	quote := src[start]
	line, _ := restOfLine(src[start:])
	if end := unescaped(line, quote); end > 0 {
		return start + end
	}
	if end := strings.IndexByte(line[1:], quote); end >= 0 && quote != '"' {
		return start + 1 + end
	}
	if quote == '`' {
		return -1
	}
	if end := unescaped(src[start:], quote); end > 0 {
		return start + end
	}
	return -1
}

// unescaped returns the index of the next quote after the first byte that is not escaped, or -1.
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

// Bytes returns the file.
func (f *File) Bytes() []byte {
	var out bytes.Buffer
	for _, s := range f.statements {
		out.WriteString(s.raw())
	}
	return out.Bytes()
}

// Get returns the last active value of key as it is encoded in the file.
func (f *File) Get(key string) (raw string, found bool) {
	if i := f.last(key); i >= 0 {
		return f.statements[i].value, true
	}
	return "", false
}

func (f *File) last(key string) int {
	for i := len(f.statements) - 1; i >= 0; i-- {
		if f.statements[i].kind == assignment && f.statements[i].key == key {
			return i
		}
	}
	return -1
}
