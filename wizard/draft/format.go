package draft

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"sort"
	"time"
	"unicode/utf8"

	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

// version is that of the file's format; a draft of another is ignored.
const version = 2

// Snapshot is what a draft keeps of a guide.
type Snapshot struct {
	Place wizard.Place
	// Answers must encode to JSON without a secret. Load fills those that it is
	// given instead.
	Answers any
	// Missing are the secrets that were typed. They are not in the draft and are to
	// be asked for again.
	Missing []Missing
	At      time.Time // when it was saved, set by Load
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

// encode writes what is kept of a state. The secrets that an earlier draft missed
// stay missing until they are typed.
func encode(s Snapshot, env string, missing []Missing) ([]byte, error) {
	names := slices.Concat(typedSecrets(s.Place), s.Missing, missing)
	sort.Slice(names, func(i, j int) bool {
		return cmp.Or(cmp.Compare(names[i].Step, names[j].Step), cmp.Compare(names[i].Field, names[j].Field)) < 0
	})
	answers, err := json.Marshal(s.Answers)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(file{
		Version: version, SavedAt: time.Now().UTC(), EnvFile: env,
		At: s.Place.At, History: s.Place.History, Return: s.Place.Return,
		Answers: answers, Inputs: withoutLogins(s.Place.Inputs), Missing: slices.Compact(names),
	}, "", "  ")
}

// withoutLogins leaves out what may be a login in a URL or a host: whoever pastes one
// has typed a password there.
func withoutLogins(inputs map[wizard.ID]wizard.Input) map[wizard.ID]wizard.Input {
	out := make(map[wizard.ID]wizard.Input, len(inputs))
	for step, fields := range inputs {
		out[step] = make(wizard.Input, len(fields))
		for field, typed := range fields {
			out[step][field] = text.WithoutLogin(typed)
		}
	}
	return out
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
func decode(data []byte, answers any) (s Snapshot, env string, err error) {
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return s, "", err
	}
	if f.Version != version || f.At == "" || f.SavedAt.IsZero() || !utf8.Valid(data) {
		return s, "", errors.New("not a draft, or one of another version")
	}
	if err := json.Unmarshal(f.Answers, answers); err != nil {
		return s, "", err
	}
	return Snapshot{
		Place: wizard.Place{At: f.At, History: f.History, Return: f.Return, Inputs: f.Inputs},
		At:    f.SavedAt, Missing: f.Missing,
	}, f.EnvFile, nil
}
