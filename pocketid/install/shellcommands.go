package install

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"smtp-wizard/envwriter"

	"mvdan.cc/sh/v3/syntax"
)

// declare is export and its kin.
func (s *shell) declare(cmd *syntax.DeclClause) bool {
	export := cmd.Variant.Value == "export"
	for _, a := range cmd.Args {
		if a.Name != nil {
			if !a.Naked {
				s.assigned([]*syntax.Assign{a})
			}
			s.exported[a.Name.Value] = export || s.exported[a.Name.Value]
			continue
		}
		texts, file := s.expanded(a.Value) // export "$line", export $(cat .env | xargs), -x
		lines := s.keyLines(file)
		for _, text := range texts {
			key, value, assigns := strings.Cut(text, "=")
			if export = export || text == "-x"; !isVariable(key) {
				continue
			}
			if assigns && file != "" {
				inner := *s
				inner.file, inner.shift = file, 0
				inner.assign(key, value, lines.Last(key))
			} else if assigns {
				s.assign(key, value, int(a.Pos().Line()))
			}
			s.exported[key] = export || s.exported[key]
		}
	}
	return true
}

// keyLines are those of the file that an expansion came from; "" has none.
func (s *shell) keyLines(file string) envwriter.Lines {
	if file == "" {
		return nil
	}
	return s.f.keyLines(file)
}

// call is a simple command, or assignments alone.
func (s *shell) call(cmd *syntax.CallExpr) bool {
	if len(cmd.Args) == 0 {
		s.assigned(cmd.Assigns)
		return true
	}
	before := s.vars
	s.vars = s.vars.clone()
	own := s.assigned(cmd.Assigns)
	var args []word
	for _, w := range cmd.Args {
		source := Source{File: s.file, Line: s.shift + int(w.Pos().Line())}
		syntax.Walk(w, func(n syntax.Node) bool {
			if p, ok := n.(*syntax.ParamExp); ok && p.Param != nil && source.Variable == "" {
				set, _ := s.vars.get(p.Param.Value)
				source.Variable, source.VariableFile = p.Param.Value, set.Source.File
			}
			return true
		})
		texts, file := s.expanded(w)
		lines := s.keyLines(file)
		for _, text := range texts {
			if key, _, assigns := strings.Cut(text, "="); assigns && file != "" {
				source = Source{File: file, Line: lines.Last(key)}
			}
			args = append(args, word{text: text, source: source})
		}
	}
	started := *s
	started.exported = maps.Clone(s.exported)
	for _, key := range own {
		started.exported[key] = true
	}
	s.vars = before
	if len(args) == 0 {
		return true
	}
	p := s.p
	p.env = started.exports()
	return s.invoke(args, p)
}

// invoke is a function, a builtin, or a program.
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
	if ok, known := s.builtin(texts); known {
		return ok
	}
	s.guess = true
	if prints, known := printers[texts[0]]; known {
		if printed := prints(s, texts); s.out != nil && s.spend(len(printed.text)) {
			s.out.text += printed.text
			s.out.file = cmp.Or(printed.file, s.out.file)
		}
		return true
	}
	s.f.run(p, args)
	return true
}

// builtin is a command that changes the shell, or asks it.
func (s *shell) builtin(args []string) (ok, known bool) {
	switch args[0] {
	case "cd":
		if len(args) > 1 {
			s.p.dir = join(s.p.dir, args[len(args)-1])
		}
	case "set":
		s.set(args[1:])
	case "shift":
		s.args = slices.Delete(slices.Clone(s.args), min(1, len(s.args)), min(2, len(s.args)))
	case ".", "source":
		return len(args) < 2 || s.source(args[1]), true
	case "read":
		return s.read(args[1:]), true
	case "unset":
		for _, key := range args[1:] {
			delete(s.vars, key)
		}
	case "continue", "break", "return":
		s.next = true
	case "exit":
		s.over = true
	case "exec":
		s.over = len(args) > 1
		return true, !s.over
	case ":", "true":
	case "false":
		return false, true
	case "[":
		return s.test(args[1:max(1, len(args)-1)]), true
	case "test":
		return s.test(args[1:]), true
	default:
		return true, false
	}
	return true, true
}

func (s *shell) set(args []string) {
	for i, a := range args {
		letters := strings.HasPrefix(a, "-") || strings.HasPrefix(a, "+")
		named := (a == "-o" || a == "+o") && i+1 < len(args) && args[i+1] == "allexport"
		if named || letters && strings.Contains(a, "a") {
			s.all = a[0] == '-'
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

// read takes the next line of the input: read -r line, or IFS== read -r key value.
func (s *shell) read(args []string) bool {
	names := slices.DeleteFunc(args, func(a string) bool { return strings.HasPrefix(a, "-") })
	if s.in == nil || s.in.text == "" {
		return false
	}
	line, rest, _ := strings.Cut(s.in.text, "\n")
	s.in.text = rest
	s.in.line++
	if s.in.file != "" {
		s.at = &Source{File: s.in.file, Line: s.in.line}
		s.took(s.in.file)
	}
	values := []string{line}
	if len(names) > 1 {
		values = strings.SplitN(line, "=", 2)
	}
	for i, name := range names {
		s.assign(name, append(values, "")[min(i, len(values))], 0)
	}
	return true
}

// printers are the programs that start scripts use to find themselves, and to
// read a file.
var printers = map[string]func(s *shell, args []string) stream{
	"pwd":      func(s *shell, _ []string) stream { return stream{text: s.p.dir} },
	"dirname":  func(_ *shell, args []string) stream { return stream{text: path.Dir(args[len(args)-1])} },
	"basename": func(_ *shell, args []string) stream { return stream{text: path.Base(args[min(1, len(args)-1)])} },
	"readlink": absolute,
	"realpath": absolute,
	"echo":     func(_ *shell, args []string) stream { return stream{text: strings.Join(args[1:], " ")} },
	"printf": func(_ *shell, args []string) stream {
		args = append(args, "", "")
		return stream{text: strings.Replace(args[1], "%s", args[2], 1)}
	},
	"hostname": func(s *shell, _ []string) stream { return stream{text: s.f.Hostname} },
	"cat":      input,
	"envsubst": input,
	"sort":     input,
	"tr":       input,
	"grep":     withoutComments,
	"egrep":    withoutComments,
	"sed":      withoutComments,
	"awk":      withoutComments,
	"xargs": func(s *shell, args []string) stream {
		in := input(s, args[:1])
		return stream{text: strings.Join(splitWords(in.text), "\n"), file: in.file}
	},
}

func absolute(s *shell, args []string) stream {
	return stream{text: join(s.p.dir, args[len(args)-1])}
}

// input is what a program reads: the file that is its last argument, or a pipe.
func input(s *shell, args []string) stream {
	if last := args[len(args)-1]; len(args) > 1 && s.f.exists(join(s.p.dir, last)) {
		return *s.contents(last)
	}
	if s.in == nil {
		return stream{}
	}
	return *s.in
}

// withoutComments is what start scripts use grep and its kin for.
func withoutComments(s *shell, args []string) stream {
	in := input(s, args)
	var out strings.Builder
	for line := range strings.Lines(in.text) {
		if text := strings.TrimSpace(line); text != "" && text[0] != '#' {
			out.WriteString(line)
		}
	}
	in.text = out.String()
	return in
}
