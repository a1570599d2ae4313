package envwriter

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// maxExpanded bounds what the references in a file may come to, in bytes. Real
// files come to a few kilobytes; variables that double each other come to more
// than any memory holds.
const maxExpanded = 4 << 20

// ErrExpansion says that a file is not read because of what its references come
// to. It comes wrapped in a *ReadError.
var ErrExpansion = fmt.Errorf("its ${...} come to more than %d MiB", maxExpanded>>20)

// CheckExpansion returns ErrExpansion for a file whose references may come to more
// than godotenv and compose-go can be given, which put them in without a limit.
func CheckExpansion(file []byte) error {
	if expansion(file) > maxExpanded {
		return ErrExpansion
	}
	return nil
}

// referenceStart is a $, or how compose-go lets one be written in double quotes.
var referenceStart = regexp.MustCompile(`\$|\\0044`)

// expansion estimates the bytes that references put into a file, up to the first
// beyond maxExpanded. It is never less than what a reader puts in: they cut a file
// differently, so all that any of them could take for an assignment counts, with
// each end that its value could have.
func expansion(file []byte) int {
	if !referenceStart.Match(file) {
		return 0
	}
	text := string([]rune(string(file))) // godotenv makes three bytes of one that is not UTF-8
	spans := valueSpans(text)
	size := map[string]int{} // by name, the longest value up to here
	var at, sums []int       // where references are, and what they come to up to there
	total := 0
	for _, ref := range referenceStart.FindAllStringIndex(text, -1) {
		for ; len(spans) > 0 && spans[0].end <= ref[0]; spans = spans[1:] {
			s := spans[0]
			length := s.end - s.start + total
			if i := sort.SearchInts(at, s.start); i > 0 {
				length -= sums[i-1]
			}
			size[s.name] = max(size[s.name], length)
		}
		cost := 0
		for _, name := range namesAt(text[ref[0]:]) {
			cost = max(cost, size[name], len(fromElsewhere))
		}
		if total += cost; total > maxExpanded {
			break
		}
		at, sums = append(at, ref[0]), append(sums, total)
	}
	return total
}

// A reference is one reader's way of finding a name behind a $.
type reference struct {
	pattern *regexp.Regexp
	decode  func(string) string
}

var references = []reference{
	{regexp.MustCompile(`^\$\{?((?i:[a-z0-9_]+))`), same},
	// godotenv knows capitals only, and in double quotes drops a backslash before other characters.
	{regexp.MustCompile(`^\$\(?\{?([A-Z0-9_]+)`), same},
	{regexp.MustCompile(`^\$\\?\(?\\?\{?((?:\\?[A-Z0-9_])+)`), func(s string) string { return strings.ReplaceAll(s, `\`, "") }},
	// compose-go decodes octal numbers in double quotes first.
	{regexp.MustCompile(`^(?:\$|\\0044)(?:\{|\\0173)?((?:(?i:[a-z0-9_])|` + octal + `)+)`), decodeOctal},
}

// octal finds a letter, a digit or a _ as compose-go reads it in double quotes.
const octal = `\\0(?:06[0-7]|07[01]|10[1-7]|1[12][0-7]|13[0-27]|14[1-7]|1[56][0-7]|17[0-2])`

var octalPattern = regexp.MustCompile(octal)

func decodeOctal(name string) string {
	return octalPattern.ReplaceAllStringFunc(name, func(s string) string {
		return string((s[2]-'0')<<6 | (s[3]-'0')<<3 | s[4] - '0')
	})
}

// namesAt lists the names that a reader could find behind the $ that text begins with.
func namesAt(text string) []string {
	var names []string
	for _, r := range references {
		if m := r.pattern.FindStringSubmatch(text); m != nil {
			names = append(names, r.decode(m[1]))
		}
	}
	return names
}

// A valueSpan is where a value begins and where it could end.
type valueSpan struct {
	name       string
	start, end int
}

// anyAssignment finds a name, a separator, blanks and a quote. Blanks are those
// that godotenv and compose-go skip.
var anyAssignment = regexp.MustCompile(`(?i)([a-z0-9_]*)[^a-z0-9_\n=:]*[=:][\t\v\f\r \x{85}\x{a0}]*(["']?)`)

// valueSpans lists what could be a value, by its end. One can have two of them:
// the readers differ on what a backslash does, and on what ends a line.
func valueSpans(text string) []valueSpan {
	var spans []valueSpan
	feed, carriage := -1, -1 // where they are next, from the last value on
	for _, m := range anyAssignment.FindAllStringSubmatchIndex(text, -1) {
		name, start := text[m[2]:m[3]], m[4]
		if m[4] < m[5] {
			for _, length := range []int{quoteEnd(text[start:]), unescaped(text[start:], text[start])} {
				if length > 0 {
					spans = append(spans, valueSpan{name, start, start + length})
				}
			}
			continue
		}
		feed, carriage = nextByte(text, '\n', start, feed), nextByte(text, '\r', start, carriage)
		spans = append(spans, valueSpan{name, start, feed})
		if carriage < feed { // godotenv ends a line there
			spans = append(spans, valueSpan{name, start, carriage})
		}
	}
	slices.SortFunc(spans, func(a, b valueSpan) int { return cmp.Compare(a.end, b.end) })
	return spans
}

// nextByte returns where c is next, the length when it is not. known is what it
// returned for an earlier start, so that a long line is not searched again and again.
func nextByte(text string, c byte, start, known int) int {
	if known >= start {
		return known
	}
	if i := strings.IndexByte(text[start:], c); i >= 0 {
		return start + i
	}
	return len(text)
}

// quoteEnd returns where godotenv takes the quote that s begins with to end, or -1.
func quoteEnd(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] == s[0] && s[i-1] != '\\' {
			return i
		}
	}
	return -1
}
