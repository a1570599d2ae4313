package screen

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"
)

// sender goes to the page with the password.
func sender(t *testing.T, cols, rows int) *session {
	s := open(t, cols, rows)
	s.Until(firstPage)
	s.Keys(enter)
	s.Until(secondPage)
	s.Keys(enter)
	s.Until("Which relay")
	s.Keys(enter + enter + enter)
	s.Until("Who sends, and")
	return s
}

func TestPasteWithLineBreaks(t *testing.T) {
	t.Parallel()
	s := sender(t, 80, 24)
	s.Keys(pasteOn + "a@exa\r\nmple.com\n" + pasteOff)
	s.Until("a@example.com", "Pasted without line breaks", "› From")
	s.Keys(enter + enter + pasteOn + "hun\x1b[2Jter2\n" + pasteOff)
	s.Until("› Password", "nothing was pasted")
	s.Keys(pasteOn + "hunter2\n" + pasteOff)
	s.Until("› Password       ••••••••", "Pasted without line breaks")
	s.Keys(enter + enter)
	s.Until("Who does Pocket ID")
	s.Keys(ctrlC)
	s.Until("Leave before")
	s.Keys(ctrlC)
	if code := s.Exit(); code != 130 {
		t.Errorf("exit %d", code)
	}
	s.ended(`interrupted, at=identity env=".env" runs="compose" host="smtp-relay.gmail.com" port=587 from="a@example.com" password="hunter2"`)
}

func TestResize(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.Until(firstPage)
	for _, size := range [][2]int{{40, 12}, {1, 1}, {120, 30}, {39, 24}, {200, 60}} {
		s.Resize(size[0], size[1])
		switch {
		case size[0] == 39:
			s.Until("This window is 39x24.", "40x12")
		case size[0] > 1:
			s.Until("Where is Pocket ID", ".env")
		}
		s.Settled()
	}
	s.Keys(down + enter + down + enter)
	s.Until(secondPage, "[Provider]")
}

// What a key draws is little enough for any line; of the list, the rows that come
// into sight too.
func TestBytes(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.Until(firstPage)
	s.Keys(ctrlU)
	typed := s.BytesPerKey(strings.Split("relay.example", ""))
	s.Keys(enter)
	s.Until(secondPage)
	moves := s.BytesPerKey(slices.Repeat([]string{down}, 24))
	filtered := s.BytesPerKey([]string{"g", "o", "o"})
	t.Logf("bytes a typed character: %v; a move in the list: %v; a filter key: %v", typed, moves, filtered)
	if m := median(typed); m > 30 {
		t.Errorf("%d bytes for a typed character at the median", m)
	}
	if m := median(moves); m > 120 {
		t.Errorf("%d bytes for a move in the list at the median", m)
	}
}

func median[N cmp.Ordered](n []N) N { return slices.Sorted(slices.Values(n))[len(n)/2] }

func TestIdle(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.Until(firstPage)
	s.Settled()
	for range 5 { // on a busy machine the last of the page may come late
		before := s.Written()
		time.Sleep(1500 * time.Millisecond)
		if s.Written() == before {
			return
		}
	}
	t.Error("something is written all the time, and nothing happens")
}

// Keys as terminals send them: in the old encoding, in the kitty protocol that
// is switched on, and with modifyOtherKeys.
func TestKeyEncodings(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.Until(firstPage)
	for _, cut := range []string{ctrlU, "\x1b[117;5u", "\x1b[27;5;117~"} {
		s.Keys(cut + "abc")
		s.Until("Environment file   abc ")
		s.Keys(cut + ".env")
		s.Until("Environment file   .env ")
	}
	s.Keys("x\t\x1b[13u") // enter opens the list
	s.Until("› docker compose")
	s.Keys("\x1bOB\x1b[57414u") // down in application mode, enter of the keypad: the page is done
	s.Until(secondPage)
	s.Keys("\x1b[27u\t\tx")
	s.Until("› APP_URL", "docker run")
	s.Keys("\x1b[27u") // esc
	s.Until("Leave before")
	s.Keys("\x1b[27;1u\x1b[11~")
	s.Until("Keys")
	s.Keys("\n\x1b[99;5u")
	s.Until("Leave before")
	s.Keys("\x1b[99;5u")
	if code := s.Exit(); code != 130 {
		t.Errorf("exit %d", code)
	}
}
