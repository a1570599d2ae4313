// Bench prints how fast and how large the program is, as ratios of what is measured by
// turns in one run: "smtp-wizard check" against swaks, which does the same in series,
// both with a practice relay on loopback that takes its time for each reply; the first
// frame against the smallest Bubble Tea program; what a key costs; memory, size, and
// explain. It needs swaks, and Net::SSLeay for its TLS (Debian: swaks, libnet-ssleay-perl).
//
//	go run ./internal/bench
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/creack/pty"

	"smtp-wizard/smtpcheck/practice"
)

const rounds = 5

// Check tries the first four by itself: the host of APP_URL, the domain above it, the
// machine's hostname and localhost. swaks is given as many.
var names = []string{"id.example.com", "example.com", "vps.example.net", "localhost", "mail.example.com", "box.example.net"}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "smtp-wizard-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// A folder of its own on both floors: what lies about elsewhere is not what is measured.
	b := bench{dir: filepath.Join(dir, "opt/pocket-id"), wizard: filepath.Join(dir, "bin/smtp-wizard")}
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.wizard, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	for _, part := range []func() error{b.checks, b.screen, b.program} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// bench has what the measurements share, and the relay of the one under way.
type bench struct {
	dir, wizard, ca, mode string
	port                  int
}

func (b bench) checks() error {
	if _, err := exec.LookPath("swaks"); err != nil {
		return err
	}
	fmt.Printf("| a reply takes | TLS | names | one swaks delivery | swaks, in series | smtp-wizard check | check to swaks in series | check to one delivery |\n|---|---|---|---|---|---|---|---|\n")
	for _, row := range []struct {
		delay time.Duration
		mode  string
		names int
	}{
		{0, "none", 4}, {50, "none", 4}, {100, "none", 4}, {200, "none", 4}, {100, "none", 6}, {100, "starttls", 4}, {100, "tls", 4},
	} {
		behavior, _ := practice.Named("open")
		behavior.ReplyDelay = row.delay * time.Millisecond
		relay, err := practice.Start(behavior, practice.Options{})
		if err != nil {
			return err
		}
		b.mode, b.port, b.ca = row.mode, relay.Port(), filepath.Join(b.dir, "ca.pem")
		if row.mode == "tls" {
			b.port = relay.TLSPort()
		}
		if err = os.WriteFile(b.ca, relay.CAPEM(), 0o600); err == nil {
			err = b.compare(behavior.ReplyDelay, names[:row.names])
		}
		relay.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// compare runs the three by turns, so that what else the machine does falls on
// all of them, and prints a line with the medians.
func (b bench) compare(delay time.Duration, names []string) error {
	var single, series, check []time.Duration
	for range rounds {
		for _, one := range []struct {
			times *[]time.Duration
			work  [][]string
		}{
			{&single, b.swaks(nil)}, {&series, b.swaks(names)}, {&check, b.check(names[4:])},
		} {
			took, err := b.time(one.work)
			if err != nil {
				return err
			}
			*one.times = append(*one.times, took)
		}
	}
	one, all, ours := median(single), median(series), median(check)
	fmt.Printf("| %d ms | %s | %d | %d ms | %d ms | %d ms | %.2f | %.2f |\n", delay.Milliseconds(), b.mode, len(names),
		one.Milliseconds(), all.Milliseconds(), ours.Milliseconds(), ours.Seconds()/all.Seconds(), ours.Seconds()/one.Seconds())
	return nil
}

// swaks is one delivery, and then each name up to RCPT.
func (b bench) swaks(names []string) [][]string {
	base := []string{"swaks", "--server", "127.0.0.1", "--port", fmt.Sprint(b.port), "--from", "id@example.com", "--to", "id@example.com"}
	switch b.mode {
	case "starttls":
		base = append(base, "--tls", "--tls-verify", "--tls-ca-path", b.ca)
	case "tls":
		base = append(base, "--tls-on-connect", "--tls-verify", "--tls-ca-path", b.ca)
	}
	work := [][]string{append(slices.Clone(base), "--ehlo", "id.example.com")}
	for _, name := range names {
		work = append(work, append(slices.Clone(base), "--ehlo", name, "--quit-after", "RCPT"))
	}
	return work
}

// check is all of it in one command, with more names than it finds itself.
func (b bench) check(more []string) [][]string {
	env := filepath.Join(b.dir, b.mode+".env")
	text := fmt.Sprintf("APP_URL=https://id.example.com\nUI_CONFIG_DISABLED=true\nSMTP_HOST=127.0.0.1\nSMTP_PORT=%d\nSMTP_FROM=id@example.com\nSMTP_TLS=%s\n", b.port, b.mode)
	_ = os.WriteFile(env, []byte(text), 0o600) // check says so if it is not there
	args := []string{b.wizard, "check", "--env-file", env, "--ca", b.ca, "--as", "none", "--hostname", "id.example.com", "--json"}
	for _, name := range more {
		args = append(args, "--helo", name)
	}
	return [][]string{args}
}

// time is how long the commands take one after the other; each must succeed.
func (b bench) time(work [][]string) (time.Duration, error) {
	began := time.Now()
	for _, args := range work {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir, cmd.Env = b.dir, append(os.Environ(), "HOME="+b.dir)
		if out, err := cmd.CombinedOutput(); err != nil {
			return 0, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return time.Since(began), nil
}

// screen prints what the benchmarks of the full screen measure.
func (b bench) screen() error {
	out, err := exec.Command("go", "test", "./wizard/screen", "-run", "^$", "-bench", ".", "-benchtime", "1x").Output()
	if err != nil {
		return fmt.Errorf("go test ./wizard/screen: %w\n%s", err, out)
	}
	fmt.Println("\n| full screen | |\n|---|---|")
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		for i := 4; i+1 < len(fields); i += 2 { // behind the number of runs and the time of one
			fmt.Printf("| %s | %s |\n", fields[i+1], fields[i])
		}
	}
	return nil
}

// program prints the size of the program, the memory of a whole demo, and how long
// explain takes for a long log compared with one line.
func (b bench) program() error {
	file, err := os.Stat(b.wizard)
	if err != nil {
		return err
	}
	kilobytes, err := b.demo()
	if err != nil {
		return err
	}
	const line = "535 5.7.8 Username and Password not accepted\n"
	filler := []byte("2026-11-26T08:00:00Z INFO request served path=/api/users status=200 took=3ms\n")
	var short, long []time.Duration
	for range rounds {
		for times, log := range map[*[]time.Duration][]byte{
			&short: []byte(line), &long: append(bytes.Repeat(filler, 1<<20/len(filler)), line...),
		} {
			cmd := exec.Command(b.wizard, "explain")
			cmd.Stdin = bytes.NewReader(log)
			began := time.Now()
			if out, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("explain: %w\n%s", err, out)
			}
			*times = append(*times, time.Since(began))
		}
	}
	fmt.Printf("\n| program | |\n|---|---|\n| stripped binary | %.2f MB |\n| peak memory of the demo | %.1f MB |\n", float64(file.Size())/1e6, float64(kilobytes)/1024)
	fmt.Printf("| explain of 1 MiB | %d ms, %.1f times that of one line |\n", median(long).Milliseconds(), median(long).Seconds()/median(short).Seconds())
	return nil
}

// demo presses Enter until the demo is over, and returns its peak memory in KiB.
func (b bench) demo() (int64, error) {
	cmd := exec.Command(b.wizard, "demo")
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "HOME="+b.dir, "XDG_STATE_HOME="+b.dir)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		return 0, err
	}
	defer tty.Close()
	done := make(chan error, 1)
	go func() { _, _ = tty.WriteTo(new(bytes.Buffer)); done <- cmd.Wait() }()
	for range 120 {
		select {
		case err := <-done:
			return cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss, err
		case <-time.After(500 * time.Millisecond):
			_, _ = tty.WriteString("\r")
		}
	}
	_ = cmd.Process.Kill()
	return 0, fmt.Errorf("the demo never ended")
}

func median(times []time.Duration) time.Duration {
	times = slices.Sorted(slices.Values(times))
	return times[len(times)/2]
}
