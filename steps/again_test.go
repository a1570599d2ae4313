package steps

import (
	"os"
	"path/filepath"
	"testing"

	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/wizard"
)

// A file that was refused is looked at anew, so that mending it in an editor is
// enough to go on.
func TestMendedFileIsSeen(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "open", practice.Options{}, nil)
	path := filepath.Join(w.dir, "mended.env")
	save := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save("APP_URL=https://id.example.com\nX=\"half\n")
	w.answer("env_file", path)
	w.enter()
	if w.state.At != Install || w.state.Fault.Tone != wizard.Bad {
		t.Fatalf("a broken file was taken: at %s with %+v", w.state.At, w.state.Fault)
	}
	save("APP_URL=https://id.example.com\nX=\"half\"\n")
	w.enter() // reads it again
	w.enter()
	if w.state.At != Provider {
		t.Errorf("at %s with %+v although the file is mended", w.state.At, w.state.Fault)
	}
}

// A relay that could not judge the names is asked again on demand.
func TestAskTheRelayAgain(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "sender-refused", practice.Options{}, nil)
	w.to(Identity)
	run := w.state.Found[Identity].Run
	w.answer("hostname", askAgain)
	w.enter()
	if w.state.At != Identity || w.state.Found[Identity].Run == run {
		t.Errorf("at %s, run %d after %d", w.state.At, w.state.Found[Identity].Run, run)
	}
	w.enter()
	if w.state.At != LiveTest {
		t.Errorf("at %s with %+v", w.state.At, w.state.Fault)
	}
}
