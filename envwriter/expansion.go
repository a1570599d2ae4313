package envwriter

import (
	"bytes"
	"fmt"
	"sort"
	"strings"

	"smtp-wizard/internal/lazy"
)

// maxExpanded bounds what the references in a file may come to, in bytes. Real
// files come to a few kilobytes; variables that double each other come to more
// than any memory holds.
const maxExpanded = 4 << 20

var errExpansion = fmt.Errorf("its ${...} come to more than %d MiB", maxExpanded>>20)

// mostDollars bounds what looks like a reference: readers take long over each.
const mostDollars = 1 << 16

var errDollars = fmt.Errorf("it has more than %d dollar signs", mostDollars)

// checkExpansion refuses a file whose references may come to more than godotenv
// and compose-go can be given, which put them in without a limit.
func checkExpansion(file []byte) error {
	switch {
	case bytes.Count(file, []byte("$"))+bytes.Count(file, []byte(octalDollar)) > mostDollars:
		return errDollars
	case expansion(file) > maxExpanded:
		return errExpansion
	}
	return nil
}

// octalDollar is how compose-go lets a $ be written in double quotes.
const octalDollar = `\0044`

var (
	referenceName = lazy.Compile(`^(?:\$\(?\{?)?((?i:[a-z0-9_]*))`)
	// oddReference finds one whose name only some readers can make out: with octal
	// numbers, which compose decodes in double quotes, or backslashes, which godotenv
	// drops there. It could be any name, so all that is before it counts.
	oddReference = lazy.Compile(`^(?:\\|\$\(?\{?(?i:[a-z0-9_]*)\\[A-Z0-9_({\\])`)
	// anyAssignment finds a name, a separator, blanks and a quote. Blanks are those
	// that godotenv and compose-go skip.
	anyAssignment = lazy.Compile(`(?i)([a-z0-9_]*)[^a-z0-9_\n=:]*[=:][\t\v\f\r \x{85}\x{a0}]*(["']?)`)
)

// A span is where the last value of one name begins, and the last place where it
// could end. Those that overlap are taken for one, and one that is still open counts
// as far as it goes, so it is never shorter than what a reader takes for the value.
type span struct {
	start, end int
	longest    int // of the values that ended before
}

// A tally is what references come to, by where they are.
type tally struct{ at, sums []int }

// before is what the references before a place come to.
func (t *tally) before(place int) int {
	if i := sort.SearchInts(t.at, place); i > 0 {
		return t.sums[i-1]
	}
	return 0
}

// length is the longest that a value can be at a place.
func (t *tally) length(s span, place int) int {
	end := min(place, s.end)
	return max(s.longest, end-s.start+t.before(end)-t.before(s.start))
}

// expansion estimates the bytes that references put into a file, up to the first
// beyond maxExpanded. It is never less than what a reader puts in: they cut a file
// differently, so all that any of them could take for an assignment counts. A simpler
// bound, the longest value for each reference, would refuse a file with twenty lines
// of two.
func expansion(file []byte) int {
	text := string([]rune(string(file))) // godotenv makes three bytes of one that is not UTF-8
	references := dollars(text)
	// Each can at most double what there is, which is all to know of an ordinary file.
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
			if name == "" || strings.HasSuffix(text[:m[2]], "{") { // ${NAME:-...} is none
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
		case name != "": // godotenv takes the capitals alone
			total += max(t.length(spans[name], ref[0]), t.length(spans[capitals], ref[0]), len(fromElsewhere))
		}
		if total > maxExpanded {
			break
		}
		t.at, t.sums = append(t.at, ref[0]), append(t.sums, total)
	}
	return total
}

// dollars finds where a reference may begin, and where what stands for its $ ends.
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

// startsName reports whether a $ before c may be a reference for a reader.
func startsName(c byte) bool { return strings.IndexByte(`{(\`, c) >= 0 || isName("_"+string(rune(c))) }

// quoteEnd returns where godotenv takes the quote that s begins with to end, or -1.
func quoteEnd(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] == s[0] && s[i-1] != '\\' {
			return i
		}
	}
	return -1
}
