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
const version = 1

// Saved is a draft as it was read.
type Saved struct {
	State wizard.State
	At    time.Time
	// Missing are the secrets that had been typed. They are not in the draft and
	// are to be asked again.
	Missing []Missing
}

// Missing names a secret of a page.
type Missing struct {
	Step  wizard.ID `json:"step"`
	Field string    `json:"field"`
}

// Password is the secret that Answers holds.
var Password = Missing{Step: wizard.Sender, Field: "password"}

// file is the draft on disk.
type file struct {
	Version int                        `json:"version"`
	SavedAt time.Time                  `json:"saved_at"`
	EnvFile string                     `json:"env_file"`
	At      wizard.ID                  `json:"at"`
	History []wizard.ID                `json:"history,omitempty"`
	Return  wizard.ID                  `json:"return,omitempty"`
	Answers wizard.Answers             `json:"answers"`
	Inputs  map[wizard.ID]wizard.Input `json:"inputs,omitempty"`
	Missing []Missing                  `json:"missing,omitempty"`
}

// onDisk is what is kept of a state. The secrets that an earlier draft missed
// stay missing until they are typed.
func onDisk(s wizard.State, env string, missing []Missing) file {
	names := append(secretsOf(s), missing...)
	slices.SortFunc(names, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Field, b.Field))
	})
	answers := s.Answers
	answers.PasswordTyped = answers.PasswordTyped || !s.Secrets[Password.Step][Password.Field].Empty()
	return file{
		Version: version, EnvFile: env,
		At: s.At, History: s.History, Return: s.Return,
		Answers: answers, Inputs: withoutUserinfo(s.Inputs), Missing: slices.Compact(names),
	}
}

// userinfo is the login in a URL. Who pastes one into a field for a host has
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

// secretsOf lists the secrets that a state holds, by name alone.
func secretsOf(s wizard.State) []Missing {
	var out []Missing
	if !s.Answers.Password.Empty() {
		out = append(out, Password)
	}
	for step, secrets := range s.Secrets {
		for field, secret := range secrets {
			if !secret.Empty() {
				out = append(out, Missing{Step: step, Field: field})
			}
		}
	}
	return out
}

// decode reads a draft. It never returns a state that names no step.
func decode(data []byte) (s Saved, env string, err error) {
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
	return Saved{
		State: wizard.State{
			At: f.At, History: f.History, Return: f.Return,
			Answers: f.Answers, Inputs: f.Inputs,
		},
		At: f.SavedAt, Missing: f.Missing,
	}, f.EnvFile, nil
}
