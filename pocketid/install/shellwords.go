package install

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// words is how the expander sees the variables of a shell.
type words struct{ *shell }

// Get is a variable's value. All that is put in together has bounds.
func (w words) Get(name string) expand.Variable {
	s := w.shell
	if name == "@" || name == "*" {
		out := expand.Variable{Set: true, Kind: expand.Indexed}
		for _, a := range s.args[min(1, len(s.args)):] {
			out.List = append(out.List, a.text)
		}
		return out
	}
	value, ok := s.lookup(name)
	if !s.spend(len(value)) {
		return expand.Variable{}
	}
	return expand.Variable{Set: ok, Kind: expand.String, Str: strings.ReplaceAll(value, "\r", carriage)}
}

// Each is for ${!prefix*}, which no start script uses.
func (w words) Each(func(string, expand.Variable) bool) {}

// Set is ${name:=value}.
func (w words) Set(name string, v expand.Variable) error {
	w.assign(name, v.String(), 0)
	return nil
}

// spend takes from what a script may make of its variables.
func (s *shell) spend(bytes int) bool {
	*s.room += bytes
	s.over = s.over || *s.room > maxRoom
	return *s.room <= maxRoom
}

// config is how words are expanded; file names are not.
func (s *shell) config() *expand.Config {
	return &expand.Config{Env: words{s}, CmdSubst: func(out io.Writer, cmd *syntax.CmdSubst) error {
		printed := &stream{}
		s.subshell(s.in, printed).stmts(cmd.Stmts)
		s.from = printed.file
		_, err := io.WriteString(out, strings.ReplaceAll(printed.text, "\r", carriage))
		return err
	}}
}

// text is a word without splitting, as in an assignment.
func (s *shell) text(w *syntax.Word) string {
	text, _ := expand.Literal(s.config(), w)
	return strings.ReplaceAll(text, carriage, "\r")
}

// fields are the words of a command, split at blanks that an expansion brought in.
func (s *shell) fields(list ...*syntax.Word) []string {
	var out []string
	for _, w := range list {
		if s.over {
			return out
		}
		braces := slices.ContainsFunc(w.Parts, func(p syntax.WordPart) bool {
			literal, ok := p.(*syntax.Lit)
			return ok && strings.Contains(literal.Value, "{")
		})
		if braces { // they can multiply without bounds
			out = append(out, s.text(w))
			continue
		}
		texts, _ := expand.Fields(s.config(), w)
		out = append(out, texts...)
	}
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], carriage, "\r")
	}
	return out
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
			return s.p.unit.home, true
		}
		return s.f.Home, s.f.Home != ""
	}
	if n, err := strconv.Atoi(name); err == nil {
		if n < len(s.args) {
			return s.args[n].text, true
		}
		return "", false
	}
	return s.vars.lookup(name)
}

// assign sets a variable, within bounds.
func (s *shell) assign(key, value string, line int) {
	if !s.spend(len(value)) {
		return
	}
	source, reader := Source{File: s.file, Line: s.shift + line}, ""
	if s.at != nil {
		source = *s.at
	}
	if source.File != s.p.file {
		reader = "sh"
	}
	s.vars.set(key, setting{Value: value, Source: source, Reader: reader})
	if s.all {
		s.exported[key] = true
	}
}

// assigned sets the variables of assignments, and names them.
func (s *shell) assigned(list []*syntax.Assign) (names []string) {
	for _, a := range list {
		if a.Name == nil {
			continue
		}
		value := s.text(a.Value)
		if a.Append {
			old, _ := s.lookup(a.Name.Value)
			value = old + value
		}
		s.assign(a.Name.Value, value, int(a.Pos().Line()))
		names = append(names, a.Name.Value)
	}
	return names
}

// expanded are the fields of a word, and the file that they were printed from,
// which this shell has read then.
func (s *shell) expanded(w *syntax.Word) (texts []string, file string) {
	s.from = ""
	texts = s.fields(w)
	if s.from != "" {
		s.took(s.from)
	}
	return texts, s.from
}

// exports are the variables that a command is started with.
func (s *shell) exports() environment {
	out := environment{}
	for key, all := range s.vars {
		if s.exported[key] {
			out[key] = slices.Clone(all)
		}
	}
	return out
}

// contents reads a file to be handed on.
func (s *shell) contents(name string) *stream {
	file := join(s.p.dir, name)
	data, err := s.f.Files.Read(file)
	if err != nil {
		return &stream{}
	}
	return &stream{text: string(data), file: file}
}

// took notes that the environment was read from a file.
func (s *shell) took(file string) {
	s.p.sourced = true
	if f := (EnvFile{Path: file, Reader: "sh"}); !slices.Contains(s.p.files, f) {
		s.p.files = append(slices.Clip(s.p.files), f)
	}
}
