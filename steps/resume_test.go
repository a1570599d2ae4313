package steps

import (
	"encoding/json"
	"path/filepath"
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
		s.Answers.Password, s.Answers.Confirmed = secret.New(value), &FilePlan{SecretPath: value}
		s.Secrets = map[wizard.ID]wizard.Secrets{Sender: secrets}
		kept := ForDraft(wizard.Session[Answers]{State: s})
		if a := kept.Answers.(Answers); a.PasswordTyped != typed || !kept.Missing {
			t.Errorf("typed %v, kept as %v, missing %v", typed, a.PasswordTyped, kept.Missing)
		}
		data, err := json.Marshal(kept.Answers)
		if err != nil || strings.Contains(string(data), "geheim") || !strings.Contains(string(data), `"host":"smtp-relay.gmail.com"`) {
			t.Errorf("%v: %s", err, data)
		}
	}
}

// A draft gets the password of the file back where it is that very login's.
func TestRecall(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), ".env")
	put(t, path, "SMTP_USER=id\nSMTP_PASSWORD=right\n")
	world := sceneWorld()
	world.Look = ThisHost().Look
	of := func(user string, typed bool) Answers {
		a := Answers{EnvFile: path}
		a.User, a.PasswordTyped = user, typed
		return a
	}
	gone := of("id", false)
	gone.EnvFile += ".gone"
	for name, tt := range map[string]struct {
		answers Answers
		want    bool
	}{
		"of the file":  {of("id", false), true},
		"typed":        {of("id", true), false},
		"another user": {of("other", false), false},
		"given up":     {of("", false), false},
		"no such file": {gone, false},
	} {
		old := State{Place: wizard.Place{At: Identity}, Answers: tt.answers}
		s := world.Resumed(t.Context(), stilled(All(world)), old, true)
		if (s.At == Identity) != tt.want || s.Answers.Password.Empty() == tt.want {
			t.Errorf("%s: at %s, and a password: %v", name, s.At, !s.Answers.Password.Empty())
		}
	}
}
