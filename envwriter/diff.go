package envwriter

import (
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// A DiffOp says what a line of a diff is.
type DiffOp string

const (
	Context DiffOp = "context"
	Minus   DiffOp = "removed"
	Plus    DiffOp = "added"
	Gap     DiffOp = "gap" // lines left out here; Text is empty
)

// A DiffLine is one line of a diff, ready for a screen: secrets are masked and
// control characters replaced.
type DiffLine struct {
	Op   DiffOp
	Text string
}

// contextLines are shown around each change.
const contextLines = 2

// Diff compares two files. The values of secretKeys, of keys that are secret by
// their name and of passwords in URLs are masked on both sides, with a mask of
// fixed width. Equal files, and files that differ in line ends alone, give nothing.
func Diff(old, new []byte, secretKeys []string) []DiffLine {
	ids := map[string]int{}
	before, a := shown(old, secretKeys, ids)
	after, b := shown(new, secretKeys, ids)
	diff, err := udiff.ToUnifiedDiff("", "", a, udiff.Lines(a, b), contextLines)
	if err != nil { // the edits were made from these very texts
		panic(err)
	}
	var out []DiffLine
	add := func(op DiffOp, lines []string) {
		for _, text := range lines {
			out = append(out, DiffLine{op, text})
		}
	}
	for _, h := range diff.Hunks {
		from, to := max(h.FromLine, 1)-1, max(h.ToLine, 1)-1
		if from > 0 {
			out = append(out, DiffLine{Op: Gap})
		}
		for _, line := range h.Lines {
			switch line.Kind {
			case udiff.Delete:
				add(Minus, before[from])
				from++
			case udiff.Insert:
				add(Plus, after[to])
				to++
			default:
				add(Context, before[from])
				from, to = from+1, to+1
			}
		}
	}
	return out
}

// View returns the lines of a whole file, masked as in Diff.
func View(file []byte, secretKeys []string) []string {
	var out []string
	statements, _ := shown(file, secretKeys, map[string]int{})
	for _, lines := range statements {
		out = append(out, lines...)
	}
	return out
}

// shown returns the lines of each statement as they may be shown, and a text to
// compare: each statement is a number on a line of its own, the same for the same
// text, since a change inside a multi-line secret has to show as that secret.
func shown(file []byte, secretKeys []string, ids map[string]int) (statements [][]string, numbers string) {
	m := masker{keys: secretKeys}
	var out strings.Builder
	for _, s := range parse(file).statements {
		statements = append(statements, m.show(s))
		id, known := ids[s.text()]
		if !known {
			id = len(ids)
			ids[s.text()] = id
		}
		out.WriteString(strconv.Itoa(id) + "\n")
	}
	return statements, out.String()
}
