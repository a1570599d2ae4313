package install

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Result is the JSON of inspect. Its shape is a contract.
type Result struct {
	Runs     *string                `json:"runs"`
	Found    string                 `json:"found,omitempty"`
	Service  string                 `json:"service,omitempty"`
	Others   []string               `json:"other_services,omitempty"`
	Refused  string                 `json:"refused,omitempty"`
	Version  ResultVersion          `json:"version"`
	Hostname ResultHostname         `json:"hostname"`
	EnvFiles []string               `json:"env_files"`
	Values   map[string]ResultValue `json:"values"`
	Password ResultPassword         `json:"password"`
	Warnings []ResultWarning        `json:"warnings"`
}

// ResultVersion is the version; Below is only there when no more can be told.
type ResultVersion struct {
	Value *string `json:"value"`
	Known bool    `json:"known"`
	Below string  `json:"below,omitempty"`
	From  string  `json:"from,omitempty"`
}

// ResultHostname is what os.Hostname() gives to Pocket ID.
type ResultHostname struct {
	Value *string `json:"value"`
	From  string  `json:"from,omitempty"`
	Kind  string  `json:"kind,omitempty"`
	With  string  `json:"with,omitempty"`
}

// ResultValue is one variable; Value is null where it is not known to be public.
type ResultValue struct {
	Value        *string  `json:"value"`
	From         string   `json:"from"`
	Line         int      `json:"line,omitempty"`
	Variable     string   `json:"variable,omitempty"`
	VariableFrom string   `json:"variable_from,omitempty"`
	Hidden       []string `json:"hidden,omitempty"`
}

// ResultPassword tells where the password is, never what it is.
type ResultPassword struct {
	Set      bool     `json:"set"`
	Kind     string   `json:"kind,omitempty"`
	From     []string `json:"from,omitempty"`
	Readable bool     `json:"readable"`
}

// ResultWarning is one warning.
type ResultWarning struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	Key  string `json:"key,omitempty"`
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

// Result is the install as JSON shows it.
func (in Install) Result() Result {
	r := Result{EnvFiles: []string{}, Values: map[string]ResultValue{}, Warnings: []ResultWarning{}}
	if in.Runs == "" {
		return r
	}
	runs := string(in.Runs)
	r.Runs, r.Found, r.Service, r.Others, r.Refused = &runs, in.Short(in.Found), in.Service, in.Others, in.Refused
	r.Version = ResultVersion{Known: in.Version.Known(), Below: in.Version.Below, From: in.Version.From}
	if in.Version.Known() {
		r.Version.Value = pointer(in.Version.Release.String())
	}
	h := in.Hostname
	r.Hostname = ResultHostname{From: in.Short(h.From.File), Kind: string(h.Kind), With: h.With}
	if h.Value != "" {
		r.Hostname.Value = &h.Value
	}
	for _, path := range in.Paths() {
		r.EnvFiles = append(r.EnvFiles, in.Short(path))
	}
	for _, key := range in.Keys() {
		s, _ := in.env.get(key)
		v := ResultValue{From: in.Short(s.source.File), Line: s.source.Line,
			Variable: s.source.Variable, VariableFrom: in.Short(s.source.VariableFile)}
		if value, ok := in.Public(key); ok {
			v.Value = &value
		}
		for _, loser := range in.env.hidden(key) {
			// For scripts a drop-in is part of its unit, as it is for systemd.
			if file := in.Short(cmp.Or(loser.Unit, loser.File)); !slices.Contains(v.Hidden, file) {
				v.Hidden = append(v.Hidden, file)
			}
		}
		r.Values[key] = v
	}
	r.Password = ResultPassword{Set: in.Password.Set, Kind: in.Password.Kind, Readable: in.Password.Readable}
	for _, from := range in.Password.From {
		r.Password.From = append(r.Password.From, in.Short(from))
	}
	for _, w := range in.Warnings {
		r.Warnings = append(r.Warnings, ResultWarning{w.ID, w.Text, w.Key, in.Short(w.File), w.Line})
	}
	return r
}

// Place is where a value is decided, for people.
func (v ResultValue) Place() string {
	out := v.From
	if v.Line > 0 {
		out = fmt.Sprintf("%s:%d", out, v.Line)
	}
	if v.Variable != "" && v.VariableFrom != "" {
		out += fmt.Sprintf(", ${%s} of %s", v.Variable, v.VariableFrom)
	}
	if len(v.Hidden) > 0 {
		out += "; hides " + strings.Join(v.Hidden, ", ")
	}
	return out
}

func pointer(s string) *string { return &s }

// Short is a path relative to the directory of the file that was asked about, when
// it lies in it.
func (in Install) Short(path string) string {
	dir := filepath.Dir(in.EnvFile)
	if dir == "/" {
		return path
	}
	if short, inside := strings.CutPrefix(path, dir+"/"); inside && strings.Count(short, "/") < 2 {
		return short
	}
	return path
}
