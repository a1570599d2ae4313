package envwriter

import (
	"fmt"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/secret"
)

// pick returns readers by their names.
func pick(t testing.TB, list ...string) []Reader {
	t.Helper()
	var out []Reader
	for _, name := range list {
		r, err := ReaderNamed(name)
		casetest.Must(t, err)
		out = append(out, r)
	}
	return out
}

func set(key, value string) Change { return Change{Key: key, Value: secret.New(value)} }

// TestKeepingTheRestOfTheFile has the peculiarities of existing files that
// readers treat differently: what each of them makes of the file, and what an
// edit does to it.
func TestKeepingTheRestOfTheFile(t *testing.T) {
	t.Parallel()
	const none = "\x00" // the reader does not see the key
	const fails = "\x01"
	cases := casetest.Read[[]struct {
		Name, File string
		Reads      map[string]string // what readers find for K
		Readers    []string          // an edit for these
		Want       string            // sets NEW=1; empty when refused
	}](t, "keepingtherestofthefile")
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			for name, want := range c.Reads {
				vars, err := pick(t, name)[0].Read([]byte(c.File))
				got, found := vars["K"]
				switch {
				case err != nil:
					got = fails
				case !found:
					got = none
				}
				if got != want {
					t.Errorf("%s reads %q, want %q", name, got, want)
				}
			}
			edit, err := Apply([]byte(c.File), []Change{set("NEW", "1")}, pick(t, c.Readers...))
			if err != nil || string(edit.New) != c.Want {
				t.Errorf("became %q, %v\nwant   %q", edit.New, err, c.Want)
			}
		})
	}
}

// change is a Change as tables have it; BAD in its value is no UTF-8.
type change struct {
	Key, Value string
	Unset      bool
}

func made(changes ...change) (out []Change) {
	for _, c := range changes {
		out = append(out, Change{Key: c.Key, Value: secret.New(strings.ReplaceAll(c.Value, "BAD", "\xff")), Unset: c.Unset})
	}
	return out
}

func TestEditInPlace(t *testing.T) {
	t.Parallel()
	for _, c := range casetest.Read[[]struct {
		Name, File string
		Readers    []string
		Change     change
		Want       string
	}](t, "editinplace") {
		edit, err := Apply([]byte(c.File), made(c.Change), pick(t, c.Readers...))
		if err != nil || string(edit.New) != c.Want {
			t.Errorf("%s: became %q, %v\nwant   %q", c.Name, edit.New, err, c.Want)
			continue
		}
		again, err := Apply(edit.New, made(c.Change), pick(t, c.Readers...))
		if err != nil || string(again.New) != c.Want || again.Changed() {
			t.Errorf("%s: the second time %q, %v", c.Name, again.New, err)
		}
	}
}

func TestEditRefused(t *testing.T) {
	t.Parallel()
	for _, c := range casetest.Read[[]struct {
		Name, File string
		Readers    []string
		Changes    []change
		Want       string
	}](t, "editrefused") {
		_, err := Apply([]byte(c.File), made(c.Changes...), pick(t, c.Readers...))
		if err == nil || err.Error() != c.Want {
			t.Errorf("%s: says  %v\nwants %s", c.Name, err, c.Want)
		}
	}
}

func TestApplyThenNothingLeftToDo(t *testing.T) {
	t.Parallel()
	old := "export SMTP_PORT=25 # old\n# Pocket ID\nAPP_URL=https://id.example.com\n# SMTP_HOST=\nSMTP_USER=a@b.example\nSMTP_FROM=${SMTP_USER}"
	changes := []Change{set("SMTP_FROM", "a@b.example"), set("SMTP_USER", "apikey"), set("SMTP_HOST", "relay.example.com"), set("SMTP_PORT", "465"), set("SMTP_PASSWORD", "p'a\"s$s w\\o#r`d")}
	readers := pick(t, "pocket-id", "compose")
	edit, err := Apply([]byte(old), changes, readers)
	casetest.Must(t, err)
	want := "export SMTP_PORT=465\n# Pocket ID\nAPP_URL=https://id.example.com\n# SMTP_HOST=\nSMTP_USER=apikey\nSMTP_FROM=a@b.example\n\n" +
		"SMTP_HOST=relay.example.com\nSMTP_PASSWORD=\"p'a\\\"s\\$s w\\\\o#r`d\"\n"
	if string(edit.New) != want {
		t.Fatalf("new file:\n%s\nwant:\n%s", edit.New, want)
	}
	if edit.Untouched != 3 || edit.Count(Added) != 2 || edit.Count(Changed) != 3 {
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
