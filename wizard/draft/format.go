package draft

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"smtp-wizard/wizard"
)

// version is that of the file's format; a draft of another is ignored.
const version = 2

// Snapshot is what a draft keeps of a guide. Answers must encode to JSON without
// a secret.
type Snapshot struct {
	Place   wizard.Place
	Answers any
	// Missing are the secrets that were typed. They are not in the draft and are to
	// be asked for again.
	Missing []Missing
}

// Saved is a draft as it was read.
type Saved struct {
	Place   wizard.Place
	At      time.Time
	Missing []Missing
}

// Missing names a secret of a page.
type Missing struct {
	Step  wizard.ID `json:"step"`
	Field string    `json:"field"`
}

// file is the draft on disk.
type file struct {
	Version int                        `json:"version"`
	SavedAt time.Time                  `json:"saved_at"`
	EnvFile string                     `json:"env_file"`
	At      wizard.ID                  `json:"at"`
	History []wizard.ID                `json:"history,omitempty"`
	Return  wizard.ID                  `json:"return,omitempty"`
	Answers json.RawMessage            `json:"answers"`
	Inputs  map[wizard.ID]wizard.Input `json:"inputs,omitempty"`
	Missing []Missing                  `json:"missing,omitempty"`
}

// onDisk is what is kept of a state. The secrets that an earlier draft missed
// stay missing until they are typed.
func onDisk(s Snapshot, env string, missing []Missing) (file, error) {
	names := slices.Concat(typedSecrets(s.Place), s.Missing, missing)
	slices.SortFunc(names, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Field, b.Field))
	})
	answers, err := json.Marshal(s.Answers)
	return file{
		Version: version, EnvFile: env,
		At: s.Place.At, History: s.Place.History, Return: s.Place.Return,
		Answers: answers, Inputs: withoutUserinfo(s.Place.Inputs), Missing: slices.Compact(names),
	}, err
}

// userinfo is the login in a URL. Whoever pastes one into a host field has
// typed a password there.
var userinfo = regexp.MustCompile(`://.*@`)

func withoutUserinfo(inputs map[wizard.ID]wizard.Input) map[wizard.ID]wizard.Input {
	if inputs == nil {
		return nil
	}
	out := make(map[wizard.ID]wizard.Input, len(inputs))
	for step, fields := range inputs {
		out[step] = make(wizard.Input, len(fields))
		for field, text := range fields {
			out[step][field] = userinfo.ReplaceAllString(text, "://")
		}
	}
	return out
}

func encode(f file) ([]byte, error) {
	data, err := json.MarshalIndent(f, "", "  ")
	return append(data, '\n'), err
}

// typedSecrets lists the secrets that were typed and not taken, by name alone.
func typedSecrets(p wizard.Place) []Missing {
	var out []Missing
	for step, secrets := range p.Secrets {
		for field, secret := range secrets {
			if !secret.Empty() {
				out = append(out, Missing{Step: step, Field: field})
			}
		}
	}
	return out
}

// decode reads a draft. It never returns a state that names no step.
func decode(data []byte, answers any) (s Saved, env string, err error) {
	if len(data) > maxSize || !utf8.Valid(data) {
		return Saved{}, "", errors.New("not a draft")
	}
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return Saved{}, "", fmt.Errorf("not a draft: %w", err)
	}
	switch {
	case f.Version != version:
		return Saved{}, "", fmt.Errorf("a draft of version %d", f.Version)
	case f.At == "" || f.SavedAt.IsZero():
		return Saved{}, "", errors.New("a draft that is not whole")
	}
	if err := json.Unmarshal(f.Answers, answers); err != nil {
		return Saved{}, "", fmt.Errorf("not a draft: %w", err)
	}
	return Saved{
		Place: wizard.Place{At: f.At, History: f.History, Return: f.Return, Inputs: f.Inputs},
		At:    f.SavedAt, Missing: f.Missing,
	}, f.EnvFile, nil
}
