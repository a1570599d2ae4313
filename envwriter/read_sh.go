package envwriter

import (
	"errors"
	"strings"
)

// A shell reads the file with "set -a; . ./.env". What is modelled is the part
// of POSIX XCU 2.2 (quoting), 2.6 (expansions) and 2.9.1 (assignments) that a
// .env uses: assignments, export, quotes and $NAME. Anything a shell would run,
// or that dash, bash and busybox read differently, fails the file.
var shWays = []way{
	{note: "nothing set", read: func(f []byte) (map[string]string, error) { return readShell(f, unset) }},
	{note: "everything set", read: func(f []byte) (map[string]string, error) { return readShell(f, inherited) }},
}

var (
	errShellRuns  = errors.New("a shell would run part of this line")
	errShellQuote = errors.New("a quote is not closed")
)

type shellParser struct {
	src     string
	pos     int
	vars    map[string]string
	inherit func(string) (string, bool)
	room    int  // bytes that references may still put in
	export  bool // inside the arguments of export, which some shells split and glob
}

func readShell(file []byte, inherit func(string) (string, bool)) (map[string]string, error) {
	if strings.IndexByte(string(file), 0) >= 0 {
		return nil, errors.New("NUL byte")
	}
	p := &shellParser{src: string(file), vars: map[string]string{}, inherit: inherit, room: maxExpanded}
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
		p.blanks()
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

func (p *shellParser) blanks() {
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
	start := p.pos
	for p.pos < len(p.src) && nameByte(p.src[p.pos], p.pos == start) {
		p.pos++
	}
	return p.src[start:p.pos]
}

// word reads the value of an assignment up to an unquoted blank or line end.
func (p *shellParser) word() (string, error) {
	var out strings.Builder
	tilde := true // a ~ here would become a home directory
	for {
		c := p.peek()
		if p.pos >= len(p.src) || strings.IndexByte(" \t\n", c) >= 0 {
			return out.String(), nil
		}
		if strings.IndexByte("|&;<>()`", c) >= 0 || c == '~' && tilde || p.export && strings.IndexByte("*?[{", c) >= 0 {
			return "", errShellRuns
		}
		tilde = c == ':'
		p.pos++
		if err := p.piece(c, &out); err != nil {
			return "", err
		}
	}
}

func (p *shellParser) piece(c byte, out *strings.Builder) error {
	switch c {
	case '\'':
		end := strings.IndexByte(p.src[p.pos:], '\'')
		if end < 0 {
			return errShellQuote
		}
		out.WriteString(p.src[p.pos : p.pos+end])
		p.pos += end + 1
	case '"':
		return p.double(out)
	case '$':
		return p.expand(out, false)
	case '\\':
		if p.pos >= len(p.src) {
			out.WriteByte(c)
			return nil
		}
		if p.peek() != '\n' {
			out.WriteByte(p.peek())
		}
		p.pos++
	default:
		out.WriteByte(c)
	}
	return nil
}

func (p *shellParser) double(out *strings.Builder) error {
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		p.pos++
		switch c {
		case '"':
			return nil
		case '`':
			return errShellRuns
		case '$':
			if err := p.expand(out, true); err != nil {
				return err
			}
		case '\\':
			if p.pos >= len(p.src) {
				return errShellQuote
			}
			next := p.src[p.pos]
			p.pos++
			if next == '\n' {
				continue
			}
			if strings.IndexByte("$`\"\\", next) < 0 {
				out.WriteByte(c)
			}
			out.WriteByte(next)
		default:
			out.WriteByte(c)
		}
	}
	return errShellQuote
}

// expand handles what follows a $: a name, a name in braces, or nothing that
// means anything, in which case the $ stands for itself.
func (p *shellParser) expand(out *strings.Builder, quoted bool) error {
	rest := p.src[p.pos:]
	if rest != "" && strings.IndexByte("(?#@*!-$[0123456789", rest[0]) >= 0 || !quoted && rest != "" && strings.IndexByte("'\"", rest[0]) >= 0 {
		return errShellRuns
	}
	var name string
	if strings.HasPrefix(rest, "{") {
		p.pos++
		if name = p.name(); name == "" || p.peek() != '}' {
			return errShellRuns
		}
		p.pos++
	} else if name = p.name(); name == "" {
		out.WriteByte('$')
		return nil
	}
	value, found := p.vars[name]
	if !found {
		value, _ = p.inherit(name)
	}
	if p.export && !quoted && strings.ContainsAny(value, " \t\n*?[") {
		return errShellRuns
	}
	if p.room -= len(value); p.room < 0 {
		return ErrExpansion
	}
	out.WriteString(value)
	return nil
}
