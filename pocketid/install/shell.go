package install

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// shell follows a script without running anything: assignments, export, ".", cd,
// conditions on files, and each command that it would start. A loop is followed
// once, and what depends on a program's answer is followed either way.
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
	next     bool // continue
	guess    bool // the status is that of a program, which nobody knows
	line     int  // of the file that a loop reads; 0 outside one
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
	if s.line > 0 {
		line = s.line
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
		if s.over || s.next {
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
	if loop, ok := stmt.Cmd.(*syntax.WhileClause); ok && s.readLoop(loop, stmt.Redirs) {
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
		s.guess = false
		ok := s.stmt(cmd.X)
		if s.guess && cmd.Op == syntax.OrStmt {
			s.perhaps([]*syntax.Stmt{cmd.Y})
			return true
		}
		if cmd.Op == syntax.AndStmt && !ok || cmd.Op == syntax.OrStmt && ok {
			return ok
		}
		return s.stmt(cmd.Y)
	case *syntax.IfClause:
		return s.ifClause(cmd)
	case *syntax.WhileClause:
		s.stmts(cmd.Cond)
		return s.body(cmd.Do)
	case *syntax.ForClause:
		if iter, ok := cmd.Loop.(*syntax.WordIter); ok && len(iter.Items) > 0 {
			for i, text := range s.fields(iter.Items) {
				if i < 20 {
					s.assign(iter.Name.Value, text, int(cmd.Pos().Line()))
					s.body(cmd.Do)
				}
			}
			return true
		}
		return s.body(cmd.Do)
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

// body is one round of a loop.
func (s *shell) body(list []*syntax.Stmt) bool {
	ok := s.stmts(list)
	s.next = false
	return ok
}

func (s *shell) ifClause(cmd *syntax.IfClause) bool {
	for ; cmd != nil; cmd = cmd.Else {
		s.guess = false
		ok := len(cmd.Cond) == 0 || s.stmts(cmd.Cond)
		if s.guess {
			s.perhaps(cmd.Then)
			continue
		}
		if ok {
			return s.stmts(cmd.Then)
		}
	}
	return true
}

// perhaps follows commands that depend on what a program says; they may end the
// script, so they do not.
func (s *shell) perhaps(list []*syntax.Stmt) {
	s.stmts(list)
	s.over = *s.steps > maxSteps || *s.room > maxRoom
	s.guess = false
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
