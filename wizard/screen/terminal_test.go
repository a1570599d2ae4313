package screen

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"smtp-wizard/internal/termtest"
)

// session is this binary again, showing the guide in a terminal.
type session struct {
	*termtest.Terminal
	draft string
}

func open(t testing.TB, cols, rows int, env ...string) *session {
	t.Helper()
	draft := filepath.Join(t.TempDir(), "draft")
	return &session{termtest.Start(t, itself(t, draft, env...), termtest.Options{Cols: cols, Rows: rows}), draft}
}

// itself is this binary, showing the guide.
func itself(t testing.TB, draft string, env ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append([]string{"TERM=xterm-256color", "LANG=C.UTF-8", "SCREEN_CHILD=5ms", "SCREEN_DRAFT=" + draft,
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, env...)
	return cmd
}

// ended checks what the child said after Run had returned.
func (s *session) ended(how string) {
	s.T.Helper()
	got := strings.ReplaceAll(s.Screen(), "\n", "")
	if !strings.Contains(got, "ended: "+how) {
		s.T.Errorf("want ended: %s; the screen is\n%s", how, s.Screen())
	}
}

func (s *session) kept() string {
	b, _ := os.ReadFile(s.draft)
	return string(b)
}

const (
	enter, escKey, tab    = termtest.Enter, termtest.Escape, termtest.Tab
	up, down              = termtest.Up, termtest.Down
	ctrlC, ctrlU          = termtest.CtrlC, termtest.CtrlU
	pasteOn, pasteOff     = termtest.PasteBegin, termtest.PasteEnd
	firstPage, secondPage = "Where is Pocket ID installed?", "Who sends your mail?"
)

func TestNoQueries(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.Until(firstPage)
	s.Settled()
	s.Keys(ctrlC)
	s.Exit()
	raw := s.Output()
	for name, q := range map[string]string{
		"DECRQM": "$p", "device attributes": "\x1b[c", "cursor position": "\x1b[6n", "colors": "\x1b]1",
		"kitty flags": "\x1b[?u", "XTVERSION": "\x1b[>q", "terminfo": "\x1bP+q", "modifyOtherKeys": "\x1b[>4",
		"cursor shape": " q",
	} {
		if strings.Contains(raw, q) {
			t.Errorf("wrote a query or a setting of %s: %q", name, raw)
		}
	}
	for name, seq := range map[string]string{"alternate screen": "1049", "bracketed paste": "2004"} {
		if !strings.Contains(raw, "\x1b[?"+seq+"h") || strings.LastIndex(raw, "\x1b[?"+seq+"l") < strings.LastIndex(raw, "\x1b[?"+seq+"h") {
			t.Errorf("%s: on and off again? %q", name, raw)
		}
	}
	if on, off := strings.Count(raw, "\x1b[>1u"), strings.Count(raw, "\x1b[<1u"); on != off {
		t.Errorf("keyboard protocol: %d on, %d off", on, off)
	}
}

// The screen is the same on the terminals that an admin may have.
func TestTerminals(t *testing.T) {
	t.Parallel()
	for _, term := range []string{"xterm-256color", "screen-256color", "tmux-256color", "linux", "xterm"} {
		t.Run(term, func(t *testing.T) {
			t.Parallel()
			s := open(t, 80, 24, "TERM="+term)
			s.Until(firstPage)
			s.Keys(enter + "google")
			s.Until("1 of 75")
			s.Keys(enter + ctrlU + "smtp.example.com")
			s.Until("Host   smtp.example.com")
			s.Settled()
			d := drive(t, fakeMachine(0), 80, 24, Options{Env: []string{"LANG=C.UTF-8", "TERM=" + term}})
			toProvider(d)
			d.press("google", "enter", "ctrl+u", "smtp.example.com")
			if got, want := trimmed(s.Screen()), trimmed(d.screen()); got != want {
				t.Errorf("the screen is\n%s\nand should be\n%s", got, want)
			}
			if x, y := s.Cursor(); x != d.frame.x || y != d.frame.y {
				t.Errorf("the cursor is at %d,%d and should be at %d,%d", x, y, d.frame.x, d.frame.y)
			}
		})
	}
}
