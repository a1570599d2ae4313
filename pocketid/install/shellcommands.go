package install

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// readLoop is while read line; do export "$line"; done < .env
func (s *shell) readLoop(loop *syntax.WhileClause, redirs []*syntax.Redirect) bool {
	if len(loop.Cond) == 0 || len(redirs) == 0 || redirs[0].Op != syntax.RdrIn {
		return false
	}
	cond := loop.Cond[0].Cmd
	if either, ok := cond.(*syntax.BinaryCmd); ok { // read -r line || [ -n "$line" ]
		cond = either.X.Cmd
	}
	call, ok := cond.(*syntax.CallExpr)
	if !ok {
		return false
	}
	args := s.fields(call.Args)
	if len(args) == 0 || args[0] != "read" {
		return false
	}
	names := slices.DeleteFunc(args[1:], func(a string) bool { return strings.HasPrefix(a, "-") })
	file := join(s.p.dir, s.text(redirs[0].Word))
	n := 0
	for line := range strings.Lines(s.contents(file)) {
		n++
		value, rest := strings.TrimRight(line, "\n"), ""
		if len(names) > 1 {
			value, rest, _ = strings.Cut(value, "=")
		}
		inner := *s
		inner.file, inner.shift, inner.line = file, 0, n
		for i, name := range names {
			inner.assign(name, []string{value, rest}[min(i, 1)], n)
		}
		inner.stmts(loop.Do)
		s.p.dir = inner.p.dir
		if s.over = inner.over; s.over {
			break
		}
	}
	return true
}

// declare is export and its kin.
func (s *shell) declare(cmd *syntax.DeclClause) bool {
	export := cmd.Variant.Value == "export"
	for _, a := range cmd.Args {
		line := int(a.Pos().Line())
		switch {
		case a.Name == nil: // export "$line", export $(cat .env | xargs), -x
			texts, file := s.expanded(a.Value)
			for _, text := range texts {
				if text == "-x" {
					export = true
				}
				s.exportText(text, line, export, file)
			}
		case a.Naked:
			s.exported[a.Name.Value] = export || s.exported[a.Name.Value]
		default:
			value := ""
			if a.Value != nil {
				value = s.text(a.Value)
			}
			s.assign(a.Name.Value, value, line)
			s.exported[a.Name.Value] = export || s.exported[a.Name.Value]
		}
	}
	return true
}

// expanded are the fields of a word, and the file that they were printed from.
func (s *shell) expanded(w *syntax.Word) (texts []string, file string) {
	before := len(s.p.files)
	texts = s.fields([]*syntax.Word{w})
	if len(s.p.files) > before {
		file = s.p.files[len(s.p.files)-1].Path
	}
	return texts, file
}

// exportText is one word that export makes of an expansion.
func (s *shell) exportText(text string, line int, export bool, file string) {
	key, value, assigns := strings.Cut(text, "=")
	if !isVariable(key) {
		return
	}
	if assigns && file != "" {
		inner := *s
		inner.file, inner.shift, line = file, 0, s.f.keyLine(file, key)
		inner.assign(key, value, line)
	} else if assigns {
		s.assign(key, value, line)
	}
	s.exported[key] = export || s.exported[key]
}

// call is a simple command, or assignments alone.
func (s *shell) call(cmd *syntax.CallExpr) bool {
	before := s.vars
	if len(cmd.Args) > 0 {
		s.vars = s.vars.clone()
	}
	var own []string
	for _, a := range cmd.Assigns {
		value := ""
		if a.Value != nil {
			value = s.text(a.Value)
		}
		if a.Append && a.Name != nil {
			old, _ := s.lookup(a.Name.Value)
			value = old + value
		}
		if a.Name != nil {
			s.assign(a.Name.Value, value, int(a.Pos().Line()))
			own = append(own, a.Name.Value)
		}
	}
	if len(cmd.Args) == 0 {
		return true
	}
	var args []word
	for _, w := range cmd.Args {
		source := Source{File: s.file, Line: s.shift + int(w.Pos().Line())}
		if names := variablesIn(w); len(names) > 0 {
			set, _ := s.vars.get(names[0])
			source.Variable, source.VariableFile = names[0], set.source.File
		}
		texts, file := s.expanded(w)
		for _, text := range texts {
			if key, _, assigns := strings.Cut(text, "="); assigns && file != "" {
				source = Source{File: file, Line: s.f.keyLine(file, key)}
			}
			args = append(args, word{text: text, source: source})
		}
	}
	if len(args) == 0 {
		s.vars = before
		return true
	}
	with := *s
	with.exported = map[string]bool{}
	for key := range s.exported {
		with.exported[key] = true
	}
	for _, key := range own {
		with.exported[key] = true
	}
	with.p.env = with.exports()
	s.vars = before
	return s.invoke(args, with.p)
}

// invoke is a builtin, a function, or a program.
func (s *shell) invoke(args []word, p process) bool {
	if body, ok := s.funcs[args[0].text]; ok && s.depth < maxDepth {
		inner := *s
		inner.args, inner.depth = args, s.depth+1
		ok := inner.stmt(body)
		s.p, s.over, s.all = inner.p, inner.over, inner.all
		return ok
	}
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = a.text
	}
	switch texts[0] {
	case "cd":
		if len(texts) > 1 {
			s.p.dir = join(s.p.dir, texts[len(texts)-1])
		}
	case "set":
		s.set(texts[1:])
	case "shift":
		s.args = append(s.args[:min(1, len(s.args))], s.args[min(2, len(s.args)):]...)
	case ".", "source":
		return len(texts) < 2 || s.source(texts[1])
	case "unset":
		for _, key := range texts[1:] {
			delete(s.vars, key)
		}
	case "continue", "break":
		s.next = true
	case "exit", "return":
		s.over = true
	case "false":
		return false
	case "[":
		return s.test(texts[1:max(1, len(texts)-1)])
	case "test":
		return s.test(texts[1:])
	case "exec":
		s.over = len(texts) > 1
		fallthrough
	default:
		p.dir = s.p.dir
		s.guess = true
		s.f.run(p, args)
	}
	return true
}

func (s *shell) set(args []string) {
	for i, a := range args {
		switch {
		case a == "-o" || a == "+o":
			if i+1 < len(args) && args[i+1] == "allexport" {
				s.all = a == "-o"
			}
		case strings.HasPrefix(a, "-") && strings.Contains(a, "a"):
			s.all = true
		case strings.HasPrefix(a, "+") && strings.Contains(a, "a"):
			s.all = false
		}
	}
}

// source reads a file as ".": a shell that cannot read it ends.
func (s *shell) source(name string) bool {
	file := join(s.p.dir, name)
	data, err := s.f.Files.Read(file)
	if err != nil || s.depth >= maxDepth {
		return false
	}
	parsed, err := parseShell(data)
	if parsed == nil || err != nil && len(parsed.Stmts) == 0 {
		s.p.refused = err
		return false
	}
	inner := *s
	inner.file, inner.shift, inner.depth = file, 0, s.depth+1
	inner.stmts(parsed.Stmts)
	s.all, s.p.dir = inner.all, inner.p.dir
	s.took(file)
	return true
}

// took notes that the shell has read a file.
func (s *shell) took(file string) {
	s.p.sourced = true
	s.p.files = append(s.p.files[:len(s.p.files):len(s.p.files)], EnvFile{Path: file, Reader: "sh"})
}
