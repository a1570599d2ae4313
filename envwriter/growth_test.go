package envwriter

import (
	"fmt"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
)

// A file with the same flaw in every line, or a long chain of references, takes
// time in proportion to its length.
func TestLongFilesTakeNoLongerThanTheyAreLong(t *testing.T) {
	chain := func(n int) string {
		var out strings.Builder
		for i := n; i > 0; i-- {
			fmt.Fprintf(&out, "K%d=$K%d\n", i, i-1)
		}
		return out.String()
	}
	lines := func(line string) func(int) string {
		return func(n int) string { return strings.Repeat(line, n) }
	}
	for _, c := range []struct {
		name    string
		file    func(n int) string
		readers []string
	}{
		{"export that nobody minds", lines("export A=1\n"), []string{"pocket-id", "compose"}},
		{"export", lines("export A=1\n"), []string{"pocket-id", "docker"}},
		{"comments that join", lines("#\\\n"), []string{"pocket-id", "systemd"}},
		{"names alone", lines("A\n"), []string{"pocket-id", "sh"}},
		{"no flaw", lines("A=1\n"), []string{"pocket-id", "compose"}},
		{"chain", chain, []string{"pocket-id"}},
	} {
		readers := pick(t, c.readers...)
		casetest.GrowsEvenly(t, c.name+": problems", 100, func(n int) { Lint([]byte(c.file(n)), readers) })
		casetest.GrowsEvenly(t, c.name+": fixing", 100, func(n int) { Fix([]byte(c.file(n)), readers) })
		casetest.GrowsEvenly(t, c.name+": references", 1000, func(n int) { parse([]byte(c.file(n))).references("K0", false) })
	}
}

// Files that have one thing only, and as much of it as is loaded, take time in
// proportion to their length.
func TestLargestFiles(t *testing.T) {
	for _, c := range [][2]string{{"", "KEY=value\n"}, {"# ", "x"}, {"A=\"", "$A "}, {"A=", "$"}, {"A='", "$"}, {"A=", "\""}} {
		readers, changes := pick(t, "pocket-id", "compose"), []Change{set("SMTP_HOST", "x"), set("SMTP_PORT", "25")}
		casetest.GrowsEvenly(t, fmt.Sprintf("%q and many %q", c[0], c[1]), 1<<11, func(n int) {
			file := []byte(c[0] + strings.Repeat(c[1], n/len(c[1])))
			Lint(file, readers)
			if edit, err := Apply(file, changes, readers); err == nil {
				Diff(file, edit.New, onlyA)
			}
		})
	}
}

func TestBracesInALine(t *testing.T) {
	t.Parallel()
	compose := pick(t, "compose")[0]
	if _, err := compose.Read([]byte("B=\"" + strings.Repeat("${A:-x}", mostBraces) + "\"\n")); err != nil {
		t.Error(err)
	}
	for _, piece := range []string{"${A:-x}", "\\0044{A:-x}", "$\\0173A:-x}"} {
		if _, err := compose.Read([]byte("B=\"" + strings.Repeat(piece, mostBraces+1) + "\"\n")); err == nil {
			t.Errorf("too many of %s", piece)
		}
	}
}

func TestAllLinesWithAProblemAreFixed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file, want string
		readers    []string
		lines      int
	}{
		{strings.Repeat("export A=1\n", 400), strings.Repeat("A=1\n", 400), []string{"docker", "pocket-id"}, 400},
		// One that would change what compose reads keeps none of the others from being fixed.
		{"B\nX\n" + strings.Repeat("C-D=1\n", 50), "B\nX\n" + strings.Repeat("# C-D=1\n", 50), []string{"pocket-id", "compose"}, 50},
		{"B=1\n# \\\nB=2\n# \\\nC=3\n", "B=1\n# \\\nB=2\n# \\ \nC=3\n", []string{"pocket-id", "systemd"}, 1},
	} {
		fixed, lines := Fix([]byte(c.file), pick(t, c.readers...))
		if string(fixed) != c.want || lines != c.lines {
			t.Errorf("%d fixed: %.100q", lines, fixed)
		}
		if n := len(Lint([]byte(c.file), pick(t, c.readers...))); n == 0 || n > mostProblems {
			t.Errorf("%d problems", n)
		}
	}
}
