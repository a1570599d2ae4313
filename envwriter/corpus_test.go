package envwriter

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
)

// hostileValues are those of testdata/values.txt.
func hostileValues(t testing.TB) []string {
	t.Helper()
	file, err := os.ReadFile("testdata/values.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(file)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		value, err := strconv.Unquote(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		out = append(out, value)
	}
	if len(out) < 150 {
		t.Fatalf("only %d values", len(out))
	}
	return out
}

// readerSets are every reader alone, every pair, and the sets that are common.
func readerSets(t testing.TB) [][]Reader {
	var sets [][]Reader
	for i, a := range Readers {
		sets = append(sets, []Reader{a})
		for _, b := range Readers[i+1:] {
			sets = append(sets, []Reader{a, b})
		}
	}
	return append(sets,
		pick(t, "pocket-id", "compose", "systemd"),
		pick(t, "pocket-id", "compose", "sh"),
		pick(t, "pocket-id", "compose", "systemd", "sh"),
		pick(t, "pocket-id", "compose", "docker"),
		Readers)
}

// neighbours stand around the key in every way that a wrong encoding could harm.
const neighbours = "# a comment\nAPP_URL=https://id.example.com\nSECRET=old\n\nTRUST_PROXY=false\nPUID=1000"

// exactOrRefused is the promise: either every selected reader gets the value and
// every other key as it was, or the edit is refused.
func exactOrRefused(t testing.TB, old []byte, value string, readers []Reader) (accepted bool) {
	t.Helper()
	change := set("SECRET", value)
	edit, err := Apply(old, []Change{change}, readers)
	if err != nil {
		knownRefusal(t, err, value)
		return false
	}
	for _, r := range readers {
		for _, w := range r.Variants {
			before, err := w.Read(old)
			if err != nil {
				continue
			}
			after, err := w.Read(edit.New)
			if err != nil {
				t.Fatalf("%s (%s) cannot read what was written for %q in %q:\n%q", r.Name, w.Note, value, old, edit.New)
			}
			if got, found := after["SECRET"]; !found || got != value {
				t.Fatalf("%s (%s) reads %q for %q in %q", r.Name, w.Note, got, value, edit.New)
			}
			before["SECRET"] = value
			if len(before) != len(after) {
				t.Fatalf("%s (%s): other keys than before for %q in %q", r.Name, w.Note, value, edit.New)
			}
			for key := range before {
				if before[key] != after[key] {
					t.Fatalf("%s (%s): %s became %q for %q in %q", r.Name, w.Note, key, after[key], value, edit.New)
				}
			}
		}
	}
	again, err := Apply(edit.New, []Change{change}, readers)
	if err != nil || string(again.New) != string(edit.New) || again.Changed() {
		t.Fatalf("the second time %q becomes %q (%v)", edit.New, again.New, err)
	}
	return true
}

func knownRefusal(t testing.TB, err error, value string) {
	t.Helper()
	var (
		no   *NoEncodingError
		bad  *keyError
		read *readError
	)
	if !errors.As(err, &no) && !errors.As(err, &bad) && !errors.As(err, &read) {
		t.Fatalf("an error of no known type: %v", err)
	}
	if len(value) > 7 && strings.Contains(err.Error(), value) {
		t.Fatalf("the error holds the value: %v", err)
	}
}

func TestEveryHostileValueIsExactOrRefused(t *testing.T) {
	t.Parallel()
	values := hostileValues(t)
	for n, readers := range readerSets(t) {
		t.Run(strings.Join(Names(readers), "+"), func(t *testing.T) {
			t.Parallel()
			accepted := 0
			for i, value := range values {
				if len(readers) == 2 && (i+n)%3 > 0 {
					continue // each value in a third of the pairs
				}
				if exactOrRefused(t, []byte(neighbours), value, readers) {
					accepted++
				}
			}
			t.Logf("%d of %d values", accepted, len(values))
		})
	}
}
