package envwriter

import (
	"bytes"
	"fmt"
	"sort"
	"strings"

	"smtp-wizard/internal/lazy"
)

// maxExpanded bounds the expansion of the references in a file, in bytes. Real files
// expand to a few kilobytes; variables that double each other would exhaust memory.
const maxExpanded = 4 << 20

var errExpansion = fmt.Errorf("its ${...} come to more than %d MiB", maxExpanded>>20)

// mostDollars bounds what looks like a reference: readers are slow at each.
const mostDollars = 1 << 16

var errDollars = fmt.Errorf("it has more than %d dollar signs", mostDollars)

// checkExpansion refuses a file whose references may expand to too much for godotenv
// and compose-go, which have no limits.
func checkExpansion(file []byte) error {
	switch {
	case bytes.Count(file, []byte("$"))+bytes.Count(file, []byte(octalDollar)) > mostDollars:
		return errDollars
	case expansion(file) > maxExpanded:
		return errExpansion
	}
	return nil
}

// octalDollar is an alternative for $ in compose-go's double quotes.
const octalDollar = `\0044`

var (
	referenceName = lazy.Compile(`^(?:\$\(?\{?)?((?i:[a-z0-9_]*))`)
	// oddReference finds a reference whose name depends on the reader: with octal
	// numbers, which compose decodes in double quotes, or backslashes, which godotenv
	// drops there. It could be any name, so everything before it counts.
	oddReference = lazy.Compile(`^(?:\\|\$\(?\{?(?i:[a-z0-9_]*)\\[A-Z0-9_({\\])`)
	// anyAssignment finds a name, a separator, blanks and a quote. Blanks are those
	// that godotenv and compose-go skip.
	anyAssignment = lazy.Compile(`(?i)([a-z0-9_]*)[^a-z0-9_\n=:]*[=:][\t\v\f\r \x{85}\x{a0}]*(["']?)`)
)

// span is where the last value of a name begins, and the last place where it could end.
// Overlapping spans are merged, and an open one counts as far as it goes, so it is never
// shorter than what any reader takes for the value.
type span struct {
	start, end int
	longest    int // of the values that ended before
}

// tally has the total expansion of references, by position.
type tally struct{ at, sums []int }

// before is the total expansion of the references before a position.
func (t *tally) before(place int) int {
	if i := sort.SearchInts(t.at, place); i > 0 {
		return t.sums[i-1]
	}
	return 0
}

// length is the maximum length of a value at a position.
func (t *tally) length(s span, place int) int {
	end := min(place, s.end)
	return max(s.longest, end-s.start+t.before(end)-t.before(s.start))
}

// expansion is an upper bound of the bytes that references add to a file, until it
// exceeds maxExpanded. Readers parse a file differently, so everything that one of them
// could take for an assignment counts. A simpler bound, the longest value for each
// reference, would refuse a file with twenty lines of two.
func expansion(file []byte) int {
	text := string([]rune(string(file))) // godotenv makes three bytes of one that is not UTF-8
	references := dollars(text)
	// Each reference can at most double the text, which is enough for ordinary files.
	if few := len(references); few < 16 && (len(text)+len(fromElsewhere))<<few <= maxExpanded {
		return (len(text) + len(fromElsewhere)) << few
	}
	assignments := anyAssignment.Compiled().FindAllStringSubmatchIndex(text, -1)
	spans := map[string]span{}
	t := &tally{}
	total, feed := 0, 0 // feed is the end of the line
	for _, ref := range references {
		for ; len(assignments) > 0 && assignments[0][4] <= ref[0]; assignments = assignments[1:] {
			m := assignments[0]
			name, start := text[m[2]:m[3]], m[4]
			if name == "" || strings.HasSuffix(text[:m[2]], "{") { // ${NAME:-...} is not an assignment
				continue
			}
			if feed < start {
				line, _, _ := strings.Cut(text[start:], "\n")
				feed = start + len(line)
			}
			end := feed
			if start < m[5] { // the readers differ on what a backslash in quotes does
				end = start + max(quoteEnd(text[start:]), unescaped(text[start:], text[start]))
			}
			s := spans[name]
			if start >= s.end {
				s = span{start: start, longest: t.length(s, start)}
			}
			s.end = max(s.end, end)
			spans[name] = s
		}
		if next := text[ref[1]:]; ref[1]-ref[0] == 1 && (next == "" || !startsName(next[0])) {
			continue
		}
		name := referenceName.FindStringSubmatch(text[ref[0]:])[1]
		capitals := name[:len(name)-len(strings.TrimLeft(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"))]
		switch {
		case oddReference.MatchString(text[ref[0]:]):
			total += ref[0] + total + len(fromElsewhere)
		case name != "": // godotenv only takes the capitals
			total += max(t.length(spans[name], ref[0]), t.length(spans[capitals], ref[0]), len(fromElsewhere))
		}
		if total > maxExpanded {
			break
		}
		t.at, t.sums = append(t.at, ref[0]), append(t.sums, total)
	}
	return total
}

// dollars finds each $, in either notation, with which a reference may begin.
func dollars(text string) (found [][2]int) {
	for i := 0; i < len(text); i++ {
		next := strings.IndexAny(text[i:], `$\`)
		if next < 0 {
			break
		}
		i += next
		switch {
		case text[i] == '$':
			found = append(found, [2]int{i, i + 1})
		case strings.HasPrefix(text[i:], octalDollar):
			found = append(found, [2]int{i, i + len(octalDollar)})
		}
	}
	return found
}

// startsName reports whether some reader may take a $ before c for a reference.
func startsName(c byte) bool { return strings.IndexByte(`{(\`, c) >= 0 || isName("_"+string(rune(c))) }

// quoteEnd returns where, to godotenv, the quote at the start of s ends, or -1.
func quoteEnd(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] == s[0] && s[i-1] != '\\' {
			return i
		}
	}
	return -1
}
