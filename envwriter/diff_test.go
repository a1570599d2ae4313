package envwriter

import (
	"strings"
	"testing"
)

func draw(lines []DiffLine) string {
	var out strings.Builder
	sign := map[DiffOp]string{Context: "  ", Minus: "- ", Plus: "+ ", Gap: "..."}
	for _, l := range lines {
		out.WriteString(sign[l.Op] + l.Text + "\n")
	}
	return out.String()
}

func TestDiff(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, old, new, want string }{
		{"equal", "A=1\n", "A=1\n", ""},
		{"new file", "", "A=1\nB=2\n", "+ A=1\n+ B=••••••••\n"},
		{"line end at the end", "A=1", "A=1\n\nA2=2\n", "  A=1\n+ A2=2\n"},
		{"comment", "# x\nA=1", "A=1", ""},
		{"note", "A=1 # x", "A=1", "- A=1\n+ A=1\n"},
		{"secret changed", "B='abcdefgh'\nA=1\n", "B=\"it's a much longer one\"\nA=1\n",
			"- B='••••••••'\n+ B=\"••••••••\"\n  A=1\n"},
		{"secret in context", "B=aaaa\nC=bbbb # note\nA=1\n", "B=aaaa\nC=bbbb # note\nA=2\n",
			"  B=••••••••\n  C=••••••••\n- A=1\n+ A=2\n"},
		{"an empty secret is no secret", "B=\nC=''\n", "B=x\nC=''\n", "- B=\n+ B=••••••••\n  C=''\n"},
		{"secret of several lines", "B='abc\ndef\nghi'\nA=1\n", "B='abc\nxyz\nghi'\nA=1\n",
			"- B='••••••••'\n+ B='••••••••'\n  A=1\n"},
		{"user that was a password", "PASSWORD=x\n", "A=x\nPASSWORD=y\n", "- PASSWORD=••••••••\n+ A=••••••••\n+ PASSWORD=••••••••\n"},
		{"far apart", "A=1\nB=1\nC=1\nD=1\nE=1\nF=1\nA2=1\n", "A=2\nB=1\nC=1\nD=1\nE=1\nF=1\nA2=2\n",
			"- A=1\n+ A=2\n  B=••••••••\n  C=••••••••\n...\n  E=••••••••\n  F=••••••••\n- A2=1\n+ A2=2\n"},
	}
	for _, c := range cases {
		if got := draw(Diff([]byte(c.old), []byte(c.new), onlyA)); got != c.want {
			t.Errorf("%s: draws\n%swant\n%s", c.name, got, c.want)
		}
	}
}
