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

func TestEditInPlace(t *testing.T) {
	t.Parallel()
	both := []string{"pocket-id", "compose"}
	cases := []struct {
		name, file string
		readers    []string
		change     Change
		want       string
	}{
		{"the last of several", "K=1 # a\nB=2\nK=3 # b\n#K=4\n", both, set("K", "5"), "K=1 # a\nB=2\nK=5\n#K=4\n"},
		{"export, blanks and colon stay", "export  K = 1\nB: 2", both, set("B", "3"), "export  K = 1\nB: 3"},
		{"export stays on its line", "\texport K=1\r\nB=2\r\n", both, set("K", "a b"), "\texport K='a b'\r\nB=2\r\n"},
		{"export goes where a reader does not know it", "export K=1\n", []string{"pocket-id", "systemd"}, set("K", "2"), "K=2\n"},
		{"no line end at the end", "K=1", both, set("K", "2"), "K=2"},
		{"a template's comment stays", "# SMTP_HOST=\nA=1\n", both, set("SMTP_HOST", "h"), "# SMTP_HOST=\nA=1\n\nSMTP_HOST=h\n"},
		{"not inside quotes", "A='x\nK=1\n'\nK=2\n", both, set("K", "3"), "A='x\nK=1\n'\nK=3\n"},
		{"inside quotes only", "A='x\nK=1\n'\n", both, set("K", "3"), "A='x\nK=1\n'\n\nK=3\n"},
		{"a value of several lines", "K=\"a\nb\" # c\nB=1\n", both, set("K", "d"), "K=d\nB=1\n"},
		{"an empty value is there", "K=\n", both, set("K", ""), "K=\n"},
		{"an empty value is not there", "", both, set("K", ""), "K=\n"},
		{"equal in another encoding", "K=\"a b\"  # c\n", both, set("K", "a b"), "K=\"a b\"  # c\n"},
		{"unset every one", "K=1\nA=1\n# K=2\nexport K='x\ny' # z\nB=2", both, Change{Key: "K", Unset: true}, "A=1\n# K=2\nB=2"},
		{"unset what is not there", "A=1", both, Change{Key: "K", Unset: true}, "A=1"},
		{"line feed", "K=1\r\nB=2\r\n", both, set("K", "a\nb"), "K='a\nb'\r\nB=2\r\n"},
		{"a condition that is no reference", "K=1\nA=2\nU=${A:+x}\n", both, set("K", "2"), "K=2\nA=2\nU=${A:+x}\n"},
		{"no reference in single quotes", "K=1\nU='${K}'\n", both, set("K", "2"), "K=2\nU='${K}'\n"},
	}
	for _, c := range cases {
		edit, err := Apply([]byte(c.file), []Change{c.change}, pick(t, c.readers...))
		if err != nil || string(edit.New) != c.want {
			t.Errorf("%s: became %q, %v\nwant   %q", c.name, edit.New, err, c.want)
			continue
		}
		again, err := Apply(edit.New, []Change{c.change}, pick(t, c.readers...))
		if err != nil || string(again.New) != c.want || again.Changed() {
			t.Errorf("%s: the second time %q, %v", c.name, again.New, err)
		}
	}
}

func TestEditRefused(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, file string
		readers    []string
		changes    []Change
		want       string
	}{
		{"referred to", "K=1\nU=x$K\nV=${U}\n", []string{"pocket-id"}, []Change{set("K", "2")}, "K: U (line 2) and V (line 3) refer to it and would change with it"},
		{"referred to, and removed", "K=1\nU=$K\n", []string{"sh"}, []Change{{Key: "K", Unset: true}}, "K: U (line 2) refers to it and would change with it"},
		{"referred to in a circle, and removed", "K=1\nU=$K$V\nV=$U\n", []string{"sh"}, []Change{{Key: "K", Unset: true}}, "K: U (line 2) and V (line 3) refer to it and would change with it"},
		{"referred to if another is set", "K=1\nU=${A:+$K}\n", []string{"compose"}, []Change{set("K", "2")}, "K: U (line 2) refers to it and would change with it"},
		{"referred to if another is set, once more", "K=1\nU=\"${A+x${B-${K}}}\"\nV=$U\n", []string{"compose"}, []Change{set("K", "2")},
			"K: U (line 2) and V (line 3) refer to it and would change with it"},
		{"referred to behind another's default", "K=1\nU=${A:-${B}$K}\n", []string{"compose"}, []Change{set("K", "2")}, "K: U (line 2) refers to it and would change with it"},
		{"referred to in octal", "K=1\nU=\"${A:+\\0044K}\"\n", []string{"compose"}, []Change{set("K", "2")}, "K: U (line 2) refers to it and would change with it"},
		{"required above its line", "A=${K:?x}\nK=1\n", []string{"compose"}, []Change{set("K", "2")}, "compose cannot read the file: it stops at line 1"},
		{"referred to over two lines", "KA=1\nU=$K\\\nA\n", []string{"sh"}, []Change{set("KA", "2")}, "sh cannot read the file: it stops at line 2"},
		{"referred to over two lines, in quotes", "KA=1\nU=\"x$\\\nKA\"\n", []string{"sh"}, []Change{set("KA", "2")}, "sh cannot read the file: it stops at line 2"},
		{"unreadable", "A=1\nB\n", []string{"compose", "pocket-id"}, []Change{set("K", "2")}, "pocket-id cannot read the file: it stops at line 2"},
		{"unreadable at an open quote", "A=1\nB='x\nC=2\n", []string{"compose"}, []Change{set("K", "2")}, "compose cannot read the file: it stops at line 2"},
		{"line feed by lines", "", []string{"pocket-id", "docker", "podman"}, []Change{set("K", "a\nb")}, "K: this value cannot be written: it holds a line feed, and docker and podman read line by line"},
		{"line feed for one", "", []string{"podman"}, []Change{set("K", "a\nb")}, "K: this value cannot be written: it holds a line feed, and podman reads line by line"},
		{"NUL", "", []string{"pocket-id"}, []Change{set("K", "a\x00b")}, "K: this value cannot be written: it holds a NUL byte, which no environment variable can hold"},
		{"carriage return", "", []string{"pocket-id"}, []Change{set("K", "a\rb")}, "K: this value cannot be written: it holds a carriage return, which is lost or changed on reading"},
		{"no UTF-8", "", []string{"compose"}, []Change{set("K", "a\xff")}, "K: this value cannot be written: it is not valid UTF-8"},
		{"bad key", "", []string{"pocket-id"}, []Change{set("A-B", "1")}, "A-B: not a name of an environment variable: letters, digits and _ only, no digit first"},
		{"twice", "", []string{"pocket-id"}, []Change{set("K", "1"), {Key: "K", Unset: true}}, "K: given twice"},
		{"no readers", "", nil, nil, "no reader is selected"},
		{"no common encoding", "", []string{"pocket-id", "docker"}, []Change{set("K", "it's $A")},
			"K cannot be written so that pocket-id and docker all read the same value. Leave out pocket-id or docker, or choose another value: all readers agree on letters, digits and _@%+=:,./^!?*{}[]-."},
		{"impossible for one", "K=1\r\n", []string{"pocket-id", "sh"}, []Change{set("K", "2")},
			"K cannot be written so that pocket-id and sh all read the same value, whatever it is. Leave out sh, or fix the lines that they read differently."},
	}
	for _, c := range cases {
		_, err := Apply([]byte(c.file), c.changes, pick(t, c.readers...))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: says  %v\nwants %s", c.name, err, c.want)
		}
	}
}

func TestApplyThenNothingLeftToDo(t *testing.T) {
	t.Parallel()
	old := "# Pocket ID\nAPP_URL=https://id.example.com\n# SMTP_HOST=\nexport SMTP_PORT=25 # old\nSMTP_USER=a@b.example\nSMTP_FROM=${SMTP_USER}"
	changes := []Change{set("SMTP_FROM", "a@b.example"), set("SMTP_USER", "apikey"), set("SMTP_HOST", "relay.example.com"), set("SMTP_PORT", "465"), set("SMTP_PASSWORD", "p'a\"s$s w\\o#r`d")}
	readers := pick(t, "pocket-id", "compose")
	edit, err := Apply([]byte(old), changes, readers)
	casetest.Must(t, err)
	want := "# Pocket ID\nAPP_URL=https://id.example.com\n# SMTP_HOST=\nexport SMTP_PORT=465\nSMTP_USER=apikey\nSMTP_FROM=a@b.example\n\n" +
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
