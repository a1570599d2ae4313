package envwriter

import (
	"slices"
	"strings"
	"testing"
)

func TestLint(t *testing.T) {
	t.Parallel()
	type told struct {
		Line   int
		Reader string
		Fatal  bool
		Cure   string
	}
	const bomCure, commentCure = "remove the byte order mark", "make it a comment"
	cases := []struct {
		name, file string
		readers    []string
		want       []told
		mended     string // by MendAll
	}{
		{"nothing", "A=1\nB='x'\n# c\n\nexport C=2\n", []string{"pocket-id", "compose", "sh"}, nil, "A=1\nB='x'\n# c\n\nexport C=2\n"},
		{"BOM", "\ufeffA=1\n", []string{"pocket-id", "compose"}, []told{{1, "pocket-id", true, bomCure}}, "A=1\n"},
		{"BOM before a comment", "\ufeff# x\nA=1\n", []string{"pocket-id", "sh"}, []told{{1, "pocket-id", true, bomCure}, {1, "sh", true, bomCure}}, "# x\nA=1\n"},
		{"BOM elsewhere", "\ufeffA=1\n", []string{"systemd", "podman"},
			[]told{{1, "systemd", false, bomCure}, {1, "podman", false, bomCure}}, "A=1\n"},
		{"name alone", "A=1\nB\n", []string{"pocket-id", "sh"}, []told{{2, "pocket-id", true, commentCure}, {2, "sh", true, commentCure}}, "A=1\n# B\n"},
		{"name alone that compose passes through", "A=1\nB\n", []string{"pocket-id", "compose"}, []told{{2, "pocket-id", true, ""}}, "A=1\nB\n"},
		{"dash in a name", "A=1\n\nB-C=2\n", []string{"pocket-id"}, []told{{3, "pocket-id", true, commentCure}}, "A=1\n\n# B-C=2\n"},
		{"dash in a name that compose reads", "B-C=2\n", []string{"pocket-id", "compose"}, []told{{1, "pocket-id", true, commentCure}}, "# B-C=2\n"},
		{"open quote", "A=1\nB='x\nC=2\n", []string{"pocket-id", "compose"}, []told{{2, "pocket-id", true, ""}, {2, "compose", true, ""}}, "A=1\nB='x\nC=2\n"},
		{"text", "A=1\nhello world\n", []string{"pocket-id"}, []told{{2, "pocket-id", true, commentCure}}, "A=1\n# hello world\n"},
		{"two", "B\nA-A=1\nC=1\n", []string{"pocket-id"}, []told{{1, "pocket-id", true, commentCure}, {2, "pocket-id", true, commentCure}}, "# B\n# A-A=1\nC=1\n"},
		{"export", "export A=1\n", []string{"docker", "systemd", "podman", "compose"},
			[]told{{1, "docker", true, `remove "export"`}, {1, "systemd", false, `remove "export"`}, {1, "podman", false, `remove "export"`}}, "A=1\n"},
		{"colon", "A: 1\n", []string{"sh", "compose"}, []told{{1, "sh", true, "write NAME=value"}}, "A=1\n"},
		{"blanks", "export A = 1\n", []string{"sh", "compose"}, []told{{1, "sh", true, "remove the spaces"}}, "export A=1\n"},
		{"note", "A=1 # x\n", []string{"systemd", "docker", "compose"}, []told{{1, "systemd", false, ""}, {1, "docker", false, ""}}, "A=1 # x\n"},
		{"quotes", "A='1'\n", []string{"docker", "compose"}, []told{{1, "docker", false, ""}}, "A='1'\n"},
		{"several lines", "A='1\n2 3'\n", []string{"docker"}, []told{{1, "docker", true, ""}}, "A='1\n2 3'\n"},
		{"comment joins", "# x\\\nA=1\n", []string{"systemd"}, []told{{1, "systemd", false, "put a space after the backslash"}}, "# x\\ \nA=1\n"},
		{"line joins", "A=1\\\nB=1\n", []string{"systemd", "compose", "sh"}, []told{{1, "systemd", false, ""}, {1, "sh", false, ""}}, "A=1\\\nB=1\n"},
		{"CRLF", "A=1\r\nB=1\r\n", []string{"sh", "compose"}, []told{{1, "sh", false, ""}}, "A=1\r\nB=1\r\n"},
		{"not UTF-8", "A=1\n# caf\xe9\nB=\xe9\n", []string{"systemd", "docker"},
			[]told{{2, "systemd", true, ""}, {2, "docker", true, ""}, {3, "systemd", true, ""}, {3, "docker", true, ""}}, "A=1\n# caf\xe9\nB=\xe9\n"},
		{"long line", "A=" + strings.Repeat("x", 70<<10) + "\n", []string{"docker", "compose"}, []told{{1, "docker", true, ""}}, "A=" + strings.Repeat("x", 70<<10) + "\n"},
		{"a command", "A=1\nB=$(id)\n", []string{"sh"}, []told{{2, "sh", true, ""}}, "A=1\nB=$(id)\n"},
		{"unknown reason", "A=1\nB=${x\n", []string{"compose"}, []told{{2, "compose", true, ""}}, "A=1\nB=${x\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			readers := pick(t, c.readers...)
			var got []told
			for _, p := range Lint([]byte(c.file), readers) {
				if p.What == "" {
					t.Errorf("%+v does not say what is wrong", p)
				}
				got = append(got, told{p.Line, p.Reader, p.Fatal, p.Fix})
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("reports %+v\nwant    %+v", got, c.want)
			}
			mended, cured := Fix([]byte(c.file), readers)
			if string(mended) != c.mended || (cured > 0) != (c.mended != c.file) {
				t.Errorf("mended to %q (%d cured), want %q", mended, cured, c.mended)
			}
		})
	}
}
