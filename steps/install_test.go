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
			compose := "services:\n  pocket-id:\n    image: pocketid/pocket-id:v2.9.0\n    env_file: config/pocket.env\n"
			put(t, filepath.Join(dir, "docker-compose.yml"), compose)
			put(t, filepath.Join(dir, "config", "pocket.env"), "APP_URL=https://id.example.com\n")
			if exists {
				put(t, filepath.Join(dir, ".env"), "TAG=v2.9.0\n")
			}
			world := sceneWorld()
			world.Detect = ThisHost().Detect
			w := &walk{t: t, dir: dir}
			w.begin(Machine{Steps: All(world)}, Answers{EnvFile: filepath.Join(dir, ".env"), AppURL: "https://id.example.com", Offline: true})
			w.enter()
			other := filepath.Join(dir, "config", "pocket.env")
			if exists {
				if f := w.state.Fault; w.state.At != Install || f.Text != "docker-compose.yml passes "+other+" to Pocket ID, not this file. Enter again keeps it." {
					t.Fatalf("at %s with %+v", w.state.At, f)
				}
				w.enter()
				if w.state.At != Provider || w.state.Answers.EnvFile != filepath.Join(dir, ".env") {
					t.Errorf("at %s with %s", w.state.At, w.state.Answers.EnvFile)
				}
				return
			}
			if f := w.state.Fault; f.Text != "docker-compose.yml passes "+other+" to Pocket ID, so that file was taken." {
				t.Fatalf("at %s with %+v", w.state.At, f)
			}
			found, _ := result[Discovery](w.state.View(), Install)
			if found.Install.Unread || found.Install.Runtime != "compose" || found.Install.Version.String() != "2.9.0" {
				t.Errorf("of the other file: %+v", found.Install)
			}
			w.enter()
			if w.state.At != Provider || w.state.Answers.EnvFile != other {
				t.Errorf("at %s with %s", w.state.At, w.state.Answers.EnvFile)
			}
		})
	}
}

func TestBesidePath(t *testing.T) {
	t.Parallel()
	const here = "/srv/here"
	for _, tt := range [][3]string{
		{"/srv/id/.env", "/srv/id/config/a.env", "/srv/id/config/a.env"},
		{".env", here + "/config/a.env", "config/a.env"},
		{"id/.env", here + "/id/config/a.env", "id/config/a.env"},
		{"id/.env", here + "/a.env", "a.env"},
	} {
		if got := besidePath(tt[0], filepath.Join(here, tt[0]), tt[1]); got != tt[2] {
			t.Errorf("%s beside %s: %s, want %s", tt[1], tt[0], got, tt[2])
		}
	}
}

func TestRepairURL(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"id.example.com":                    "https://id.example.com",
		"id.example.com:8443":               "https://id.example.com:8443",
		"https://id.example.com/login?x=1":  "https://id.example.com",
		"http://id.example.com/":            "", // nothing to repair
		"https://id.example.com":            "",
		"localhost":                         "",
		"ftp://id.example.com/x":            "",
		"https://bob:secret@id.example.com": "",
		"":                                  "",
		"https://a b/":                      "",
	} {
		if got, ok := repairURL(typed); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q, %v", typed, got, ok)
		}
	}
}
