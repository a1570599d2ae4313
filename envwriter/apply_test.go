package envwriter

import (
	"errors"
	"fmt"
	"strings"
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

func TestApplyThenNothingLeftToDo(t *testing.T) {
	t.Parallel()
	old := "# Pocket ID\nAPP_URL=https://id.example.com\n# SMTP_HOST=\nexport SMTP_PORT=25 # old\nENCRYPTION_KEY='x y'"
	changes := []Change{set("SMTP_HOST", "relay.example.com"), set("SMTP_PORT", "465"), set("SMTP_PASSWORD", "p'a\"s$s w\\o#r`d")}
	readers := pick(t, "pocket-id", "compose")
	edit, err := Apply([]byte(old), changes, readers)
	if err != nil {
		t.Fatal(err)
	}
	want := "# Pocket ID\nAPP_URL=https://id.example.com\n# SMTP_HOST=\nexport SMTP_PORT=465\nENCRYPTION_KEY='x y'\n\n" +
		"SMTP_HOST=relay.example.com\nSMTP_PASSWORD=\"p'a\\\"s\\$s w\\\\o#r`d\"\n"
	if string(edit.New) != want {
		t.Fatalf("new file:\n%s\nwant:\n%s", edit.New, want)
	}
	if edit.Untouched != 4 || edit.Count(Added) != 2 || edit.Count(Changed) != 1 {
		t.Errorf("the edit says %+v", edit)
	}
	if !edit.Verify(edit.New) || edit.Verify([]byte(old)) {
		t.Error("the edit does not know its own file")
	}
	again, err := Apply(edit.New, changes, readers)
	if err != nil || string(again.New) != want || again.Changed() {
		t.Errorf("the second time: %+v, %v", again, err)
	}
	if text := fmt.Sprintf("%+v %#v %v", edit, changes, changes); strings.Contains(text, "p'a") {
		t.Errorf("printed, an edit shows its values: %s", text)
	}
}

func TestApplyRefusesWhatNoEncodingHolds(t *testing.T) {
	t.Parallel()
	_, err := Apply(nil, []Change{set("P", "it's $A")}, pick(t, "pocket-id", "docker"))
	no := (*NoEncodingError)(nil)
	if !errors.As(err, &no) || len(no.drop) != 2 || len(no.impossible) != 0 {
		t.Errorf("got %v", err)
	}
}
