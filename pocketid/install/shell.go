package install

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// shell follows a script without running anything: assignments, export, ".", cd,
// conditions on files, and each command that it would start. A loop is followed
// once. What depends on anything else is taken as the script's author hopes: a
// command succeeds.
type shell struct {
	f        *finder
	p        process
	file     string
	shift    int // lines before the script's first one
	vars     environment
	exported map[string]bool
	all      bool // set -a
	args     []word
	funcs    map[string]*syntax.Stmt
	steps    *int
	room     *int
	depth    int
	over     bool // exit or exec
}

// maxSteps and maxRoom bound what a script may make us do.
const (
	maxSteps = 5000
	maxRoom  = 1 << 20
)

// carriage stands for a CR, which the parser drops and a shell keeps.
const carriage = "\ue00d"

func parseShell(data []byte) (*syntax.File, error) {
	text := strings.ReplaceAll(string(data), "\r", carriage)
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	return file, err
}

// shell runs the text of a script. shift is the line before its first one.
func (f *finder) shell(p process, file string, data []byte, args []word, shift int) {
	steps, room := 0, 0
	s := &shell{f: f, p: p, file: file, shift: max(shift, 0), vars: p.env.clone(), exported: map[string]bool{}, args: args,
		funcs: map[string]*syntax.Stmt{}, steps: &steps, room: &room}
	for key := range p.env {
		s.exported[key] = true
	}
	parsed, err := parseShell(data)
	if err != nil && parsed == nil {
		return
	}
	s.stmts(parsed.Stmts)
}

// exports are the variables that a command is started with.
func (s *shell) exports() environment {
	out := environment{}
	for key, all := range s.vars {
		if s.exported[key] {
			out[key] = append([]setting(nil), all...)
		}
	}
	return out
}

// assign sets a variable, within bounds.
func (s *shell) assign(key, value string, line int) {
	if *s.room += len(value); *s.room > maxRoom {
		s.over = true
		return
	}
	reader := ""
	if s.file != s.p.file {
		reader = "sh"
	}
	s.vars.set(key, setting{value: value, source: Source{File: s.file, Line: s.shift + line}, reader: reader})
	if s.all {
		s.exported[key] = true
	}
}

// lookup is a variable's value.
func (s *shell) lookup(name string) (string, bool) {
	switch name {
	case "PWD":
		return s.p.dir, true
	case "BASH_SOURCE":
		name = "0"
	case "HOME":
		if value, ok := s.vars.lookup(name); ok {
			return value, true
		}
		if s.p.unit != nil {
			return s.p.unit.scope.home, true
		}
		return s.f.Home, s.f.Home != ""
	}
	if len(name) == 1 && name[0] >= '0' && name[0] <= '9' {
		if n := int(name[0] - '0'); n < len(s.args) {
			return s.args[n].text, true
		}
		return "", false
	}
	return s.vars.lookup(name)
}

func (s *shell) stmts(list []*syntax.Stmt) (ok bool) {
	ok = true
	for _, stmt := range list {
		if s.over {
			break
		}
		ok = s.stmt(stmt)
	}
	return ok
}

func (s *shell) stmt(stmt *syntax.Stmt) bool {
	if *s.steps++; *s.steps > maxSteps || stmt.Cmd == nil {
		s.over = s.over || *s.steps > maxSteps
		return true
	}
	return s.command(stmt.Cmd) != stmt.Negated
}

func (s *shell) command(cmd syntax.Command) bool {
	switch cmd := cmd.(type) {
	case *syntax.CallExpr:
		return s.call(cmd)
	case *syntax.DeclClause:
		return s.declare(cmd)
	case *syntax.Block:
		return s.stmts(cmd.Stmts)
	case *syntax.Subshell:
		inner := *s
		inner.vars = s.vars.clone()
		return inner.stmts(cmd.Stmts)
	case *syntax.BinaryCmd:
		ok := s.stmt(cmd.X)
		if cmd.Op == syntax.AndStmt && !ok || cmd.Op == syntax.OrStmt && ok {
			return ok
		}
		return s.stmt(cmd.Y)
	case *syntax.IfClause:
		return s.ifClause(cmd)
	case *syntax.WhileClause:
		s.stmts(cmd.Cond)
		return s.stmts(cmd.Do)
	case *syntax.ForClause:
		if iter, ok := cmd.Loop.(*syntax.WordIter); ok && len(iter.Items) > 0 {
			for i, text := range s.fields(iter.Items) {
				if i < 20 {
					s.assign(iter.Name.Value, text, int(cmd.Pos().Line()))
					s.stmts(cmd.Do)
				}
			}
			return true
		}
		return s.stmts(cmd.Do)
	case *syntax.CaseClause:
		return s.caseClause(cmd)
	case *syntax.FuncDecl:
		if cmd.Name != nil {
			s.funcs[cmd.Name.Value] = cmd.Body
		}
	case *syntax.TestClause:
		return s.testClause(cmd.X)
	}
	return true
}

func (s *shell) ifClause(cmd *syntax.IfClause) bool {
	for ; cmd != nil; cmd = cmd.Else {
		if len(cmd.Cond) == 0 || s.stmts(cmd.Cond) {
			return s.stmts(cmd.Then)
		}
	}
	return true
}

// caseClause takes the branch that fits; of a script that is called without the
// word it asks for, the one for start.
func (s *shell) caseClause(cmd *syntax.CaseClause) bool {
	value := s.text(cmd.Word)
	if value == "" {
		value = "start"
	}
	for _, item := range cmd.Items {
		for _, pattern := range item.Patterns {
			p := s.text(pattern)
			if fits, err := path.Match(p, value); err == nil && fits || p == "*" {
				return s.stmts(item.Stmts)
			}
		}
	}
	return true
}

func (s *shell) testClause(x syntax.TestExpr) bool {
	switch x := x.(type) {
	case *syntax.UnaryTest:
		if word, ok := x.X.(*syntax.Word); ok {
			return s.test([]string{x.Op.String(), s.text(word)})
		}
		if x.Op == syntax.TsNot {
			return !s.testClause(x.X)
		}
	case *syntax.BinaryTest:
		left, isWord := x.X.(*syntax.Word)
		right, alsoWord := x.Y.(*syntax.Word)
		if isWord && alsoWord {
			return s.test([]string{s.text(left), x.Op.String(), s.text(right)})
		}
		if x.Op == syntax.OrTest {
			return s.testClause(x.X) || s.testClause(x.Y)
		}
		return s.testClause(x.X) && s.testClause(x.Y)
	case *syntax.ParenTest:
		return s.testClause(x.X)
	}
	return true
}

// test is test(1), as far as it asks for files and words.
func (s *shell) test(args []string) bool {
	switch {
	case len(args) > 0 && args[0] == "!":
		return !s.test(args[1:])
	case len(args) == 2:
		switch args[0] {
		case "-n":
			return args[1] != ""
		case "-z":
			return args[1] == ""
		case "-f", "-e", "-r", "-s", "-d", "-x", "-w":
			return s.f.exists(join(s.p.dir, args[1]))
		}
	case len(args) == 3 && (args[1] == "=" || args[1] == "=="):
		return args[0] == args[2]
	case len(args) == 3 && args[1] == "!=":
		return args[0] != args[2]
	case len(args) == 1:
		return args[0] != ""
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
