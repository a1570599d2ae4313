//go:build !windows

package command

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/termtest"
)

var applyArgs = []string{"apply", "--host", "relay.example.com", "--from", "id@example.com",
	"--app-url", "https://id.example.com", "--no-check", "--dry-run"}

// silent is an input that never says a word. It closes reading when it is read.
type silent struct {
	over    <-chan struct{}
	reading chan struct{}
}

func (s silent) Read([]byte) (int, error) {
	close(s.reading)
	<-s.over
	return 0, os.ErrClosed
}

// TestSilentInput waits for a standard input or a FIFO that stays silent, until it
// is interrupted, or the time is over.
func TestSilentInput(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"explain":        {"explain"},
		"password stdin": append(slices.Clone(applyArgs), "--password-stdin"),
		"password file":  append(slices.Clone(applyArgs), "--password-file", "FIFO"),
		"certificates":   {"check", "--ca", "FIFO"},
	} {
		for how, want := range map[string]string{"interrupt": "interrupted", "timeout": "--timeout is over"} {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				args := append(slices.Clone(args), "--env-file", filepath.Join(dir, ".env"))
				in := silent{t.Context().Done(), make(chan struct{})}
				if i := slices.Index(args, "FIFO"); i > 0 {
					args[i] = silentFIFO(t, dir, in)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if how == "timeout" {
					args = append(args, "--timeout", "50ms")
				} else {
					go func() { <-in.reading; cancel() }()
				}
				var out, errs strings.Builder
				code := run(ctx, args, testIO(in, &out, &errs))
				if code != exitInterrupted || !strings.Contains(errs.String(), want) {
					t.Errorf("exit code %d: %s", code, errs.String())
				}
			})
		}
	}
}

// silentFIFO is a FIFO that nobody writes to.
func silentFIFO(t *testing.T, dir string, in silent) string {
	t.Helper()
	path := filepath.Join(dir, "fifo")
	casetest.Must(t, syscall.Mkfifo(path, 0o600))
	go func() {
		if f, err := os.OpenFile(path, os.O_WRONLY, 0); err == nil { // waits for the reader
			defer f.Close()
			close(in.reading)
			<-in.over
		}
	}()
	return path
}

// TestInterruptSignal sends the signals to the real process.
func TestInterruptSignal(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		w := termtest.Start(t, exec.Command("smtp-wizard", "explain"), termtest.Options{})
		w.Until("Paste the reply, the log or the headers, then press Ctrl+D.")
		casetest.Must(t, w.Cmd.Process.Signal(signal))
		w.Ends(exitInterrupted)
	}
}

// A password is the same from each source: one line end is cut, and control characters
// are refused.
func TestGivenPassword(t *testing.T) {
	t.Parallel()
	refused := map[string]bool{
		"geheim": false, "geheim\n": false, "geheim\r\n": false, "gehe im ": false, "\u00fcber\u200d": false,
		"geheim\n\n": true, "\ngeheim": true, "ge\nheim": true, "ge\rheim": true, "ge\x1b[Dheim": true, "ge\x07heim": true,
		"geheim\x7f": true, "ge\u0085heim": true, "ge\u009bheim": true, "ge\theim": true, "geheim\n\r": true,
		"\x1b[200~geheim\x1b[201~": true,
	}
	for given, want := range refused {
		dir := t.TempDir()
		file := filepath.Join(dir, "password")
		casetest.Must(t, os.WriteFile(file, []byte(given), 0o600))
		for how, change := range map[string]func(*IO) []string{
			"standard input": func(o *IO) []string { o.In = strings.NewReader(given); return []string{"--password-stdin"} },
			"a file":         func(*IO) []string { return []string{"--password-file", file} },
			"the environment": func(o *IO) []string {
				o.Getenv = func(key string) string { return map[string]string{"SMTP_WIZARD_PASSWORD": given}[key] }
				return nil
			},
		} {
			if how != "standard input" && !slices.Contains([]string{"geheim", "geheim\r\n", "geheim\n\n", "ge\x1b[Dheim"}, given) {
				continue // the others are judged by the same rule
			}
			var out, errs strings.Builder
			io := testIO(nil, &out, &errs)
			args := append(slices.Clone(applyArgs), "--user", "bob", "--env-file", filepath.Join(dir, ".env"))
			args = append(args, change(&io)...)
			code := run(t.Context(), args, io)
			if (code == exitUsage) != want || !want && code != exitOK || strings.Contains(errs.String()+out.String(), "heim") {
				t.Errorf("%q from %s: exit code %d: %s%s", given, how, code, out.String(), errs.String())
			}
		}
	}
}

// What cannot be a password or a certificate is refused.
func TestUnusableInput(t *testing.T) {
	t.Parallel()
	user, terminal, err := pty.Open() // it would show the password as it is typed
	casetest.Must(t, err)
	defer user.Close()
	defer terminal.Close()
	for want, args := range map[string][]string{
		"could not be read: it is too long": append(slices.Clone(applyArgs), "--password-file", "/dev/zero"),
		"--ca: it is too long":              {"probe", "localhost", "--ca", "/dev/zero"},
		"is a terminal":                     append(slices.Clone(applyArgs), "--password-stdin"),
	} {
		args = append(args, "--env-file", filepath.Join(t.TempDir(), ".env"))
		var out, errs strings.Builder
		code := run(t.Context(), args, testIO(terminal, &out, &errs))
		if code != exitUsage && code != exitFile || !strings.Contains(errs.String(), want) {
			t.Errorf("exit code %d: %s", code, errs.String())
		}
	}
}
