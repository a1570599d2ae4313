package install

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"smtp-wizard/envwriter"
	"smtp-wizard/internal/lazy"
)

// A Source is the place that sets a value.
type Source struct {
	File string
	Line int // from 1; 0 where there is no single one
	// Variable is what a ${...} of that place takes the value from, and VariableFile
	// the file that sets it; "" where the value stands there itself.
	Variable       string
	VariableFile   string
	VariableReader string // the program that took it out of that file
	// Unit is the unit or quadlet that a drop-in belongs to.
	Unit string
}

// setting is one place that sets a key.
type setting struct {
	Value   string
	Source  Source
	Reader  string // the program that read it out of a file; "" for a setting that is no file's
	Unknown bool   // it has a value that cannot be seen from here
	Dollar  bool   // a $ in it was replaced by nothing
	// HandedOn: the value is that of the source's Variable, and nothing else.
	HandedOn bool
}

// environment is what reaches Pocket ID: of each key all that set it, in the order
// in which they arrive. The last one wins.
type environment map[string][]setting

func (e environment) set(key string, s setting) { e[key] = append(e[key], s) }

// get is the setting that wins.
func (e environment) get(key string) (setting, bool) {
	all := e[key]
	if len(all) == 0 {
		return setting{}, false
	}
	return all[len(all)-1], true
}

func (e environment) lookup(key string) (string, bool) {
	s, ok := e.get(key)
	return s.Value, ok
}

// hidden are the places that set a key to something else and lose.
func (e environment) hidden(key string) []Source {
	all := e[key]
	won, _ := e.get(key)
	var out []Source
	for _, s := range all {
		same := func(o Source) bool { return o.File == s.Source.File }
		differs := s.Value != won.Value || s.Unknown || won.Unknown
		if s.Source.File != won.Source.File && differs && !slices.ContainsFunc(out, same) {
			out = append(out, s.Source)
		}
	}
	return out
}

// takesFrom reports whether a value comes out of a file.
func (e environment) takesFrom(file string) bool {
	for key := range e {
		if s, _ := e.get(key); s.Source.File == file || s.Source.VariableFile == file {
			return true
		}
	}
	return false
}

// add puts another environment over this one.
func (e environment) add(over environment) {
	for _, key := range slices.Sorted(maps.Keys(over)) {
		e[key] = append(e[key], over[key]...)
	}
}

func (e environment) clone() environment {
	out := environment{}
	out.add(e)
	return out
}

// An EnvFile is a file whose lines reach Pocket ID, and the program that reads it.
type EnvFile struct {
	Path   string
	Reader string // a name of envwriter.Readers
}

// readLayer reads a file as one program does. Keys that the file hands on from
// the program's own environment keep the source that they have there.
func (m Machine) readLayer(f EnvFile, started environment) (environment, error) {
	data, err := m.Files.Read(f.Path)
	if err != nil {
		return nil, err
	}
	reader, err := envwriter.ReaderNamed(f.Reader)
	if err != nil {
		return nil, err
	}
	vars, err := reader.ReadWith(data, started.lookup)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Path, err)
	}
	layer, lines := environment{}, envwriter.KeyLines(data)
	for key, value := range vars {
		layer.set(key, setting{Value: value, Source: Source{File: f.Path, Line: lines.Last(key)}, Reader: f.Reader})
	}
	return layer, nil
}

var reference = lazy.Compile(`\$\{?([A-Za-z_][A-Za-z0-9_]*)`)

// references are the names behind a $.
func references(text string) []string {
	var names []string
	for _, found := range reference.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, found[1]) {
			names = append(names, found[1])
		}
	}
	return names
}

// keyLines are the lines of a file that set its keys; one that cannot be read has none.
func (m Machine) keyLines(file string) envwriter.Lines {
	data, _ := m.Files.Read(file)
	return envwriter.KeyLines(data)
}

// emptied are the keys of a file in which a $ was replaced by nothing, since no
// variable of that name is set: the file is read again with a mark in its place.
func emptied(data []byte, reader string, lookup func(string) (string, bool)) []string {
	const mark = "smtp_wizard_unset_mark"
	r, err := envwriter.ReaderNamed(reader)
	if err != nil || strings.HasPrefix(string(data), "\ufeff") {
		return nil
	}
	vars, err := r.ReadWith(data, lookup)
	if err != nil {
		return nil
	}
	var head strings.Builder
	for _, name := range references(string(data)) {
		_, inFile := vars[name]
		if _, elsewhere := lookup(name); !inFile && !elsewhere {
			head.WriteString(name + "=" + mark + "\n")
		}
	}
	marked, err := r.ReadWith(append([]byte(head.String()), data...), lookup)
	if err != nil || head.Len() == 0 {
		return nil
	}
	var keys []string
	for key := range vars {
		if vars[key] != marked[key] && strings.Contains(marked[key], mark) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
