package screen

import (
	"errors"
	"io"
	"os"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

const (
	etx = 0x03 // ctrl+c
	esc = 0x1b
	sub = 0x1a
	// escWait is how long a lone ESC waits for the rest of a key, on top of the
	// 50 ms that Bubble Tea waits: on a slow line the bytes of an arrow key come
	// apart.
	escWait = 70 * time.Millisecond
	// pasteWait ends a bracketed paste whose end got lost; without it, all keys
	// would be taken for pasted text. A ctrl+c that comes alone ends it too.
	pasteWait = 2 * time.Second
)

// keyboard is the terminal's input with whole sequences only. A key is never
// handed on in two pieces, since the second would be taken for typed text.
type keyboard struct {
	*os.File
	gone func() // called when the terminal can no longer be read

	held  []byte // the beginning of a sequence whose end has not come
	paste bool   // in the middle of a bracketed paste
	last  time.Time
}

// Read may return no bytes and no error: nothing whole has come yet.
func (k *keyboard) Read(p []byte) (int, error) {
	room := len(p) - len(k.held) - len(pasteEnd)
	if room < 1 {
		n := copy(p, k.held)
		k.held = nil
		return n, nil
	}
	buf := make([]byte, room)
	n, err := k.File.Read(buf)
	if err != nil {
		// What is on its way to the model comes first: an error would end the
		// program before what is typed is kept.
		k.gone()
		return 0, io.EOF
	}
	now := time.Now()
	whole := k.take(buf[:n], now)
	if len(whole) == 0 && len(k.held) == 1 && k.held[0] == esc && !readable(int(k.Fd()), escWait) {
		whole, k.held = k.held, nil
	}
	return copy(p, whole), nil
}

const pasteStart, pasteEnd = "\x1b[200~", "\x1b[201~"

// take returns the whole keys in what was held and what has come, and holds the
// rest.
func (k *keyboard) take(b []byte, now time.Time) []byte {
	silence := now.Sub(k.last)
	k.last = now
	var out []byte
	if k.paste && (silence > pasteWait || len(b) == 1 && b[0] == etx) {
		k.paste, k.held = false, nil
		out = append(out, pasteEnd...)
	}
	b = append(k.held, b...)
	k.held = nil
	for len(b) > 0 {
		n := sequence(b)
		if n == 0 {
			k.held = append([]byte{}, b...)
			break
		}
		out = k.hand(out, b[:n])
		b = b[n:]
	}
	return out
}

// hand appends one sequence.
func (k *keyboard) hand(out, seq []byte) []byte {
	switch {
	case string(seq) == pasteStart:
		k.paste = true
	case string(seq) == pasteEnd:
		k.paste = false
	case k.paste && seq[0] == esc:
		// Pasted, an escape sequence is text with a control character in it, which
		// the field refuses aloud.
		return append(append(out, sub), seq[1:]...)
	case k.paste && !utf8.Valid(seq):
		// A byte that is no text would be dropped on its way without a word.
		return append(out, sub)
	}
	return append(out, seq...)
}

// sequence is the length of the key, control sequence or character that b
// begins with; 0 when its end has not come.
func sequence(b []byte) int {
	if b[0] != esc {
		if !utf8.FullRune(b) {
			return 0
		}
		_, n := utf8.DecodeRune(b)
		return n
	}
	if len(b) == 1 {
		return 0
	}
	switch b[1] {
	case '[':
		return csi(b)
	case 'O':
		if len(b) < 3 {
			return 0
		}
		return 3
	case esc:
		return 1
	}
	if b[1] >= utf8.RuneSelf {
		if n := sequence(b[1:]); n > 0 {
			return n + 1
		}
		return 0
	}
	return 2
}

// csi is the length of a control sequence (ECMA-48 5.4): parameters, then one
// final byte. A byte that does not belong ends it, and so does the sixty-fourth.
func csi(b []byte) int {
	if len(b) > 2 && b[2] == '[' { // the Linux console's F1 to F5
		if len(b) > 3 {
			return 4
		}
		return 0
	}
	for i := 2; i < len(b); i++ {
		if c := b[i]; c < 0x20 || c > 0x3f || i == 64 {
			if c < 0x20 || c > 0x7e {
				return i
			}
			return i + 1
		}
	}
	return 0
}

// readable waits until there is something to read.
func readable(fd int, wait time.Duration) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(fds, int(wait.Milliseconds()))
		if !errors.Is(err, unix.EINTR) {
			return n > 0
		}
	}
}
