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
	before, after := units(old, secretKeys), units(new, secretKeys)
	// Whole statements are compared, each standing as a number on a line of its
	// own: a change inside a multi-line secret has to show as that secret.
	ids := map[string]int{}
	a, b := numbered(before, ids), numbered(after, ids)
	diff, err := udiff.ToUnifiedDiff("", "", a, udiff.Lines(a, b), contextLines)
	if err != nil { // the edits were made from these very texts
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
				out = appendUnit(out, Minus, before[from])
				from++
			case udiff.Insert:
				out = appendUnit(out, Plus, after[to])
				to++
			default:
				out = appendUnit(out, Context, before[from])
				from++
				to++
			}
		}
	}
	return out
}

func appendUnit(out []DiffLine, op DiffOp, u unit) []DiffLine {
	for _, text := range u.text {
		out = append(out, DiffLine{Op: op, Text: text})
	}
	return out
}

func numbered(units []unit, ids map[string]int) string {
	var out strings.Builder
	for _, u := range units {
		if _, known := ids[u.id]; !known {
			ids[u.id] = len(ids)
		}
		out.WriteString(strconv.Itoa(ids[u.id]) + "\n")
	}
	return out.String()
}

// View returns the lines of a whole file, masked as in Diff.
func View(file []byte, secretKeys []string) []string {
	var out []string
	for _, u := range units(file, secretKeys) {
		out = append(out, u.text...)
	}
	return out
}
