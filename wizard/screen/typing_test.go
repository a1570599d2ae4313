//go:build !windows

package screen

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// sender goes to the page with the password.
func sender(t *testing.T, cols, rows int) *session {
	s := open(t, cols, rows)
	s.until(firstPage)
	s.send(enter + enter + enter)
	s.until(secondPage)
	s.send(enter)
	s.until("Which relay")
	s.send(enter + enter + enter)
	s.until("Who sends, and")
	return s
}

func TestPasteWithLineBreaks(t *testing.T) {
	t.Parallel()
	s := sender(t, 80, 24)
	s.send(pasteOn + "a@exa\r\nmple.com\n" + pasteOff)
	s.until("a@example.com", "Pasted without 1 line break and the line break at the end.", "› From")
	s.send(enter + enter + pasteOn + "hun\x1b[2Jter2\n" + pasteOff)
	s.until("› Password       ••••••••", "line break at the end")
	s.send(enter + enter)
	s.until("Who does Pocket ID")
	s.send(ctrlC)
	s.until("Leave before")
	s.send(ctrlC)
	if code := s.exit(); code != 130 {
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
			s.send(tab + tab)
			s.until("› Password")
			s.send(paste)
			s.until("› Password       ••••••••")
			s.quiet()
			s.send(up + up + "x" + enter)
			s.until("From           x")
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
	s.send(ctrlC)
	s.until("Leave before")
	s.send("y")
	return s.exit()
}

func TestUnbracketedLinesAreKeys(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.until(firstPage)
	s.send("my.env" + enter + down + enter) // ten keys in one write
	s.until("› APP_URL", "my.env", "docker run")
	if strings.Contains(s.screen(), secondPage) {
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
		s.until(firstPage)
		if !s.sendSplit(strings.Repeat(down, 3), 40*time.Millisecond) {
			continue // this machine is too busy to send as slowly as that, and no slower
		}
		tried++
		if !s.sees(2*time.Second, "› podman") {
			continue
		}
		s.send(tab + ctrlU + "é")
		s.quiet()
		s.send("\xc3")
		time.Sleep(100 * time.Millisecond)
		s.send("\xa9")
		s.until("APP_URL            éé")
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
		s.send(keys[i : i+1])
		time.Sleep(pause)
		kept = kept && time.Since(began) < pause*2
	}
	return kept
}

func TestLateReplies(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.until(firstPage)
	before := s.screen()
	for _, reply := range []string{
		"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\", "\x1b]10;rgb:ffff/ffff/ffff\x07", "\x1b[?2026;2$y", "\x1b[?1u",
		"\x1b[24;80R", "\x1b[?62;4c", "\x1bP1+r524742\x1b\\", "\x1bP>|XTerm(388)\x1b\\", "\x1b_Gi=1;OK\x1b\\",
	} {
		s.send(reply)
		for _, cut := range []int{2, len(reply) / 2, len(reply) - 1} {
			s.send(reply[:cut])
			time.Sleep(70 * time.Millisecond) // longer than Bubble Tea waits
			s.send(reply[cut:])
		}
	}
	s.send(tab) // comes after all of them
	s.until("› docker compose")
	s.send("\x1b[Z")
	s.until("› Environment file")
	if got := s.screen(); got != before {
		t.Errorf("something was typed that was not typed:\n%s", got)
	}
}

func TestLostEndOfPaste(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.until(firstPage)
	s.send(pasteOn + "abc")
	time.Sleep(pasteWait + 200*time.Millisecond)
	s.send(ctrlC)
	s.until("Leave before")
	s.send("n" + enter)
	s.until("Environment file   abc")
}

func TestResize(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.until(firstPage)
	for _, size := range []pty.Winsize{{Cols: 40, Rows: 12}, {Cols: 1, Rows: 1}, {Cols: 120, Rows: 30}, {Cols: 39, Rows: 24}, {Cols: 200, Rows: 60}} {
		s.mu.Lock()
		s.model.Resize(int(size.Cols), int(size.Rows))
		s.mu.Unlock()
		if err := pty.Setsize(s.tty, &size); err != nil {
			t.Fatal(err)
		}
		switch {
		case size.Cols == 39:
			s.until("This window is 39x24.", "40x12")
		case size.Cols > 1:
			s.until("Where is Pocket ID", ".env")
		}
		s.quiet()
	}
	s.send(enter + down + enter + enter)
	s.until(secondPage, "docker run", "│ Install")
}

func TestBytes(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.until(firstPage)
	s.send(ctrlU)
	s.quiet()
	typed := s.bytesPerKey(strings.Split("relay.example", ""))
	s.send(enter + enter + enter)
	s.until(secondPage)
	s.quiet()
	moves := s.bytesPerKey(slices.Repeat([]string{down}, 8))
	s.send(strings.Repeat(down, 5))
	s.quiet()
	scrolls := s.bytesPerKey(slices.Repeat([]string{down}, 4))
	filtered := s.bytesPerKey([]string{"g", "o", "o"})
	t.Logf("bytes a typed character: %v; a move in the list: %v; a move that scrolls it: %v; a filter key: %v", typed, moves, scrolls, filtered)
	if m := median(typed); m > 30 {
		t.Errorf("%d bytes for a typed character at the median", m)
	}
	if m := slices.Max(moves); m > 80 {
		t.Errorf("%d bytes for a move in the list", m)
	}
}

// bytesPerKey sends keys one by one and counts what each of them draws.
func (s *session) bytesPerKey(keys []string) []int {
	var counts []int
	for _, k := range keys {
		before := s.written()
		s.send(k)
		s.quiet()
		counts = append(counts, s.written()-before)
	}
	return counts
}

func median(n []int) int {
	n = slices.Clone(n)
	slices.Sort(n)
	return n[len(n)/2]
}

func TestIdle(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.until(firstPage)
	s.quiet()
	before := s.written()
	time.Sleep(3 * time.Second)
	if n := s.written() - before; n != 0 {
		t.Errorf("%d bytes written in 3 s of idling", n)
	}
}

// Keys as terminals send them: in the old encoding, in the kitty protocol that
// is switched on, and with modifyOtherKeys.
func TestKeyEncodings(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.until(firstPage)
	for _, undo := range []string{"\x1f", "\x1b[95;5u", "\x1b[27;5;95~"} {
		s.send("abc")
		s.until("Environment file   abc ")
		s.send(undo)
		s.until("Environment file   .env ")
		s.send(undo + ctrlU)
	}
	s.send("x\x1b[13u") // enter
	s.until("› docker compose")
	s.send("\x1bOB\x1b[57414u") // down in application mode, enter of the keypad
	s.until("› APP_URL", "docker run")
	s.send("\x1b[27u") // esc
	s.until("Leave before")
	s.send("\x1b[27;1u\x1b[11~")
	s.until("Keys")
	s.send("\n\x1b[99;5u")
	s.until("Leave before")
	s.send("\x1b[99;5u")
	if code := s.exit(); code != 130 {
		t.Errorf("exit %d", code)
	}
}
