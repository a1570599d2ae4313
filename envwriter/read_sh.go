package envwriter

import (
	"errors"
	"strings"

	"smtp-wizard/internal/lazy"
)

const runsIt = "a shell would run this line as a command"

// A shell reads the file with "set -a; . ./.env". This models the part of POSIX XCU 2.2
// (quoting), 2.6 (expansions) and 2.9.1 (assignments) that a .env uses: assignments,
// export, quotes and $NAME. Anything that a shell would run, or that dash, bash and
// busybox read differently, is an error.
var shReader = Reader{
	Name:     "sh",
	Variants: bothEnvironments(readShell),
	stops:    "a shell would run part of this line, or stop at it",
	lint: map[string]string{
		"bom":        bomBefore + "a shell would run it as a command",
		"name alone": bareName + runsIt,
		"odd name":   oddCharacter + runsIt,
		"open quote": openQuote + "a shell stops here",
		"text":       runsIt,
		"colon":      colonSign + runsIt,
		"blanks":     "spaces around the equals sign: " + runsIt,
		"line joins": joinsNextLine,
		"crlf":       "Windows line ends: a shell keeps the carriage return in every value",
	},
}

var (
	errShellRuns  = errors.New("a shell would run part of this line")
	errShellQuote = errors.New("a quote is not closed")
)

type shellParser struct {
	src         string
	pos         int
	vars        map[string]string
	environment lookup
	room        int  // bytes that references may still add
	export      bool // inside the arguments of export, which some shells split and glob
}

func readShell(file []byte, environment lookup) (map[string]string, error) {
	if strings.IndexByte(string(file), 0) >= 0 {
		return nil, errors.New("NUL byte")
	}
	p := &shellParser{src: string(file), vars: map[string]string{}, environment: environment, room: maxExpanded}
	for p.pos < len(p.src) {
		if err := p.line(); err != nil {
			return nil, err
		}
	}
	return p.vars, nil
}

func (p *shellParser) peek() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return '\n'
}

// line reads one line of assignments, or export with its arguments.
func (p *shellParser) line() error {
	p.export = false
	for first := true; ; first = false {
		p.skipBlanks()
		switch p.peek() {
		case '\n':
			p.pos++
			return nil
		case '#':
			for p.peek() != '\n' {
				p.pos++
			}
			continue
		}
		name := p.name()
		switch {
		case first && name == "export" && (p.peek() == ' ' || p.peek() == '\t'):
			p.export = true
		case name != "" && p.peek() == '=':
			p.pos++
			value, err := p.word()
			if err != nil {
				return err
			}
			p.vars[name] = value
		case p.export && name != "" && strings.IndexByte(" \t\n", p.peek()) >= 0:
		default:
			return errShellRuns
		}
	}
}

func (p *shellParser) skipBlanks() {
	for {
		switch {
		case p.peek() == ' ' || p.peek() == '\t':
			p.pos++
		case strings.HasPrefix(p.src[p.pos:], "\\\n"):
			p.pos += 2
		default:
			return
		}
	}
}

func (p *shellParser) name() string {
	name := nameAtStart.FindString(p.src[p.pos:])
	p.pos += len(name)
	return name
}

// word reads the value of an assignment up to an unquoted blank or line end.
func (p *shellParser) word() (string, error) {
	var out strings.Builder
	quoted := false // in double quotes
	tilde := true   // a ~ here would become a home directory
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		switch {
		case !quoted && strings.IndexByte(" \t\n", c) >= 0:
			return out.String(), nil
		case c == '`' || !quoted && p.runs(c, tilde):
			return "", errShellRuns
		}
		p.pos++
		tilde = !quoted && c == ':'
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\'' && !quoted:
			text, _, closed := strings.Cut(p.src[p.pos:], "'")
			if !closed {
				return "", errShellQuote
			}
			out.WriteString(text)
			p.pos += len(text) + 1
		case c == '$':
			if err := p.expand(&out, quoted); err != nil {
				return "", err
			}
		case c == '\\' && p.pos < len(p.src):
			next := p.src[p.pos]
			p.pos++
			if quoted && strings.IndexByte("$`\"\\\n", next) < 0 {
				out.WriteByte(c)
			}
			if next != '\n' {
				out.WriteByte(next)
			}
		default:
			out.WriteByte(c)
		}
	}
	if quoted {
		return "", errShellQuote
	}
	return out.String(), nil
}

// runs reports whether an unquoted character is special to a shell.
func (p *shellParser) runs(c byte, tilde bool) bool {
	return strings.IndexByte("|&;<>()", c) >= 0 || c == '~' && tilde || p.export && strings.IndexByte("*?[{", c) >= 0
}

var shellReference = lazy.Compile(`^(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))`)

// expand expands what follows a $: a name, or a name in braces; any other $ is literal,
// unless a shell would run something.
func (p *shellParser) expand(out *strings.Builder, quoted bool) error {
	m := shellReference.FindStringSubmatch(p.src[p.pos:])
	if after := p.src[p.pos:]; strings.HasPrefix(after, "\\\n") || m != nil && strings.HasPrefix(after[len(m[0]):], "\\\n") {
		return errShellRuns // the name goes on in the next line
	}
	switch next := p.peek(); {
	case m != nil:
	case strings.IndexByte("{(?#@*!-$[0123456789", next) >= 0 || !quoted && strings.IndexByte("'\"", next) >= 0:
		return errShellRuns
	default:
		out.WriteByte('$')
		return nil
	}
	p.pos += len(m[0])
	name := m[1] + m[2]
	value, found := p.vars[name]
	if !found {
		value, _ = p.environment(name)
	}
	if p.export && !quoted && strings.ContainsAny(value, " \t\n*?[") {
		return errShellRuns
	}
	if p.room -= len(value); p.room < 0 {
		return errExpansion
	}
	out.WriteString(value)
	return nil
}

// nameAtStart finds a portable name of an environment variable.
var nameAtStart = lazy.Compile(`^[A-Za-z_][A-Za-z0-9_]*`)

func isName(s string) bool { return s != "" && nameAtStart.FindString(s) == s }
