package install

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"smtp-wizard/pocketid"
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
	Password Password               `json:"password"`
	Warnings []Warning              `json:"warnings"`
}

// ResultVersion is the version; Below is only there when no more can be told.
type ResultVersion struct {
	Value *string `json:"value"`
	Known bool    `json:"known"`
	Below string  `json:"below,omitempty"`
	From  string  `json:"from,omitempty"`
}

// ResultHostname is what os.Hostname() returns to Pocket ID.
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

// Result is the install as JSON shows it.
func (in Install) Result() Result {
	r := Result{EnvFiles: []string{}, Values: map[string]ResultValue{}, Warnings: []Warning{}}
	if in.Runs == "" {
		return r
	}
	runs := string(in.Runs)
	r.Runs, r.Found, r.Service, r.Others, r.Refused = &runs, in.Short(in.Found), in.Service, in.Others, in.Refused
	r.Version = ResultVersion{Known: in.Version.Known(), Below: in.Version.Below, From: in.Version.From}
	if in.Version.Known() {
		release := in.Version.Release.String()
		r.Version.Value = &release
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
		v := ResultValue{From: in.Short(s.Source.File), Line: s.Source.Line,
			Variable: s.Source.Variable, VariableFrom: in.Short(s.Source.VariableFile)}
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
	r.Password = in.Password
	r.Password.From, r.Password.value = nil, ""
	for _, from := range in.Password.From {
		r.Password.From = append(r.Password.From, in.Short(from))
	}
	for _, w := range in.Warnings {
		w.File = in.Short(w.File)
		r.Warnings = append(r.Warnings, w)
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

// Public is the value that arrives for a key when it may be shown: the setting is
// known to be public, no secret is part of it, and it can be seen from here.
func (in Install) Public(key string) (string, bool) {
	s, ok := in.env.get(key)
	if !ok || s.Unknown || !pocketid.IsPublic(key, s.Value) || in.holdsSecret(s.Value) {
		return "", false
	}
	if _, rest, found := strings.Cut(s.Value, "://"); found && strings.Contains(rest, "@") {
		return "", false // somebody's login is part of the URL
	}
	return s.Value, true
}

// holdsSecret reports whether a text has a secret that arrives, or arrived and lost.
func (in Install) holdsSecret(text string) bool {
	const least = 6 // a shorter one would hide half of all values, and says little
	for key, all := range in.env {
		for _, s := range all {
			if len(s.Value) >= least && !pocketid.IsPublic(key, s.Value) && looksSecret(key) && strings.Contains(text, s.Value) {
				return true
			}
		}
	}
	password := in.Password.value
	return len(password) >= least && strings.Contains(text, password)
}

// looksSecret tells from a name that its value is one.
func looksSecret(key string) bool {
	for _, sign := range []string{"PASS", "KEY", "SECRET", "TOKEN", "DATABASE", "CONNECTION"} {
		if strings.Contains(strings.ToUpper(key), sign) {
			return true
		}
	}
	return false
}
