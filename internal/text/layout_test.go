package text

import (
	"slices"
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"":                             nil,
		"one":                          {"one"},
		"as smtp-relay.gmail.com does": {"as", "  smtp-relay.gma", "  il.com does"},
		"the relay-host a-b here":      {"the relay-host", "  a-b here"},
		"a  b":                         {"a  b"},
		"  ok  a row of   it":          {"  ok  a row of", "  it"},
		"0123456789 0123456789":        {"0123456789", "  0123456789"},
		"日本語日本語日本語":                    {"日本語日本語日本", "  語"},
	} {
		if got := Wrap(in, 16, 2); !slices.Equal(got, want) {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestSigns(t *testing.T) {
	t.Parallel()
	if got := ASCII("“Café” — 5 → 6…"); got != `"Caf?" - 5 -> 6...` {
		t.Errorf("ASCII: %q", got)
	}
	if got := PlainSigns("✓ Café"); got != "+ Café" {
		t.Errorf("signs: %q", got)
	}
}

func TestClipAndSpread(t *testing.T) {
	t.Parallel()
	for w, want := range map[int]string{-1: "", 1: "a", 4: "a...", 5: "ab...", 6: "abcdef"} {
		if got := Clip("abcdef", w, "..."); got != want {
			t.Errorf("at %d: %q", w, got)
		}
	}
	for w, want := range map[int]string{8: "abc   de", 6: "abc de", 5: "abc", 2: "ab"} {
		if got := Spread("abc", "de", w, "…"); got != want && got != "a…" {
			t.Errorf("at %d: %q", w, got)
		}
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	got := Columns([][]string{{"a", "日本", "x"}, {"bbb", "c"}, {"longer than most", ""}}, 5)
	want := [][]string{{"a  ", "日本", "x"}, {"bbb", "c   "}, {"longer than most", "    "}}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("%q, not %q", got[i], want[i])
		}
	}
}

// A grid is as wide as asked for, or says that it does not fit.
func TestGrid(t *testing.T) {
	t.Parallel()
	heads := []string{"NAME", "DETAIL", "TIME"}
	rows := [][]string{
		{"日本.example", "a long detail that needs more room than there is", "7 ms"},
		{"x", "", "1234 ms"},
	}
	for w := 8; w < 120; w++ {
		g := NewGrid(heads, rows, w)
		if !g.Fits {
			if w > 45 {
				t.Errorf("%d cells are too few", w)
			}
			continue
		}
		lines := []string{g.Line(heads)}
		for _, row := range rows {
			lines = append(lines, g.Lines(row)...)
		}
		for _, line := range lines {
			if Width(line) > w {
				t.Errorf("at %d: %q is %d wide", w, line, Width(line))
			}
		}
		if all := strings.Join(lines, " "); !strings.Contains(all, " 7 ms") || !strings.Contains(all, "there") {
			t.Errorf("at %d something is gone:\n%s", w, strings.Join(lines, "\n"))
		}
	}
	if g := NewGrid(nil, [][]string{{"abcdefghijklmnop qr"}}, 15); !g.Breaks([][]string{{"abcdefghijklmnop"}}, 16) {
		t.Error("a word is broken unnoticed")
	}
}
