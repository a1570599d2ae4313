package envwriter

import (
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
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
	cases := casetest.Read[[]struct{ Name, Old, New, Want string }](t, "diff")
	for _, c := range cases {
		if got := draw(Diff([]byte(c.Old), []byte(c.New), onlyA)); got != c.Want {
			t.Errorf("%s: draws\n%swant\n%s", c.Name, got, c.Want)
		}
	}
}
