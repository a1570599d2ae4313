//go:build !windows

package command

import (
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"smtp-wizard/internal/termtest"
)

// TestTypingAPassword pastes it in every way, looks at it, and sees that the page
// which opens by itself takes no key meant for the one before.
func TestTypingAPassword(t *testing.T) {
	t.Parallel()
	w, r := toIdentity(t)
	w.Keys(keyEscape)
	w.Until("[Sender]")
	w.Keys(keyTab, keyTab)
	w.Until("› Password")
	const note = "Pasted without the line break at the end."
	long := strings.Repeat("0123456789abcdef", 256)
	for _, paste := range []string{
		termtest.PasteBegin + relayPassword + "\n" + termtest.PasteEnd,
		termtest.PasteBegin + long + "\r\n" + termtest.PasteEnd,
	} {
		w.Keys(ctrlU)
		w.Settled()
		w.Keys(paste)
		w.Until("› Password", note)
		w.Until("••••••••")
	}
	w.Keys(ctrlU, long) // 4 KiB as keys: a terminal without bracketed paste
	w.Settled()
	w.Keys(ctrlU, relayPassword+"\r") // there, the line break at the end goes on
	w.Until("› Send test to", "me@example.org")
	w.Keys(keyBack)
	w.Until("› Password")
	w.Keys(ctrlU, termtest.PasteBegin+relayPassword+"\r"+termtest.PasteEnd)
	w.Until(note)
	if strings.Contains(w.Output(), relayPassword) || strings.Contains(w.Output(), long[:32]) {
		t.Error("a pasted password was shown")
	}
	w.Keys(termtest.CtrlR)
	w.Until(relayPassword)
	w.Until("••••••••") // by itself, after a while
	if strings.Contains(w.Screen(), relayPassword) {
		t.Errorf("the password stays in sight:\n%s", w.Screen())
	}
	w.Keys(keyEnter, keyEnter)
	w.Opens("[Identity]", "accepted", "enter use this")
	w.Keys(keyEnter, keyEnter, keyDown, keyEnter, keyEnter) // all but the first before the test is done
	w.Opens("[Test]", "Accepted", "› Continue")
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
	cmd := command(t.TempDir(), nil, "demo")
	w := termtest.Start(t, cmd, termtest.Options{Line: overSlowLine})
	w.Opens("Where is Pocket ID?", "https://id.example.com")
	w.Keys(keyEnter, keyEnter, keyEnter, keyEnter) // typed ahead
	w.Until("Who sends the mail?", "› Practice relay")
	for _, part := range []string{"\x1b", "[", "B"} { // one arrow key
		w.Keys(part)
		time.Sleep(20 * time.Millisecond)
	}
	w.Until("› Google Workspace SMTP relay", "[Provider]")
	w.Keys("practice")
	w.Until(inDemoList(1), "› Practice relay")
	w.Keys(keyEnter)
	w.Until("Where is the relay?", "› Host localhost")
	if strings.Contains(w.Screen(), "[B") {
		t.Errorf("a part of a key was typed:\n%s", w.Screen())
	}
}
