package install

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// piece is a part of a word: what is quoted is not split.
type piece struct {
	text   string
	quoted bool
}

// text is a word without splitting, as in an assignment.
func (s *shell) text(w *syntax.Word) string {
	var out strings.Builder
	for _, p := range s.pieces(w.Parts, false) {
		out.WriteString(p.text)
	}
	return strings.ReplaceAll(out.String(), carriage, "\r")
}

// fields splits words at blanks that an expansion brought in.
func (s *shell) fields(words []*syntax.Word) []string {
	var out []string
	for _, w := range words {
		var current strings.Builder
		inWord := false
		for _, p := range s.pieces(w.Parts, false) {
			if p.quoted {
				current.WriteString(p.text)
				inWord = true
				continue
			}
			for _, r := range p.text {
				if r == ' ' || r == '\t' || r == '\n' {
					if inWord {
						out = append(out, current.String())
						current.Reset()
					}
					inWord = false
					continue
				}
				current.WriteRune(r)
				inWord = true
			}
		}
		if inWord {
			out = append(out, current.String())
		}
	}
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], carriage, "\r")
	}
	return out
}

func (s *shell) pieces(parts []syntax.WordPart, quoted bool) []piece {
	var out []piece
	for i, part := range parts {
		switch part := part.(type) {
		case *syntax.Lit:
			text := unescapeShell(part.Value, quoted)
			if i == 0 && !quoted && (text == "~" || strings.HasPrefix(text, "~/")) {
				home, _ := s.lookup("HOME")
				text = home + text[1:]
			}
			out = append(out, piece{text, true})
		case *syntax.SglQuoted:
			text := part.Value
			if part.Dollar {
				text = strings.Join(splitWords(`"`+strings.ReplaceAll(text, `"`, `\"`)+`"`), "")
			}
			out = append(out, piece{text, true})
		case *syntax.DblQuoted:
			out = append(out, piece{"", true})
			for _, p := range s.pieces(part.Parts, true) {
				out = append(out, piece{p.text, true})
			}
		case *syntax.ParamExp:
			out = append(out, piece{s.param(part), quoted})
		case *syntax.CmdSubst:
			out = append(out, piece{strings.TrimRight(s.output(part.Stmts), "\n"), quoted})
		}
	}
	return out
}

// unescapeShell takes the backslashes of a literal away.
func unescapeShell(text string, quoted bool) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) || quoted && !strings.ContainsRune("$`\"\\\n", rune(text[i+1])) {
			out.WriteByte(text[i])
			continue
		}
		if i++; text[i] != '\n' {
			out.WriteByte(text[i])
		}
	}
	return out.String()
}

// param is ${name}, with the operators that start scripts use.
func (s *shell) param(p *syntax.ParamExp) string {
	if p.Param == nil {
		return ""
	}
	value, set := s.lookup(p.Param.Value)
	if p.Param.Value == "@" || p.Param.Value == "*" {
		var rest []string
		for _, a := range s.args[min(1, len(s.args)):] {
			rest = append(rest, a.text)
		}
		value = strings.Join(rest, " ")
	}
	if p.Exp == nil {
		return value
	}
	word := ""
	if p.Exp.Word != nil {
		word = s.text(p.Exp.Word)
	}
	switch p.Exp.Op {
	case syntax.DefaultUnset, syntax.AssignUnset:
		if !set {
			return word
		}
	case syntax.DefaultUnsetOrNull, syntax.AssignUnsetOrNull:
		if value == "" {
			return word
		}
	case syntax.AlternateUnset:
		if set {
			return word
		}
	case syntax.AlternateUnsetOrNull:
		if value != "" {
			return word
		}
		return ""
	case syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		if word == "/*" {
			if i := strings.LastIndexByte(value, '/'); i >= 0 {
				return value[:i]
			}
			return value
		}
		return strings.TrimSuffix(value, word)
	case syntax.RemSmallPrefix, syntax.RemLargePrefix:
		if word == "*/" {
			return path.Base(value)
		}
		return strings.TrimPrefix(value, word)
	}
	return value
}

// variablesIn are the names that a word takes values from.
func variablesIn(w *syntax.Word) []string {
	var names []string
	syntax.Walk(w, func(n syntax.Node) bool {
		if p, ok := n.(*syntax.ParamExp); ok && p.Param != nil {
			names = append(names, p.Param.Value)
		}
		return true
	})
	return names
}

// output is what the commands of $(...) print, for the few that start scripts use
// to find themselves and to read a file.
func (s *shell) output(stmts []*syntax.Stmt) string {
	inner := *s
	out := ""
	for _, stmt := range stmts {
		out = inner.print(stmt, "")
	}
	// A file that went through is read by this shell.
	s.p.files, s.p.sourced = inner.p.files, inner.p.sourced
	return out
}

func (s *shell) print(stmt *syntax.Stmt, input string) string {
	if *s.steps++; *s.steps > maxSteps || stmt.Cmd == nil {
		return ""
	}
	for _, r := range stmt.Redirs {
		if r.Op == syntax.RdrIn && r.Word != nil {
			input = s.contents(s.text(r.Word))
		}
	}
	switch cmd := stmt.Cmd.(type) {
	case *syntax.BinaryCmd:
		first := s.print(cmd.X, input)
		if cmd.Op == syntax.Pipe {
			return s.print(cmd.Y, first)
		}
		if cmd.Op == syntax.OrStmt && first != "" {
			return first
		}
		return s.print(cmd.Y, input)
	case *syntax.CallExpr:
		if args := s.fields(cmd.Args); len(args) > 0 {
			return s.printed(args, input)
		}
		return input
	}
	return ""
}

// contents reads a file as part of the environment.
func (s *shell) contents(name string) string {
	file := join(s.p.dir, name)
	data, err := s.f.Files.Read(file)
	if err != nil {
		return ""
	}
	s.took(file)
	return string(data)
}

func (s *shell) printed(args []string, input string) string {
	last := args[len(args)-1]
	switch args[0] {
	case "cd":
		if len(args) > 1 {
			s.p.dir = join(s.p.dir, last)
		}
	case "pwd":
		return s.p.dir
	case "dirname":
		return path.Dir(last)
	case "basename":
		return path.Base(args[min(1, len(args)-1)])
	case "readlink", "realpath":
		return join(s.p.dir, last)
	case "echo", "printf":
		return strings.Join(args[1:], " ")
	case "hostname", "uname":
		return s.f.Hostname
	case "cat":
		if len(args) > 1 {
			return s.contents(last)
		}
		return input
	case "grep", "egrep", "sed", "awk":
		return s.filtered(args, input)
	case "xargs":
		return strings.Join(splitWords(input), "\n")
	case "envsubst", "sort", "tr":
		return input
	}
	return ""
}

// filtered is grep and its kin over a file or a pipe: without comments.
func (s *shell) filtered(args []string, input string) string {
	if last := args[len(args)-1]; len(args) > 2 && s.f.exists(join(s.p.dir, last)) {
		input = s.contents(last)
	}
	var out strings.Builder
	for line := range strings.Lines(input) {
		if text := strings.TrimSpace(line); text != "" && text[0] != '#' {
			out.WriteString(line)
		}
	}
	return out.String()
}
