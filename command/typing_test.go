//go:build !windows

package command

import (
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/internal/termtest"
)

// TestTypingAPassword pastes it in every way, and sees that the page
// which opens by itself takes no key meant for the one before.
func TestTypingAPassword(t *testing.T) {
	t.Parallel()
	w, r := toIdentity(t)
	w.Keys(keyEscape)
	w.Until("[Sender]")
	w.Keys(keyTab, keyTab)
	w.Until("› Password")
	const note = "Pasted without line breaks and control characters."
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
	w.Opens("[Identity]", "accepted", "enter use this")
	w.Keys(keyEscape)
	w.Until("[Sender]")
	w.Keys(keyTab, keyTab)
	w.Until("› Password")
	w.Keys(ctrlU, termtest.PasteBegin+relayPassword+"\r"+termtest.PasteEnd)
	w.Until(note)
	if strings.Contains(w.Output(), relayPassword) || strings.Contains(w.Output(), long[:32]) {
		t.Error("a pasted password was shown")
	}
	w.Keys(keyEnter)
	w.Opens("[Identity]", "accepted", "enter use this")
	w.Keys(keyEnter, keyEnter, keyDown, keyEnter, keyEnter) // all but the first before the test is done
	w.Opens("[Inbox]", "accepted. The relay took a message", "› Code")
	if n := len(r.Delivered()); n != 1 {
		t.Errorf("%d messages were sent", n)
	}
}

// TestKeysInPieces types ahead, and sends an arrow key in pieces, as a slow line
// does. A lone escape is the key itself when the next piece is 120 ms late, so a
// key that a busy machine delayed is tried again in a new terminal.
func TestKeysInPieces(t *testing.T) {
	t.Parallel()
	for range 10 {
		w := open(t, t.TempDir(), nil, "demo")
		w.Opens("Where is Pocket ID?", "https://id.example.com")
		w.Keys(keyEnter, "practice") // typed ahead
		w.Until("Who sends the mail?", "› Practice relay")
		w.Keys(ctrlU)
		w.Until(inDemoList(apptest.Providers))
		for _, part := range []string{"\x1b", "[", "B"} {
			w.Keys(part)
			time.Sleep(5 * time.Millisecond)
		}
		if w.Sees(2*time.Second, "› Google Workspace SMTP relay", "[Provider]") && !strings.Contains(w.Screen(), "[B") {
			return
		}
	}
	t.Error("an arrow key in pieces never moved the pointer alone")
}
