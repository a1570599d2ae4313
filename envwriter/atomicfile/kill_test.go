package atomicfile

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
)

// killDir tells the test binary, run again as a helper, where to save.
const killDir = "ENVWRITER_KILL_DIR"

// generation is a file that shows by itself whether it is whole.
func generation(n int) string {
	line := "GENERATION=" + strconv.Itoa(n) + "\n"
	return strings.Repeat(line, 400)
}

// TestKillHelper saves one generation after the other until it is killed.
func TestKillHelper(t *testing.T) {
	dir := os.Getenv(killDir)
	if dir == "" {
		t.Skip("runs only as a helper of TestKilledAtAnyMoment")
	}
	path := filepath.Join(dir, ".env")
	for n := 1; ; n++ {
		f := File{Path: path, Bytes: []byte(generation(n))}
		if _, err := saveAll(own, noon.Add(time.Duration(n)*time.Second), []File{f}); err != nil {
			_ = os.WriteFile(filepath.Join(dir, "failed"), []byte(err.Error()), 0o600)
			t.Fatal(err)
		}
	}
}

// TestKilledAtAnyMoment kills a process in the middle of its saves, again and
// again: 20 times, or as often as ENVWRITER_KILLS says.
func TestKilledAtAnyMoment(t *testing.T) {
	// Not parallel: while a child starts it holds on to the locks of other tests.
	kills := 20
	if n, err := strconv.Atoi(os.Getenv("ENVWRITER_KILLS")); err == nil {
		kills = n
	}
	dir := t.TempDir()
	path := filepath.Join(dir, ".env")
	write(t, path, generation(0), 0o640)
	left := 0
	for range kills {
		killOnce(t, dir)
		text := contents(t, path)
		n, err := strconv.Atoi(strings.TrimPrefix(strings.SplitN(text, "\n", 2)[0], "GENERATION="))
		if err != nil || text != generation(n) || modeOf(t, path) != 0o640 {
			t.Fatalf("the file is damaged: %d bytes, %v", len(text), modeOf(t, path))
		}
		for _, name := range listing(t, dir) {
			if temporaryName.MatchString(name) {
				left++
				if mode := modeOf(t, filepath.Join(dir, name)); mode.Perm()&0o007 != 0 {
					t.Errorf("everybody can read %s: %v", name, mode)
				}
			}
		}
	}
	_, err := save(own, path, "A=1\n", File{})
	casetest.Must(t, err)
	for _, name := range listing(t, dir) {
		if name != ".env" && !backupStamp.MatchString(strings.TrimPrefix(name, ".env")) {
			t.Errorf("%s is left", name)
		}
	}
	t.Logf("%d kills left %d temporary files, all removed by the next run", kills, left)
}

// killOnce starts the helper and kills it some milliseconds after its first save.
func killOnce(t *testing.T, dir string) {
	before := contents(t, filepath.Join(dir, ".env"))
	cmd := exec.Command(os.Args[0], "-test.run=^TestKillHelper$")
	cmd.Env = append(os.Environ(), killDir+"="+dir)
	casetest.Must(t, cmd.Start())
	for deadline := time.Now().Add(time.Minute); contents(t, filepath.Join(dir, ".env")) == before && time.Now().Before(deadline); {
		time.Sleep(200 * time.Microsecond)
	}
	time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
	casetest.Must(t, cmd.Process.Kill())
	_ = cmd.Wait()
	if reason, err := os.ReadFile(filepath.Join(dir, "failed")); err == nil {
		t.Fatalf("the helper failed: %s", reason)
	}
}
