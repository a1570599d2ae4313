package envwriter

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func pick(t testing.TB, list ...string) []Reader {
	t.Helper()
	var out []Reader
	for _, name := range list {
		r, err := ReaderNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func TestApplyThenSaveThenNothingLeftToDo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), ".env")
	old := "# Pocket ID\nAPP_URL=https://id.example.com\n# SMTP_HOST=\nexport SMTP_PORT=25 # old\nENCRYPTION_KEY='x y'"
	if err := os.WriteFile(path, []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	changes := []Change{
		{Key: "SMTP_HOST", Value: "relay.example.com"},
		{Key: "SMTP_PORT", Value: "465"},
		{Key: "SMTP_PASSWORD", Value: "p'a\"s$s w\\o#r`d", Secret: true},
	}
	readers := pick(t, "pocket-id", "compose")
	before, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Apply(before.Bytes, changes, readers)
	if err != nil {
		t.Fatal(err)
	}
	want := "# Pocket ID\nAPP_URL=https://id.example.com\n# SMTP_HOST=\nexport SMTP_PORT=465\nENCRYPTION_KEY='x y'\n\n" +
		"SMTP_HOST=relay.example.com\nSMTP_PASSWORD=\"p'a\\\"s\\$s w\\\\o#r`d\"\n"
	if string(plan.New) != want {
		t.Fatalf("new file:\n%s\nwant:\n%s", plan.New, want)
	}
	if plan.Untouched != 4 || plan.Count(Added) != 2 || plan.Count(Changed) != 1 {
		t.Errorf("plan says %+v", plan)
	}
	saved, err := Save(path, plan.New, SaveOptions{Before: &before, Readers: readers, Want: changes})
	if err != nil || !saved.Changed || saved.Backup == "" {
		t.Fatalf("%+v, %v", saved, err)
	}
	again, err := Apply(plan.New, changes, readers)
	if err != nil || string(again.New) != want || again.Changed() {
		t.Errorf("the second time: %+v, %v", again, err)
	}
}

func TestApplyRefusesWhatNoEncodingHolds(t *testing.T) {
	t.Parallel()
	_, err := Apply(nil, []Change{{Key: "P", Value: "it's $A"}}, pick(t, "pocket-id", "docker"))
	no := (*NoEncodingError)(nil)
	if !errors.As(err, &no) || len(no.Drop) != 2 || len(no.Impossible) != 0 {
		t.Errorf("got %v", err)
	}
}
