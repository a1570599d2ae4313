package install

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// shell follows a script without running anything: assignments, export, ".", cd,
// conditions on files, and each command that it would start. A loop is followed
// once unless it reads lines, and what depends on a program's answer either way.
type shell struct {
	f        *finder
	p        process
	file     string
	shift    int     // lines before the script's first one
	at       *Source // of the line that a loop has read
	vars     environment
	exported map[string]bool
	all      bool // set -a
	args     []word
	funcs    map[string]*syntax.Stmt
	steps    *int
	room     *int
	depth    int
	over     bool    // exit or exec
	next     bool    // continue, break or return
	guess    bool    // the status is that of a program, which nobody knows
	in, out  *stream // nil for those of the process
	from     string  // the file that the last $(...) printed
}

// stream is what a command reads or prints, and the file that it comes from.
type stream struct {
	text, file string
	line       int // that was read last
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
	if file != nil {
		syntax.Walk(file, func(n syntax.Node) bool {
			if p, ok := n.(*syntax.ParamExp); ok {
				p.Repl = nil // its result has no bounds
			}
			return true
		})
	}
	return file, err
}

// shell runs the text of a script. shift is the line before its first one.
func (f *finder) shell(p process, file string, data []byte, args []word, shift int) {
	s := &shell{f: f, p: p, file: file, shift: max(shift, 0), vars: p.env.clone(), exported: map[string]bool{}, args: args,
		funcs: map[string]*syntax.Stmt{}, steps: new(int), room: new(int)}
	for key := range p.env {
		s.exported[key] = true
	}
	// The expander panics at operators that it does not know.
	defer func() { _ = recover() }()
	if parsed, _ := parseShell(data); parsed != nil {
		s.stmts(parsed.Stmts)
	}
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
	outside := s.in
	for _, r := range stmt.Redirs {
		if r.Op == syntax.RdrIn && r.Word != nil {
			s.in = s.contents(s.text(r.Word))
		}
	}
	ok := s.command(stmt.Cmd)
	s.in = outside
	return ok != stmt.Negated
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
		return s.subshell(s.in, s.out).stmts(cmd.Stmts)
	case *syntax.BinaryCmd:
		return s.binary(cmd)
	case *syntax.IfClause:
		return s.ifClause(cmd)
	case *syntax.WhileClause:
		s.while(cmd)
	case *syntax.ForClause:
		iter, ok := cmd.Loop.(*syntax.WordIter)
		if !ok || len(iter.Items) == 0 {
			return s.body(cmd.Do)
		}
		items := s.fields(iter.Items...)
		for _, text := range items[:min(20, len(items))] {
			s.assign(iter.Name.Value, text, int(cmd.Pos().Line()))
			s.body(cmd.Do)
		}
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

// subshell is a copy whose variables are its own.
func (s *shell) subshell(in, out *stream) *shell {
	inner := *s
	inner.vars, inner.in, inner.out = s.vars.clone(), in, out
	return &inner
}

// binary is a pipe, && or ||.
func (s *shell) binary(cmd *syntax.BinaryCmd) bool {
	if cmd.Op == syntax.Pipe || cmd.Op == syntax.PipeAll {
		pipe := &stream{}
		s.subshell(s.in, pipe).stmt(cmd.X)
		last := s.subshell(pipe, s.out)
		ok := last.stmt(cmd.Y)
		s.guess = last.guess
		return ok
	}
	s.guess = false
	ok := s.stmt(cmd.X)
	if s.guess && cmd.Op == syntax.OrStmt {
		s.perhaps([]*syntax.Stmt{cmd.Y})
		return true
	}
	if ok == (cmd.Op == syntax.OrStmt) {
		return ok
	}
	return s.stmt(cmd.Y)
}

// while goes on for as long as its condition reads lines.
func (s *shell) while(cmd *syntax.WhileClause) {
	defer func(outside *Source) { s.at = outside }(s.at)
	for {
		line := 0
		if s.in != nil {
			line = s.in.line
		}
		ok := s.stmts(cmd.Cond)
		reads := s.in != nil && s.in.line > line
		if reads && !ok || s.over {
			return
		}
		if s.body(cmd.Do); !reads {
			return
		}
	}
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

// testClause is [[ ]].
func (s *shell) testClause(x syntax.TestExpr) bool {
	switch x := x.(type) {
	case *syntax.Word:
		return s.test([]string{s.text(x)})
	case *syntax.ParenTest:
		return s.testClause(x.X)
	case *syntax.UnaryTest:
		if word, ok := x.X.(*syntax.Word); ok && x.Op != syntax.TsNot {
			return s.test([]string{x.Op.String(), s.text(word)})
		}
		return !s.testClause(x.X)
	case *syntax.BinaryTest:
		switch x.Op {
		case syntax.OrTest:
			return s.testClause(x.X) || s.testClause(x.Y)
		case syntax.AndTest:
			return s.testClause(x.X) && s.testClause(x.Y)
		}
		left, _ := x.X.(*syntax.Word)
		right, _ := x.Y.(*syntax.Word)
		return s.test([]string{s.text(left), x.Op.String(), s.text(right)})
	}
	return true
}

// test is test(1), as far as it asks for files and words.
func (s *shell) test(args []string) bool {
	if len(args) > 0 && args[0] == "!" {
		return !s.test(args[1:])
	}
	switch len(args) {
	case 1:
		return args[0] != ""
	case 2:
		switch args[0] {
		case "-n":
			return args[1] != ""
		case "-z":
			return args[1] == ""
		}
		asksForFile := slices.Contains([]string{"-f", "-e", "-r", "-s", "-d", "-x", "-w"}, args[0])
		return !asksForFile || s.f.exists(join(s.p.dir, args[1]))
	case 3:
		same := args[0] == args[2]
		return same && args[1] != "!=" || !same && args[1] != "=" && args[1] != "=="
	}
	return true
}
