package draft

import (
	"encoding/json"
	"errors"
	"time"
	"unicode/utf8"

	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

// version is that of the file's format; a draft of another is ignored.
const version = 3

// Snapshot is what a draft keeps of a guide.
type Snapshot struct {
	Place wizard.Place
	// Answers must encode to JSON without a secret. Load fills those that it is
	// given instead.
	Answers any
	// Missing: there was a password, which is not in the draft.
	Missing bool
	At      time.Time // when it was saved, set by Load
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
	Missing bool                       `json:"missing,omitempty"`
}

// encode writes what is kept of a state.
func encode(s Snapshot, env string) ([]byte, error) {
	answers, err := json.Marshal(s.Answers)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(file{
		Version: version, SavedAt: time.Now().UTC(), EnvFile: env,
		At: s.Place.At, History: s.Place.History, Return: s.Place.Return,
		Answers: answers, Inputs: withoutLogins(s.Place.Inputs), Missing: s.Missing,
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
