package steps

import (
	"path/filepath"
	"testing"

	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/wizard"
)

// A file that was refused is looked at anew, so that fixing it in an editor is
// enough to go on.
func TestFixedFileIsSeen(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "open", practice.Options{})
	path := filepath.Join(w.dir, "fixed.env")
	put(t, path, "APP_URL=https://id.example.com\nX=\"half\n")
	w.answer("env_file", path)
	w.enter()
	if w.state.At != Install || w.state.Fault.Tone != wizard.Bad {
		t.Fatalf("a broken file was taken: at %s with %+v", w.state.At, w.state.Fault)
	}
	put(t, path, "APP_URL=https://id.example.com\nX=\"half\"\n")
	w.enter() // reads it again
	w.enter()
	if w.state.At != Provider {
		t.Errorf("at %s with %+v although the file is fixed", w.state.At, w.state.Fault)
	}
}

// A compose file that hands another file to Pocket ID leads there.
func TestFileOfComposeIsTaken(t *testing.T) {
	t.Parallel()
	for name, exists := range map[string]bool{"no .env": false, "a .env of compose's own": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			own, other := filepath.Join(dir, ".env"), filepath.Join(dir, "config", "pocket.env")
			put(t, filepath.Join(dir, "docker-compose.yml"),
				"services:\n  pocket-id:\n    image: pocketid/pocket-id:v2.9.0\n    env_file: config/pocket.env\n")
			put(t, other, "APP_URL=https://id.example.com\n")
			want, taken := "docker-compose.yml passes "+other+" to Pocket ID, so that file was taken.", other
			if exists {
				put(t, own, "TAG=v2.9.0\n")
				want, taken = "docker-compose.yml passes "+other+" to Pocket ID, not this file. Enter again keeps it.", own
			}
			world := sceneWorld()
			world.Look = ThisHost().Look
			w := &walk{t: t, dir: dir}
			w.begin(Machine{Steps: All(world)}, Answers{EnvFile: own, AppURL: "https://id.example.com", Offline: true})
			w.enter()
			if f := w.state.Fault; w.state.At != Install || f.Text != want {
				t.Fatalf("at %s with %+v", w.state.At, f)
			}
			w.enter()
			if w.state.At != Provider || w.state.Answers.EnvFile != taken {
				t.Errorf("at %s with %s", w.state.At, w.state.Answers.EnvFile)
			}
		})
	}
}

// TestBareAppURL takes a name without a scheme for the address that it stands for.
func TestBareAppURL(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"id.example.com": "https://id.example.com", " id.example.com/auth ": "https://id.example.com/auth",
		"http://id.example.com": "", "https://id.example.com": "", "localhost": "", "id example.com": "", "": "", "ftp:x.y": "",
	} {
		m := Machine{Steps: All(sceneWorld())}
		s := m.Apply(m.Start(Answers{}), wizard.Typed{Field: "app_url", Text: typed})
		s = m.Apply(s, wizard.Submitted{})
		got := s.Inputs[Install]["app_url"]
		if want == "" {
			want = typed
		}
		if got != want {
			t.Errorf("%q became %q, want %q", typed, got, want)
		}
	}
}
