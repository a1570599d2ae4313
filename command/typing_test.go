//go:build !windows

package command_test

import (
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestTypingAPassword pastes it in every way, looks at it, and sees that the page
// which opens by itself takes no key meant for the one before.
func TestTypingAPassword(t *testing.T) {
	t.Parallel()
	w, r := toIdentity(t)
	w.keys(keyEscape)
	w.until("[Sender]")
	w.keys(keyTab, keyTab)
	w.until("› Password")
	const note = "Pasted without the line break at the end."
	long := strings.Repeat("0123456789abcdef", 256)
	for _, paste := range []string{
		pasteBegin + relayPassword + "\n" + pasteEnd,
		pasteBegin + long + "\r\n" + pasteEnd,
	} {
		w.keys(ctrlU)
		w.settled()
		w.keys(paste)
		w.until("› Password", note)
		w.until("••••••••")
	}
	w.keys(ctrlU, long) // 4 KiB as keys: a terminal without bracketed paste
	w.settled()
	w.keys(ctrlU, relayPassword+"\r") // there, the line break at the end goes on
	w.until("› Test mail to", "me@example.org")
	w.keys(keyBack)
	w.until("› Password")
	w.keys(ctrlU, pasteBegin+relayPassword+"\r"+pasteEnd)
	w.until(note)
	if strings.Contains(w.output(), relayPassword) || strings.Contains(w.output(), long[:32]) {
		t.Error("a pasted password was shown")
	}
	w.keys(ctrlR)
	w.until(relayPassword)
	w.until("••••••••") // by itself, after a while
	if strings.Contains(w.screen(), relayPassword) {
		t.Errorf("the password stays in sight:\n%s", w.screen())
	}
	w.keys(keyEnter, keyEnter)
	w.opens("[Identity]", "accepted", "enter use this")
	w.keys(keyEnter, keyEnter, keyDown, keyEnter, keyEnter) // all but the first before the test is done
	w.opens("[Test]", "Accepted", "› Go on")
	if n := len(r.Delivered()); n != 1 {
		t.Errorf("%d messages were sent", n)
	}
}

// slow is a line of 1200 bytes a second with 300 ms each way.
type slow struct {
	mu   sync.Mutex
	free time.Time // when the line can take the next byte
}

const slowBytes, slowDelay = 1200, 300 * time.Millisecond

// pass hands bytes on as they come out of the line at its other end.
func (s *slow) pass(from io.Reader, to io.Writer) {
	type packet struct {
		at   time.Time
		data []byte
	}
	line := make(chan packet, 1<<16)
	go func() {
		for p := range line {
			time.Sleep(time.Until(p.at))
			if _, err := to.Write(p.data); err != nil {
				return
			}
		}
	}()
	defer close(line)
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		s.mu.Lock()
		if now := time.Now(); s.free.Before(now) {
			s.free = now
		}
		s.free = s.free.Add(time.Duration(n) * time.Second / slowBytes)
		at := s.free.Add(slowDelay)
		s.mu.Unlock()
		line <- packet{at, append([]byte{}, buf[:n]...)}
		if err != nil {
			return
		}
	}
}

// overSlowLine puts such a line between a terminal and its user.
func overSlowLine(tty *os.File) (io.Reader, io.Writer) {
	seen, drawn := io.Pipe()
	keys, typed := io.Pipe()
	go func() {
		(&slow{}).pass(tty, drawn)
		_ = drawn.Close()
	}()
	go (&slow{}).pass(keys, tty)
	return seen, typed
}

// TestSlowLine uses the demo over a line as slow as a bad satellite link, with
// keys typed ahead and arrow keys that arrive in pieces.
func TestSlowLine(t *testing.T) {
	t.Parallel()
	w := openTerminal(t, t.TempDir(), nil, overSlowLine, "demo")
	w.opens("Where is Pocket ID?", "https://id.example.com")
	w.keys(keyEnter, keyEnter, keyEnter, keyEnter) // typed ahead
	w.until("Who sends the mail?", "› Practice relay")
	for _, part := range []string{"\x1b", "[", "B"} { // one arrow key
		w.keys(part)
		time.Sleep(20 * time.Millisecond)
	}
	w.until("› Google Workspace SMTP relay", "[Provider]")
	w.keys("practice")
	w.until("1 of 72", "› Practice relay")
	w.keys(keyEnter)
	w.until("Where is the relay?", "› Host localhost")
	if strings.Contains(w.screen(), "[B") {
		t.Errorf("a part of a key was typed:\n%s", w.screen())
	}
}
