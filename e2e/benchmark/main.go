// Benchmark compares "smtp-wizard check" with swaks doing the same work in
// series: one delivery, and four EHLO names tried up to RCPT. Both talk to the
// same practice relay, which takes 100 ms for each reply. It needs swaks, and
// Net::SSLeay for its TLS (Debian: swaks, libnet-ssleay-perl).
//
//	go run ./e2e/benchmark
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"smtp-wizard/smtpcheck/practice"
)

const (
	replyDelay = 100 * time.Millisecond
	rounds     = 5
)

// Check tries these by itself: the host of APP_URL, the domain above it, the
// machine's hostname and localhost. swaks is given the same number.
var names = []string{"id.example.com", "example.com", "vps.example.net", "localhost"}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if _, err := exec.LookPath("swaks"); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "smtp-wizard-benchmark-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	wizard := filepath.Join(dir, "smtp-wizard")
	if out, err := exec.Command("go", "build", "-o", wizard, "smtp-wizard").CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	behavior, _ := practice.Named("open")
	behavior.ReplyDelay = replyDelay
	relay, err := practice.Start(behavior, practice.Options{})
	if err != nil {
		return err
	}
	defer relay.Close()
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, relay.CAPEM(), 0o600); err != nil {
		return err
	}
	fmt.Printf("| TLS | one swaks delivery | swaks, in series | smtp-wizard check | check to swaks in series | check to one delivery |\n|---|---|---|---|---|---|\n")
	for _, mode := range []string{"none", "starttls", "tls"} {
		b := bench{dir: dir, wizard: wizard, ca: ca, mode: mode, port: relay.Port()}
		if mode == "tls" {
			b.port = relay.TLSPort()
		}
		if err := b.compare(); err != nil {
			return err
		}
	}
	return nil
}

// bench is the work in one TLS mode.
type bench struct {
	dir, wizard, ca, mode string
	port                  int
}

// compare runs the three by turns, so that what else the machine does falls on
// all of them, and prints a line with the medians.
func (b bench) compare() error {
	var single, series, check []time.Duration
	for range rounds {
		for _, one := range []struct {
			times *[]time.Duration
			work  [][]string
		}{
			{&single, b.swaks(nil)}, {&series, b.swaks(names)}, {&check, b.check()},
		} {
			took, err := b.time(one.work)
			if err != nil {
				return err
			}
			*one.times = append(*one.times, took)
		}
	}
	one, all, ours := median(single), median(series), median(check)
	fmt.Printf("| %s | %d ms | %d ms | %d ms | %.2f | %.2f |\n", b.mode, one.Milliseconds(), all.Milliseconds(), ours.Milliseconds(),
		ours.Seconds()/all.Seconds(), ours.Seconds()/one.Seconds())
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

// check is all of it in one command.
func (b bench) check() [][]string {
	env := filepath.Join(b.dir, b.mode+".env")
	text := fmt.Sprintf("APP_URL=https://id.example.com\nUI_CONFIG_DISABLED=true\nSMTP_HOST=127.0.0.1\nSMTP_PORT=%d\nSMTP_FROM=id@example.com\nSMTP_TLS=%s\n", b.port, b.mode)
	_ = os.WriteFile(env, []byte(text), 0o600) // check says so if it is not there
	return [][]string{{b.wizard, "check", "--env-file", env, "--ca", b.ca, "--as", "none", "--hostname", "id.example.com", "--json"}}
}

// time is how long the commands take one after the other; each must succeed.
func (b bench) time(work [][]string) (time.Duration, error) {
	began := time.Now()
	for _, args := range work {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = b.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return 0, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return time.Since(began), nil
}

func median(times []time.Duration) time.Duration {
	times = slices.Sorted(slices.Values(times))
	return times[len(times)/2]
}
