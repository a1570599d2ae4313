package screen

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// BenchmarkFirstFrame measures how long a start takes until the first frame is
// there, in turns with the smallest Bubble Tea program, on a terminal that
// answers nothing.
func BenchmarkFirstFrame(b *testing.B) {
	minimal := filepath.Join(b.TempDir(), "minimal")
	if out, err := exec.Command("go", "build", "-o", minimal, "./testdata/minimal").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	var ours, theirs []time.Duration
	for b.Loop() {
		for range 21 {
			theirs = append(theirs, firstFrame(b, minimal, "first frame"))
			ours = append(ours, firstFrame(b, os.Args[0], firstPage))
		}
	}
	a, z := median(ours), median(theirs)
	b.ReportMetric(float64(a.Microseconds())/1000, "ms/guide")
	b.ReportMetric(float64(z.Microseconds())/1000, "ms/minimal")
	b.ReportMetric(float64(a)/float64(z), "ratio")
}

func firstFrame(b *testing.B, program, words string) time.Duration {
	cmd := exec.Command(program)
	cmd.Env = []string{"TERM=xterm-256color", "LANG=C.UTF-8", "SCREEN_CHILD=5ms"}
	began := time.Now()
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		b.Fatal(err)
	}
	var got strings.Builder
	buf := make([]byte, 4096)
	for !strings.Contains(got.String(), words) {
		n, err := tty.Read(buf)
		if err != nil {
			b.Fatalf("%v after %q", err, got.String())
		}
		got.Write(buf[:n])
	}
	took := time.Since(began)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	_ = tty.Close()
	return took
}

// BenchmarkBytes counts what is written for a typed character, for a move in
// the list, within its window and through the whole of it, for what belongs to
// a row when the pointer rests, and in 5 s of idling.
func BenchmarkBytes(b *testing.B) {
	for b.Loop() {
		s := open(b, 80, 24)
		s.Until(firstPage)
		s.Settled()
		b.ReportMetric(float64(s.Written()), "B/first-frame")
		s.Keys(ctrlU)
		b.ReportMetric(float64(median(s.BytesPerKey(strings.Split("smtp-relay.example.com", "")))), "B/char")
		s.Keys(enter)
		s.Until(secondPage)
		walk := s.BytesPerKey(slices.Repeat([]string{down}, 74))
		b.ReportMetric(float64(slices.Max(walk[:8])), "B/move")
		b.ReportMetric(float64(slices.Max(walk)), "B/scrolling-move-at-most")
		before := s.Written()
		time.Sleep(2 * restFor)
		b.ReportMetric(float64(s.Written()-before), "B/rest")
		before = s.Written()
		time.Sleep(5 * time.Second)
		b.ReportMetric(float64(s.Written()-before), "B/5s-idle")
	}
}
