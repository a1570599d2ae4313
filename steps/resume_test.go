package steps

import (
	"encoding/json"
	"strings"
	"testing"

	"smtp-wizard/secret"
	"smtp-wizard/wizard"
)

// A draft tells a password that was typed from one that the .env has, also
// before its page was left, and holds neither.
func TestForDraft(t *testing.T) {
	const value = "geheim-of-the-file"
	for typed, secrets := range map[bool]wizard.Secrets{false: nil, true: {"password": secret.New("half")}} {
		s := State{Answers: sceneAnswers()}
		s.Answers.Password, s.Answers.Confirmed = secret.New(value), &FilePlan{Override: value}
		s.Secrets = map[wizard.ID]wizard.Secrets{Sender: secrets}
		kept := ForDraft(wizard.Session[Answers]{State: s})
		if a := kept.Answers.(Answers); a.PasswordTyped != typed || len(kept.Missing) != 1 {
			t.Errorf("typed %v, kept as %v, missing %v", typed, a.PasswordTyped, kept.Missing)
		}
		data, err := json.Marshal(kept.Answers)
		if err != nil || strings.Contains(string(data), "geheim") || !strings.Contains(string(data), `"host":"smtp-relay.gmail.com"`) {
			t.Errorf("%v: %s", err, data)
		}
	}
}
