package envwriter

import (
	"slices"
	"strings"
	"unicode/utf8"

	"smtp-wizard/internal/lazy"
)

// rule finds statements that some reader cannot read, or reads differently. Each
// Reader.lint has the consequence, under the name of the rule.
type rule struct {
	name   string
	found  func(s statement) bool // nil: by invalidAs
	fatal  bool                   // it can make a reader fail on the file
	once   bool                   // one report is enough
	advice string
	fix    func(s statement) string // its new prefix
}

// Texts shared by several readers.
const (
	refusesFile   = "the file is refused because of this line"
	bareName      = "a name without a value: "
	oddCharacter  = "a character that names must not contain: "
	openQuote     = "a quote that is never closed: "
	neither       = "neither a comment nor NAME=value: "
	colonSign     = "a colon instead of an equals sign: "
	keepsComment  = "the comment after the value becomes part of it"
	keepsQuotes   = "the quotes become part of the value"
	bomInName     = "an invisible byte order mark becomes part of the first name"
	bomBefore     = "an invisible byte order mark precedes this line, and "
	linesApart    = "a value that spans several lines: each line is read on its own"
	joinsNextLine = "a backslash at the end joins this line and the next"
	longLine      = "a line of more than 64 KiB: " + refusesFile
)

var (
	nameAlone    = lazy.Compile(`^[ \t]*(?:export[ \t]+)?[A-Za-z_][A-Za-z0-9_.]*[ \t]*$`)
	oddName      = lazy.Compile(`^[ \t]*(?:export[ \t]+)?[^\s=:#'"]+[ \t]*[=:]`)
	exported     = lazy.Compile(`^[ \t]*export[ \t]+`)
	aroundEquals = lazy.Compile(`[ \t]=|=[ \t]`)
)

var rules = []rule{
	{name: "bom", fatal: true, advice: "remove the byte order mark",
		found: func(s statement) bool { return s.line == 1 && strings.HasPrefix(s.prefix, bom) },
		fix:   func(s statement) string { return strings.TrimPrefix(s.prefix, bom) }},
	{name: "name alone", fatal: true, advice: "make it a comment", fix: commentOut},
	{name: "odd name", fatal: true, advice: "make it a comment", fix: commentOut},
	{name: "open quote", fatal: true},
	{name: "text", fatal: true, advice: "make it a comment", fix: commentOut},
	{name: "export", fatal: true, advice: `remove "export"`,
		found: func(s statement) bool { return s.kind == assignment && exported.MatchString(s.prefix) },
		fix:   func(s statement) string { return exported.ReplaceAllString(s.prefix, "") }},
	{name: "colon", fatal: true, advice: "write NAME=value", fix: plainPrefix,
		found: func(s statement) bool { return s.kind == assignment && !strings.Contains(s.prefix, "=") }},
	{name: "blanks", fatal: true, advice: "remove the spaces", fix: plainPrefix,
		found: func(s statement) bool { return s.kind == assignment && aroundEquals.MatchString(s.prefix) }},
	{name: "comment", found: func(s statement) bool { return strings.Contains(s.comment, "#") }},
	{name: "quotes", found: func(s statement) bool {
		return s.value != "" && strings.ContainsAny(s.value[:1], `'"`) && !strings.Contains(s.value, "\n")
	}},
	{name: "lines", fatal: true, found: func(s statement) bool { return strings.Contains(s.value, "\n") }},
	{name: "comment joins", advice: "put a space after the backslash",
		found: func(s statement) bool { return s.kind == commentLine && strings.HasSuffix(s.prefix, `\`) },
		fix:   func(s statement) string { return s.prefix + " " }},
	{name: "line joins", found: func(s statement) bool { return strings.HasSuffix(s.value, `\`) }},
	{name: "crlf", once: true, found: func(s statement) bool { return s.eol == "\r\n" }},
	{name: "utf8", fatal: true, found: func(s statement) bool { return !utf8.ValidString(s.raw()) }},
	{name: "long line", fatal: true, found: func(s statement) bool { return len(s.raw()) > 64<<10 }},
}

func (r rule) matches(s statement) bool {
	if r.found != nil {
		return r.found(s)
	}
	return s.kind == invalid && r.name == invalidAs(strings.TrimPrefix(s.prefix, bom))
}

// invalidAs is the name of the rule for an invalid line.
func invalidAs(line string) string {
	switch {
	case nameAlone.MatchString(line):
		return "name alone"
	case assignmentStart.MatchString(line):
		return "open quote"
	case oddName.MatchString(line):
		return "odd name"
	}
	return "text"
}

// plainPrefix writes "NAME=", and keeps an export.
func plainPrefix(s statement) string {
	return exported.FindString(strings.TrimPrefix(s.prefix, bom)) + s.key + "="
}

func commentOut(s statement) string { return "# " + strings.TrimLeft(s.prefix, " \t") }

// Problem is a line that a selected reader cannot read, or reads differently.
type Problem struct {
	Line   int // from 1
	Reader string
	What   string // is wrong, without any text of the file
	Fatal  bool   // this reader cannot read the file at all
	Fix    string // what Fix would do, or "" if nothing is safe
}

const mostProblems = 100 // more than anyone will read

// Lint reports problems of the selected readers, line by line. A fix is offered only if
// it is safe for every reader that can read the file now.
func Lint(file []byte, readers []Reader) []Problem {
	doc, check := parse(file), newCheck(file, readers, mostChecked)
	var out []Problem
	told := map[string]bool{}
	relevant := rulesFor(readers)
	for i, s := range doc.statements {
		for _, rule := range relevant {
			if rule.once && told[rule.name] || !rule.matches(s) {
				continue
			}
			told[rule.name] = true
			fix := ""
			if rule.fix != nil && check.safe(rule, rule.fixed(doc, i), s.key) {
				fix = rule.advice
			}
			for _, r := range readers {
				if what := r.lint[rule.name]; what != "" {
					out = append(out, Problem{s.line, r.Name, what, rule.fatal && slices.Contains(Names(check.failing), r.Name), fix})
				}
			}
			if len(out) >= mostProblems {
				return append(out, unexplained(file, check.failing, out)...)
			}
		}
	}
	return append(out, unexplained(file, check.failing, out)...)
}

// rulesFor lists the rules that matter to one of the readers.
func rulesFor(readers []Reader) []rule {
	var out []rule
	for _, rule := range rules {
		if slices.ContainsFunc(readers, func(r Reader) bool { return r.Misreads(rule.name) }) {
			out = append(out, rule)
		}
	}
	return out
}

// unexplained lists readers that fail for a reason without a rule.
func unexplained(file []byte, failing []Reader, known []Problem) []Problem {
	var out []Problem
	for _, r := range failing {
		if slices.ContainsFunc(known, func(p Problem) bool { return p.Reader == r.Name && p.Fatal }) {
			continue
		}
		failure, what := r.failure(file), "it cannot read the file from here on"
		switch {
		case failure.err != nil:
			what = failure.err.Error()
		case r.stops != "":
			what = r.stops
		}
		out = append(out, Problem{Line: failure.line, Reader: r.Name, What: what, Fatal: true})
	}
	return out
}
