package envwriter

import (
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// DiffOp is the kind of a line in a diff.
type DiffOp string

const (
	Context DiffOp = "context"
	Minus   DiffOp = "removed"
	Plus    DiffOp = "added"
	Gap     DiffOp = "gap" // omitted lines; Text is empty
)

// DiffLine is one line of a diff that is safe to show: secrets are masked and control
// characters replaced.
type DiffLine struct {
	Op   DiffOp
	Text string
}

// contextLines are shown around each change.
const contextLines = 2

// Diff compares two files as View shows them. It leaves out changes that do not show,
// such as those in comments or line ends.
func Diff(old, new []byte, public Public) []DiffLine {
	before, after := parse(old), parse(new)
	m := newMasker(public, before, after)
	ids := map[string]int{}
	removed, a := m.shown(before, ids)
	added, b := m.shown(after, ids)
	diff, err := udiff.ToUnifiedDiff("", "", a, udiff.Lines(a, b), contextLines)
	if err != nil { // never: the edits are of these texts
		panic(err)
	}
	var out []DiffLine
	for _, h := range diff.Hunks {
		from, to := max(h.FromLine, 1)-1, max(h.ToLine, 1)-1
		if from > 0 {
			out = append(out, DiffLine{Op: Gap})
		}
		for _, line := range h.Lines {
			switch line.Kind {
			case udiff.Delete:
				out = append(out, DiffLine{Minus, removed[from]})
				from++
			case udiff.Insert:
				out = append(out, DiffLine{Plus, added[to]})
				to++
			default:
				out = append(out, DiffLine{Context, removed[from]})
				from, to = from+1, to+1
			}
		}
	}
	return out
}

// View returns the lines of a file as they may be shown: each key with its value if
// public, else with a mask of fixed width. Comments and blank lines are left out.
func View(file []byte, public Public) []string {
	doc := parse(file)
	lines, _ := newMasker(public, doc).shown(doc, map[string]int{})
	return lines
}

// shown returns the lines to show, and a text to compare them by: one number per line,
// equal for equal statements, because a change in a masked value must show too.
func (m *masker) shown(doc *document, ids map[string]int) (lines []string, numbers string) {
	m.joined, m.uncertain = false, false
	var out strings.Builder
	for _, s := range doc.statements {
		line, ok := m.show(s)
		if !ok {
			continue
		}
		lines = append(lines, line)
		id, known := ids[s.text()]
		if !known {
			id = len(ids)
			ids[s.text()] = id
		}
		out.WriteString(strconv.Itoa(id) + "\n")
	}
	return lines, out.String()
}
