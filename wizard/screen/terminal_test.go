//go:build !windows

package screen

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// session is this binary again, showing the guide in a pseudo-terminal that
// answers no query, with a model of its screen.
type session struct {
	t     testing.TB
	tty   *os.File
	cmd   *exec.Cmd
	draft string

	mu    sync.Mutex
	model vt10x.Terminal
	raw   []byte
	stop  chan struct{} // closed to end the reading
	done  chan struct{}
}

func open(t testing.TB, cols, rows int, env ...string) *session {
	t.Helper()
	s := &session{t: t, draft: filepath.Join(t.TempDir(), "draft"), stop: make(chan struct{}), done: make(chan struct{})}
	s.cmd = exec.Command(os.Args[0])
	s.cmd.Env = append([]string{"TERM=xterm-256color", "LANG=C.UTF-8", "SCREEN_CHILD=5ms", "SCREEN_DRAFT=" + s.draft,
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, env...)
	s.model = vt10x.New(vt10x.WithSize(cols, rows))
	tty, err := pty.StartWithSize(s.cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)})
	if err != nil {
		t.Fatal(err)
	}
	s.tty = tty
	go s.read()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		_ = tty.Close()
		<-s.done
	})
	return s
}

func (s *session) read() {
	defer close(s.done)
	buf := make([]byte, 4096)
	for {
		n, err := s.tty.Read(buf)
		s.mu.Lock()
		s.raw = append(s.raw, buf[:n]...)
		_, _ = s.model.Write(buf[:n])
		s.mu.Unlock()
		if err != nil {
			return
		}
		select {
		case <-s.stop:
			return
		default:
		}
	}
}

func (s *session) send(keys string) {
	s.t.Helper()
	if _, err := s.tty.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

func (s *session) screen() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.model.String()
}

func (s *session) written() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.raw)
}

// until waits for words on the screen.
func (s *session) until(words ...string) {
	s.t.Helper()
	if !s.sees(10*time.Second, words...) {
		s.t.Fatalf("never saw %q; the screen is\n%s", words, s.screen())
	}
}

// sees waits for words and reports whether they came.
func (s *session) sees(within time.Duration, words ...string) bool {
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		got, all := s.screen(), true
		for _, w := range words {
			all = all && strings.Contains(got, w)
		}
		if all {
			return true
		}
	}
	return false
}

// quiet waits until nothing has been written for a while.
func (s *session) quiet() {
	last, since := s.written(), time.Now()
	for time.Since(since) < 80*time.Millisecond {
		time.Sleep(10 * time.Millisecond)
		if n := s.written(); n != last {
			last, since = n, time.Now()
		}
	}
}

// exit waits for the program to end and returns its exit code.
func (s *session) exit() int {
	s.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- s.cmd.Wait() }()
	select {
	case err := <-ended:
		var code *exec.ExitError
		if errors.As(err, &code) {
			return code.ExitCode()
		}
		return 0
	case <-time.After(20 * time.Second):
		s.t.Fatalf("still running; the screen is\n%s", s.screen())
	}
	return -1
}

// ended checks what the child said after Run had returned.
func (s *session) ended(how string) {
	s.t.Helper()
	<-s.done
	got := strings.ReplaceAll(s.screen(), "\n", "")
	if !strings.Contains(got, "ended: "+how) {
		s.t.Errorf("want ended: %s; the screen is\n%s", how, s.screen())
	}
}

func (s *session) kept() string {
	b, _ := os.ReadFile(s.draft)
	return string(b)
}

const (
	enter, escKey, tab    = "\r", "\x1b", "\t"
	up, down              = "\x1b[A", "\x1b[B"
	ctrlC, ctrlU, ctrlR   = "\x03", "\x15", "\x12"
	pasteOn, pasteOff     = "\x1b[200~", "\x1b[201~"
	firstPage, secondPage = "Where is Pocket ID installed?", "Who sends your mail?"
)

func TestWholeGuide(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.until(firstPage, "enter next", "[Install]", "1 of 7")
	s.send(enter + enter + enter)
	s.until(secondPage, "75 of 75")
	s.send("google")
	s.until("1 of 75", "The relay wants a name that is yours.")
	s.send(enter)
	s.until("Which relay")
	s.send(ctrlU + "smtp.example.com:465" + enter + enter + enter)
	s.until("Host   smtp.example.com ", "Port   465")
	s.send(enter)
	s.until("Who sends, and with which account?")
	s.send(enter + enter + "hunter2" + enter + enter)
	s.until("✗ Mail needs a sender.")
	s.send("a@example.com" + enter)
	s.until("Who does Pocket ID say it is?", "421 hung up at EHLO")
	s.send(enter)
	s.until("It said", "Do this", "› Use port 465")
	time.Sleep(2 * deafness)
	s.send(enter)
	s.until("Port 465 with implicit TLS works here.", "Then back to Test.")
	s.send(ctrlU + "465" + enter)
	s.until("It said", "[Test]")
	time.Sleep(2 * deafness)
	s.send(down + down + enter)
	s.until("Write .env", "- SMTP_PORT=587")
	if strings.Contains(s.screen(), "hunter2") {
		t.Error("the password is on the screen")
	}
	s.send(enter)
	if code := s.exit(); code != 0 {
		t.Errorf("exit %d\n%s", code, s.screen())
	}
	<-s.done
	s.ended(`<nil>, at=write env=".env" runs="compose" host="smtp.example.com" port=465 from="a@example.com" password="hunter2"`)
}

func TestNoQueries(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.until(firstPage)
	s.quiet()
	s.send(ctrlC)
	s.exit()
	<-s.done
	raw := string(s.raw)
	for name, q := range map[string]string{
		"DECRQM": "$p", "device attributes": "\x1b[c", "cursor position": "\x1b[6n", "colours": "\x1b]1",
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
			s.until(firstPage)
			s.send(enter + enter + enter + "google")
			s.until("1 of 75")
			s.send(enter + ctrlU + "smtp.example.com")
			s.until("› Host   smtp.example.com")
			s.quiet()
			d := drive(t, fakeMachine(0), 80, 24, Options{})
			toProvider(d)
			d.press("google", "enter", "ctrl+u", "smtp.example.com")
			if got, want := trimmed(s.screen()), trimmed(d.screen()); strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("the screen is\n%s\nand should be\n%s", got, want)
			}
			if x, y := s.cursor(); x != d.frame.x || y != d.frame.y {
				t.Errorf("the cursor is at %d,%d and should be at %d,%d", x, y, d.frame.x, d.frame.y)
			}
		})
	}
}

func (s *session) cursor() (x, y int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.model.Cursor()
	return c.X, c.Y
}
