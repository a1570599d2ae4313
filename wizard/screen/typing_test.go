package screen

import (
	"slices"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/termtest"
)

// sender goes to the page with the password.
func sender(t *testing.T, cols, rows int) *session {
	s := open(t, cols, rows)
	s.Until(firstPage)
	s.Keys(enter + enter + enter)
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
	s.Until("a@example.com", "Pasted without 1 line break and the line break at the end.", "› From")
	s.Keys(enter + enter + pasteOn + "hun\x1b[2Jter2\n" + pasteOff)
	s.Until("› Password       ••••••••", "line break at the end")
	s.Keys(enter + enter)
	s.Until("Who does Pocket ID")
	s.Keys(ctrlC)
	s.Until("Leave before")
	s.Keys(ctrlC)
	if code := s.Exit(); code != 130 {
		t.Errorf("exit %d", code)
	}
	s.ended(`interrupted, at=identity env=".env" runs="compose" host="smtp-relay.gmail.com" port=587 from="a@example.com" password="hun[2Jter2"`)
}

func TestLongPaste(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789abcdef", 256) // 4 KiB
	for name, paste := range map[string]string{"bracketed": pasteOn + long + "\n" + pasteOff, "bare": long} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sender(t, 80, 24)
			s.Keys(tab + tab)
			s.Until("› Password")
			s.Keys(paste)
			s.Until("› Password       ••••••••")
			s.Settled()
			s.Keys(up + up + "x" + enter)
			s.Until("From           x")
			if code := s.leave(); code != 130 {
				t.Errorf("exit %d", code)
			}
			if want := `typed=map[from:x]`; !strings.Contains(s.kept(), want) {
				t.Errorf("the draft has no %s: %s", want, s.kept())
			}
		})
	}
}

// leave quits, through the question when it is asked.
func (s *session) leave() int {
	s.Keys(ctrlC)
	s.Until("Leave before")
	s.Keys("y")
	return s.Exit()
}

func TestUnbracketedLinesAreKeys(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.Until(firstPage)
	s.Keys("my.env" + enter + down + enter) // ten keys in one write
	s.Until("› APP_URL", "my.env", "docker run")
	if strings.Contains(s.Screen(), secondPage) {
		t.Error("went further than was typed")
	}
}

// A busy machine stretches the pauses, on either side of the terminal; keys that
// never arrive whole in any attempt are the program's fault.
func TestSplitKeys(t *testing.T) {
	t.Parallel()
	tried := 0
	for range 10 {
		s := open(t, 80, 24)
		s.Until(firstPage)
		if !s.sendSplit(strings.Repeat(down, 3), 40*time.Millisecond) {
			continue // this machine is too busy to send as slowly as that, and no slower
		}
		tried++
		if !s.Sees(2*time.Second, "› podman") {
			continue
		}
		s.Keys(tab + ctrlU + "é")
		s.Settled()
		s.Keys("\xc3")
		time.Sleep(100 * time.Millisecond)
		s.Keys("\xa9")
		s.Until("APP_URL            éé")
		return
	}
	if tried > 0 {
		t.Fatalf("the keys came to nothing in %d attempts", tried)
	}
	t.Skip("no attempt had the pauses that it should have")
}

// sendSplit sends byte by byte, and reports whether no pause was much longer
// than asked for.
func (s *session) sendSplit(keys string, pause time.Duration) bool {
	kept := true
	for i := range len(keys) {
		began := time.Now()
		s.Keys(keys[i : i+1])
		time.Sleep(pause)
		kept = kept && time.Since(began) < pause*2
	}
	return kept
}

func TestLateReplies(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.Until(firstPage)
	before := s.Screen()
	for _, reply := range []string{
		"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\", "\x1b]10;rgb:ffff/ffff/ffff\x07", "\x1b[?2026;2$y", "\x1b[?1u",
		"\x1b[24;80R", "\x1b[?62;4c", "\x1bP1+r524742\x1b\\", "\x1bP>|XTerm(388)\x1b\\", "\x1b_Gi=1;OK\x1b\\",
	} {
		s.Keys(reply)
		for _, cut := range []int{2, len(reply) / 2, len(reply) - 1} {
			s.Keys(reply[:cut])
			time.Sleep(70 * time.Millisecond) // longer than Bubble Tea waits
			s.Keys(reply[cut:])
		}
	}
	s.Keys(tab) // comes after all of them
	s.Until("› docker compose")
	s.Keys("\x1b[Z")
	s.Until("› Environment file")
	if got := s.Screen(); got != before {
		t.Errorf("something was typed that was not typed:\n%s", got)
	}
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
	s.Keys(enter + down + enter + enter)
	s.Until(secondPage, "docker run", "│ Install")
}

// What a key draws is little enough for any line; of the list, the rows that come
// into sight too.
func TestBytes(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.Until(firstPage)
	s.Keys(ctrlU)
	typed := s.BytesPerKey(strings.Split("relay.example", ""))
	s.Keys(enter + enter + enter)
	s.Until(secondPage)
	moves := s.LeastBytesPerKey(termtest.Home, slices.Repeat([]string{down}, 24), 80)
	filtered := s.BytesPerKey([]string{"g", "o", "o"})
	t.Logf("bytes a typed character: %v; a move in the list: %v; a filter key: %v", typed, moves, filtered)
	if m := median(typed); m > 30 {
		t.Errorf("%d bytes for a typed character at the median", m)
	}
	if m := slices.Max(moves); m > 80 {
		t.Errorf("%d bytes for a move in the list", m)
	}
}

func median(n []int) int {
	n = slices.Clone(n)
	slices.Sort(n)
	return n[len(n)/2]
}

func TestIdle(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.Until(firstPage)
	s.Settled()
	before := s.Written()
	time.Sleep(3 * time.Second)
	if n := s.Written() - before; n != 0 {
		t.Errorf("%d bytes written in 3 s of idling", n)
	}
}

// Keys as terminals send them: in the old encoding, in the kitty protocol that
// is switched on, and with modifyOtherKeys.
func TestKeyEncodings(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.Until(firstPage)
	for _, undo := range []string{"\x1f", "\x1b[95;5u", "\x1b[27;5;95~"} {
		s.Keys(ctrlU + "abc")
		s.Until("Environment file   abc ")
		s.Keys(undo + undo)
		s.Until("Environment file   .env ")
	}
	s.Keys("x\x1b[13u") // enter
	s.Until("› docker compose")
	s.Keys("\x1bOB\x1b[57414u") // down in application mode, enter of the keypad
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
