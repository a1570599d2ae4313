package termtest

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// missing is one of the words that the screen shows neither as it is nor flat.
func (w *Terminal) missing(words []string) string {
	seen := w.Screen() + "\n" + w.Flat()
	for _, word := range words {
		if !strings.Contains(seen, word) {
			return word
		}
	}
	return ""
}

// Sees waits for all these words and reports whether they came.
func (w *Terminal) Sees(within time.Duration, words ...string) bool {
	return eventually(within, func() bool { return w.missing(words) == "" })
}

func eventually(within time.Duration, is func() bool) bool {
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(glance) {
		if is() {
			return true
		}
	}
	return false
}

// Until waits for all these words.
func (w *Terminal) Until(words ...string) {
	w.T.Helper()
	if !w.Sees(patience, words...) {
		w.T.Fatalf("%q did not appear; the screen is\n%s", w.missing(words), w.Screen())
	}
}

// UntilAny waits for any of these words.
func (w *Terminal) UntilAny(words ...string) {
	w.T.Helper()
	if !eventually(patience, func() bool {
		return slices.ContainsFunc(words, func(word string) bool { return w.missing([]string{word}) == "" })
	}) {
		w.T.Fatalf("none of %q appeared; the screen is\n%s", words, w.Screen())
	}
}

// Opens waits for words of a page that opens by itself, and until the page takes
// keys.
func (w *Terminal) Opens(words ...string) {
	w.T.Helper()
	w.Until(words...)
	time.Sleep(ignored)
	w.Until(words...)
}

// Settled is the screen when nothing has been drawn for a while.
func (w *Terminal) Settled() string {
	last, since := w.Written(), time.Now()
	for time.Since(since) < stillness {
		time.Sleep(glance)
		if n := w.Written(); n != last {
			last, since = n, time.Now()
		}
	}
	return w.Screen()
}

// atWork reports whether the screen, or what stands instead of a prompt, waits for work
// under way.
func (w *Terminal) atWork() bool {
	if out := w.Output(); w.plain() {
		return !strings.HasSuffix(out, ": ")
	}
	return working.MatchString(w.Screen())
}

// plain reports whether the program asks line by line.
func (w *Terminal) plain() bool { return !strings.Contains(w.Output(), "\x1b[?1049h") }

var working = regexp.MustCompile(`(?m)^[─-]+ .* \d+ s [─-]|esc stop and go back`)

// Rests waits, after the program has written more than so many bytes, until it is
// done with its work and takes keys, and reports whether it goes on: false is that
// it has ended. Where nothing more is written, it was done already.
func (w *Terminal) Rests(written int) bool {
	w.T.Helper()
	eventually(5*time.Second, func() bool { return w.ended() || w.Written() > written })
	last, since, working, quiet := -1, time.Now(), true, ignored
	if !eventually(patience, func() bool {
		if n := w.Written(); n != last {
			last, since, working = n, time.Now(), w.atWork()
			if quiet = ignored; w.plain() {
				quiet = stillness // it prints no question before it takes an answer
			}
		}
		return w.ended() || !working && time.Since(since) > quiet
	}) {
		w.T.Fatalf("it does not come to rest; the screen is\n%s", w.Screen())
	}
	return !w.ended()
}

// ended reports whether there is nothing more to read.
func (w *Terminal) ended() bool {
	select {
	case <-w.seen:
		return true
	default:
		return false
	}
}

// BytesPerKey presses keys one by one and counts what each of them draws.
func (w *Terminal) BytesPerKey(keys []string) []int {
	w.T.Helper()
	w.Settled()
	counts := make([]int, len(keys))
	for i, k := range keys {
		before := w.Written()
		w.Keys(k)
		w.Settled()
		counts[i] = w.Written() - before
	}
	return counts
}

// Choose moves the pointer of the focused list to the row that begins with
// words, behind its mark: up to the first row, then down.
func (w *Terminal) Choose(words string) {
	w.T.Helper()
	w.Until(words)
	for range 5 {
		w.Settled() // a key before may still be on its way
		if w.pointsAt(words) {
			return
		}
		for _, key := range []string{Up, Down} {
			for at := ""; !w.pointsAt(words) && w.pointer() != at; {
				at = w.pointer()
				w.Keys(key)
				eventually(time.Second, func() bool { return w.pointer() != at })
			}
		}
	}
	w.T.Fatalf("the pointer never came to %q; the screen is\n%s", words, w.Screen())
}

// pointer is the row that the pointer is at, without its mark.
func (w *Terminal) pointer() string {
	for line := range strings.Lines(w.Screen()) {
		if row, found := strings.CutPrefix(strings.TrimSpace(line), "› "); found {
			return strings.TrimSpace(strings.TrimLeft(row, "✓✗! "))
		}
	}
	return ""
}

func (w *Terminal) pointsAt(words string) bool {
	return w.pointer() == words || strings.HasPrefix(w.pointer(), words+" ")
}
