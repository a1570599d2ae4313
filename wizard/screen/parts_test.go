package screen

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

func TestEditor(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]string{
		"":                             "id.example.com|",
		"backspace":                    "id.example.co|",
		"left backspace":               "id.example.c|m",
		"home delete":                  "|d.example.com",
		"ctrl+a ctrl+k":                "|",
		"left left left ctrl+u":        "|com",
		"ctrl+w":                       "|",
		"home ctrl+b right ctrl+f end": "id.example.com|",
	} {
		var e editor
		e.set("id.example.com")
		for _, k := range strings.Fields(keys) {
			if len(k) == 1 {
				e.insert(k)
			} else if !e.edit(k) {
				t.Errorf("%s is no key", k)
			}
		}
		if got := string(e.text[:e.cursor]) + "|" + string(e.text[e.cursor:]); got != want {
			t.Errorf("%s: %s, not %s", keys, got, want)
		}
	}
}

func TestEditorWindow(t *testing.T) {
	t.Parallel()
	var e editor
	e.set(strings.Repeat("0123\u200b45\u3164", 30)) // letters that show nothing are written out
	for w := range 40 {
		for at := 0; at <= len(e.text); at += 7 {
			e.cursor = at
			part, cursor, _, _ := e.window(w, text.Clean)
			if text.Width(part) > max(w, 1) || cursor >= max(w, 1) || cursor < 0 {
				t.Fatalf("width %d at %d: %q, cursor %d", w, at, part, cursor)
			}
		}
	}
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain": "plain", " a b ": " a b ", "secret\n": "secret", "a\r\nb\nc": "abc", "a\x1b[31m\n": "a[31m", "\n": "",
	} {
		if text, whole := oneLine(in, false); text != want || whole != (text == in) {
			t.Errorf("%q: %q, whole %v", in, text, whole)
		}
	}
}

func TestLocale(t *testing.T) {
	t.Parallel()
	for env, want := range map[string]bool{
		"": false, "LANG=C": false, "LANG=en_US.UTF-8": true, "LANG=C.utf8": true,
		"LANG=en_US.UTF-8 LC_ALL=C": false, "LANG=C LC_CTYPE=C.UTF-8": true, "LC_ALL= LANG=C.UTF-8": true,
	} {
		if got := utf8Locale(strings.Fields(env)); got != want {
			t.Errorf("%q: %v", env, got)
		}
	}
}

func TestListFilter(t *testing.T) {
	t.Parallel()
	var l list
	l.setChoices([]wizard.Choice{
		choice("a", "Mailgun"), {Value: "b", Cells: []string{"Gmail"}, Find: "google"}, choice("c", "Zoho Mail"),
	})
	for filter, want := range map[string]string{"mail": "a", "gm": "b", "GOOGLE": "b", "zo ma": "c", "": "b"} {
		l.filter.set("")
		l.refilter()
		l.pick("b")
		l.filter.set(filter)
		l.refilter()
		if got, _ := l.value(); got != want {
			t.Errorf("%q finds %q", filter, got)
		}
	}
	l.filter.set("nothing")
	l.refilter()
	if _, ok := l.value(); ok {
		t.Error("a filter that nothing matches leaves a choice")
	}
}

// Whole keys in, whatever the pieces: what the face gets does not depend on how
// the line cuts it up.
func TestKeyboardPieces(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"abc":                          "abc",
		"\x1b[A\x1b[1;5B\x1bOP\x1b[[A": "\x1b[A\x1b[1;5B\x1bOP\x1b[[A",
		"é€😀":                          "é€😀",
		"\x1bb\x1bé":                   "\x1bb\x1bé",
		"\x1bXy":                       "\x1bXy",
		pasteStart + "a\x1b]0;x\x07" + "b\n" + pasteEnd: pasteStart + "a\x1a]0;x\x07b\n" + pasteEnd,
	} {
		for cut := range len(in) {
			k := &keyboard{}
			now := time.Now()
			got := append([]byte{}, k.take([]byte(in[:cut]), now)...)
			got = append(got, k.take([]byte(in[cut:]), now)...)
			if string(got) != want {
				t.Errorf("%q cut at %d: %q, not %q", in, cut, got, want)
			}
		}
	}
}

// A paste whose end got lost does not swallow the keys that come later, nor a
// ctrl+c that comes alone, however soon; a byte that is no text is counted, not
// dropped.
func TestPasteWithoutEnd(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	for _, c := range []struct {
		later    time.Duration
		in, want string
	}{
		{time.Second, "\x03", pasteEnd + "\x03"},
		{time.Second, "a\x03", "a\x03"},
		{pasteWait, "\r", "\r"},
		{pasteWait + 1, "\r", pasteEnd + "\r"},
		{0, "a\x03b" + pasteEnd, "a\x03b" + pasteEnd},
		{0, "a\xffb" + pasteEnd, "a\x1ab" + pasteEnd},
	} {
		var k keyboard
		k.take([]byte(pasteStart+"half a pas"), begun)
		if got := string(k.take([]byte(c.in), begun.Add(c.later))); got != c.want {
			t.Errorf("%q after %v becomes %q, not %q", c.in, c.later, got, c.want)
		}
	}
}

func FuzzKeyboard(f *testing.F) {
	f.Add([]byte("a\x1b[A\x1b]11;rgb:0/0/0\x1b\\b"), 3)
	f.Add([]byte("\x1b[200~x\x1b[2J\x1b[201~\xc3\xa9"), 7)
	f.Fuzz(func(t *testing.T, in []byte, cut int) {
		if len(in) == 0 {
			return
		}
		cut = ((cut % len(in)) + len(in)) % len(in)
		now := time.Now()
		one, two := &keyboard{}, &keyboard{}
		whole := one.take(in, now)
		parts := append([]byte{}, two.take(in[:cut], now)...)
		parts = append(parts, two.take(in[cut:], now)...)
		if !bytes.Equal(whole, parts) {
			t.Errorf("%q cut at %d: %q and %q", in, cut, whole, parts)
		}
		if len(whole)+len(one.held) > len(in) {
			t.Errorf("%q grew to %q", in, whole)
		}
	})
}

func TestVerbatimDropsNothing(t *testing.T) {
	t.Parallel()
	l := newTheme([]string{"LANG=C.UTF-8", "NO_COLOR=1"})
	words := "  sudo  " + strings.Repeat("docker compose up -d ", 9)
	for w := 10; w < 100; w++ {
		var got strings.Builder
		for i, line := range l.verbatim(wizard.Verbatim{Lines: []wizard.VerbatimLine{{Text: words}}}, w) {
			if text.Width(line) > w {
				t.Fatalf("at %d: %q", w, line)
			}
			if i > 0 {
				line = strings.TrimPrefix(line, "  "+l.quiet.Styled(l.broken))
			}
			got.WriteString(line)
		}
		if got.String() != "  "+words {
			t.Errorf("at %d: %q", w, got.String())
		}
	}
}

// Commands overtake each other; an older state never comes after a newer one,
// and none after the end.
func TestSavingInOrder(t *testing.T) {
	t.Parallel()
	var saved []string
	d := drive(t, fakeMachine(0), 80, 24, Options{})
	a := d.effects
	a.save = func(g wizard.Guide) { saved = append(saved, fmt.Sprint(g.Place().Runs)) }
	run := func(n int) wizard.Guide {
		return steptest.Session{State: steptest.State{Place: wizard.Place{Runs: n}}}
	}
	a.command(2, run(2), true)()
	a.command(1, run(1), true)()
	a.command(3, run(3), false)()
	a.close(run(4))
	a.command(5, run(5), true)()
	if got := strings.Join(saved, " "); got != "2 4" {
		t.Errorf("saved %s", got)
	}
}
