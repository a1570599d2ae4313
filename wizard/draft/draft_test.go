package draft

import (
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/steptest"
	"smtp-wizard/secret"
	"smtp-wizard/wizard"
)

// home sets a state directory of the test's own and returns it with a .env.
func home(t *testing.T) (state, env string) {
	t.Helper()
	state = t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	return state, filepath.Join(t.TempDir(), ".env")
}

func open(t *testing.T, env string) *Draft {
	t.Helper()
	d, err := Open(env, os.Getenv)
	casetest.Must(t, err)
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// loaded is a draft with the answers that were loaded with it.
type loaded struct {
	Snapshot
	State steptest.State
}

func load(d *Draft) (l loaded, ok bool) {
	l.Snapshot, ok = d.Load(&l.State.Answers)
	l.State.Place = l.Place
	return l, ok
}

func snapshot(s steptest.State) Snapshot {
	return Snapshot{Place: s.Place, Answers: s.Answers, Missing: !s.Answers.Password.Empty()}
}

func someState() steptest.State {
	return steptest.State{
		Place: wizard.Place{
			At: steptest.LiveTest, Return: steptest.Write,
			History: []wizard.ID{steptest.Install, steptest.Relay, steptest.Sender},
			Inputs:  map[wizard.ID]wizard.Input{steptest.Relay: {"host": "ünïcode \"quoted\" \x1b"}},
			Found:   map[wizard.ID]wizard.Finding{steptest.LiveTest: {Run: 3, Running: true, Result: make(chan int)}},
			Fault:   wizard.Fault{Text: "not kept"},
			Runs:    3,
		},
		Answers: steptest.Answers{EnvFile: ".env", Host: "smtp.example.com", Port: 465, TLS: "tls", From: "id@example.com"},
	}
}

func TestSaveAndLoad(t *testing.T) {
	_, env := home(t)
	began := time.Now().Add(-time.Second)
	d := open(t, env)
	s := someState()
	casetest.Must(t, d.Save(snapshot(s)))
	casetest.Must(t, d.Close())
	saved, ok := load(open(t, env))
	if !ok || saved.Missing || saved.At.Before(began) || saved.At.After(time.Now().Add(time.Second)) {
		t.Fatalf("%v %+v", ok, saved)
	}
	s.Found, s.Fault, s.Runs = nil, wizard.Fault{}, 0
	if !reflect.DeepEqual(saved.State, s) {
		t.Errorf("got %+v\nwant %+v", saved.State, s)
	}
}

func TestModesAndWhatIsLeft(t *testing.T) {
	state, env := home(t)
	dir := filepath.Join(state, "smtp-wizard")
	casetest.Must(t, os.Mkdir(dir, 0o755))
	d := open(t, env)
	casetest.Must(t, d.Save(snapshot(someState())))
	want := map[string]os.FileMode{dir: 0o700, d.Path(): 0o600, d.Path() + ".lock": 0o600}
	for path, mode := range want {
		if info, err := os.Lstat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	casetest.Must(t, errors.Join(d.Remove(), d.Remove(), d.Close()))
	if names, _ := filepath.Glob(filepath.Join(dir, "*")); len(names) != 0 {
		t.Errorf("left over: %v", names)
	}
}

// However a secret is held, its bytes are not in the file, nor its length.
func TestNoSecretIsSaved(t *testing.T) {
	_, env := home(t)
	d := open(t, env)
	savedAt := regexp.MustCompile(`"saved_at".*`)
	before := ""
	for _, value := range []string{"hunter2x", "Pa$$ w0rd'; #", `q"uo\te`, strings.Repeat("long", 20)} {
		s := someState()
		s.Answers.Password = secret.New(value)
		s.Secrets = map[wizard.ID]wizard.Secrets{steptest.Sender: {"password": secret.New(value), "other": secret.New(value)}}
		casetest.Must(t, d.Save(snapshot(s)))
		data, err := os.ReadFile(d.Path())
		casetest.Must(t, err)
		if strings.Contains(string(data), value) {
			t.Fatalf("a secret is in the draft:\n%s", data)
		}
		kept := savedAt.ReplaceAllString(string(data), "")
		if before != "" && before != kept {
			t.Fatalf("the draft depends on the secret:\n%s\n%s", before, kept)
		}
		before = kept
	}
}

func TestMissingPassword(t *testing.T) {
	_, env := home(t)
	d := open(t, env)
	s := someState()
	s.Answers.Password = secret.New("geheim")
	_ = d.Save(snapshot(s))
	saved, _ := load(d)
	if !saved.Missing {
		t.Fatal("a password was given, and none is missing")
	}
	// A second drop of the line, before the password was typed again.
	saved.State.Answers.Port = 25
	_ = d.Save(snapshot(saved.State))
	if again, _ := load(d); !again.Missing {
		t.Error("no password is missing after a second time")
	}
}

func TestDamagedDraftsAreIgnored(t *testing.T) {
	_, env := home(t)
	d := open(t, env)
	_ = d.Save(snapshot(someState()))
	whole, err := os.ReadFile(d.Path())
	casetest.Must(t, err)
	text := string(whole)
	damaged := map[string]string{
		"empty":           "",
		"cut short":       text[:len(text)/2],
		"another version": strings.Replace(text, `"version": 3`, `"version": 2`, 1),
		"another file":    strings.Replace(text, ".env\"", ".env2\"", 1),
		"no step":         strings.Replace(text, `"at": "livetest"`, `"at": ""`, 1),
		"wrong types":     strings.Replace(text, `"Port": 465`, `"Port": "465"`, 1),
		"not UTF-8":       strings.Replace(text, "smtp.example.com", "smtp\xff", 1),
	}
	for name, content := range damaged {
		casetest.Must(t, os.WriteFile(d.Path(), []byte(content), 0o600))
		if saved, ok := load(d); ok {
			t.Errorf("%s: %+v", name, saved)
		}
		if left, err := os.ReadFile(d.Aside()); err != nil || string(left) != content {
			t.Errorf("%s: it is not put aside: %v", name, err)
		}
	}
	s := someState()
	s.At = steptest.Write
	if err := d.Save(snapshot(s)); err != nil {
		t.Fatalf("a damaged draft is in the way: %v", err)
	}
	if saved, ok := load(d); !ok || saved.State.At != steptest.Write {
		t.Error("not replaced")
	}
}

// A run that is killed between write and rename leaves the draft before.
func TestKilledWhileSaving(t *testing.T) {
	_, env := home(t)
	d := open(t, env)
	_ = d.Save(snapshot(someState()))
	casetest.Must(t, os.WriteFile(d.Path()+".tmp", []byte(`{"version": 3, "at": "wri`), 0o600))
	_ = d.Close()
	d = open(t, env)
	if saved, ok := load(d); !ok || saved.State.At != steptest.LiveTest {
		t.Errorf("%v %+v", ok, saved)
	}
	casetest.Must(t, d.Save(snapshot(steptest.State{Place: wizard.Place{At: steptest.Write}})))
}

// All names of a file have the same draft.
func TestNamesOfOneFile(t *testing.T) {
	_, env := home(t)
	link := filepath.Join(t.TempDir(), "link")
	casetest.Must(t, os.Symlink(filepath.Dir(env), link))
	t.Chdir(filepath.Dir(env))
	open(t, env)
	for _, name := range []string{".env", "./.env", filepath.Join(link, ".env"), filepath.Join(link, "..", filepath.Base(link), ".env")} {
		if _, err := Open(name, os.Getenv); !errors.Is(err, ErrInUse) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFileName(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, env := range []string{"/opt/pocket-id/.env", "/opt/pocket-id/.env2", "/opt/pocket id/.env", "/opt/pocket_id/.env",
		"/" + strings.Repeat("x", 300) + "/.env", "/.env", "/a/../../etc/passwd", "/ü/\n"} {
		name := fileName(env)
		if len(name) > 80 || strings.ContainsAny(name, "/ \n") || strings.HasPrefix(name, ".") || filepath.Base(name) != name {
			t.Errorf("%q: %q", env, name)
		}
		if other, ok := seen[name]; ok {
			t.Errorf("%q and %q have the same draft", env, other)
		}
		seen[name] = env
	}
	if got := fileName("/opt/pocket-id/.env"); !strings.HasPrefix(got, "pocket-id_.env-") {
		t.Errorf("not readable: %s", got)
	}
}

func TestWithoutAHome(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	casetest.Must(t, os.WriteFile(file, nil, 0o600))
	linked := t.TempDir()
	casetest.Must(t, os.Symlink(t.TempDir(), filepath.Join(linked, "smtp-wizard")))
	tests := []struct{ name, state, home string }{
		{"no home", "", ""},
		{"a relative home", "", "here"},
		{"a relative state directory and no home", "here", ""},
		{"a file in the way", filepath.Join(file, "state"), ""},
		{"a link in the way", linked, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("XDG_STATE_HOME", tt.state)
			t.Setenv("HOME", tt.home)
			d, err := Open(filepath.Join(t.TempDir(), ".env"), os.Getenv)
			if err == nil || !strings.HasPrefix(err.Error(), "no draft is kept: ") {
				t.Errorf("%v, %v", d, err)
			}
		})
	}
}

func TestStateBelowHome(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_STATE_HOME", "relative, hence ignored")
	d := open(t, filepath.Join(t.TempDir(), ".env"))
	if want := filepath.Join(home, ".local", "state", "smtp-wizard"); filepath.Dir(d.Path()) != want {
		t.Errorf("in %s, want %s", filepath.Dir(d.Path()), want)
	}
}

// Somebody else's directory is refused, though root could use it.
func TestForeignDirectory(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a directory away")
	}
	state, env := home(t)
	dir := filepath.Join(state, "smtp-wizard")
	casetest.Must(t, errors.Join(os.Mkdir(dir, 0o700), os.Chown(dir, 12345, -1)))
	if _, err := Open(env, os.Getenv); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
		t.Errorf("%v", err)
	}
}

// Root leaves nothing in the home or the state directory of a user: its draft goes to
// its own home.
func TestRootsDraft(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a directory away")
	}
	root, err := user.LookupId("0")
	if err != nil || !isRoots(root.HomeDir) {
		t.Skip("root has no home here")
	}
	his, roots := t.TempDir(), t.TempDir()
	casetest.Must(t, errors.Join(os.Chown(his, 12345, -1), os.Mkdir(his+"/roots", 0o700), os.Symlink(his, roots+"/link")))
	for name, c := range map[string]struct{ state, home, want string }{
		"his state":              {his, roots, root.HomeDir},
		"his home":               {"", his, root.HomeDir},
		"root's within his":      {his + "/roots", roots, root.HomeDir},
		"one to be made in his":  {his + "/a/b", roots, root.HomeDir},
		"through root's symlink": {roots + "/link/a", roots, root.HomeDir},
		"root's own":             {roots, his, roots},
	} {
		t.Setenv("XDG_STATE_HOME", c.state)
		t.Setenv("HOME", c.home)
		d, err := Open(filepath.Join(his, ".env"), os.Getenv)
		casetest.Must(t, err)
		if !strings.HasPrefix(d.Path(), c.want+"/") {
			t.Errorf("%s: in %s, want it in %s", name, d.Path(), c.want)
		}
		_ = d.Close()
		if entries, _ := os.ReadDir(his); len(entries) != 1 {
			t.Errorf("%s: %v is in his", name, entries)
		}
	}
}

func FuzzDecode(f *testing.F) {
	whole, err := encode(snapshot(someState()), "/x/.env")
	casetest.Must(f, err)
	f.Add(whole)
	f.Add([]byte(`{"version":3,"answers":{"Port":25},"saved_at":"2026-01-02T03:04:05Z","at":"relay","history":["x","x"],"inputs":{"relay":null}}`))
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var answers, again steptest.Answers
		saved, env, err := decode(data, &answers)
		if err != nil {
			if !reflect.DeepEqual(saved, Snapshot{}) {
				t.Errorf("an error and %+v", saved)
			}
			return
		}
		if saved.Place.At == "" || !answers.Password.Empty() || saved.Place.Secrets != nil {
			t.Fatalf("%+v", saved)
		}
		text, err := encode(Snapshot{Place: saved.Place, Answers: answers, Missing: saved.Missing}, env)
		casetest.Must(t, err)
		second, _, err := decode(text, &again)
		if err != nil || second.Place.At != saved.Place.At || !reflect.DeepEqual(again, answers) {
			t.Fatalf("read back: %v\n%+v\n%+v", err, saved, second)
		}
	})
}

// A login in a URL that was pasted into a field is a secret too.
func TestUserinfoIsNotKept(t *testing.T) {
	_, env := home(t)
	d := open(t, env)
	s := someState()
	const login, bare, from = "smtp+x://bob:gehe@im@mail.example.com:587", "smtp+x://mail.example.com:587", "ID <a@example.com>"
	s.Inputs = map[wizard.ID]wizard.Input{steptest.Relay: {"host": login, "from": from}}
	casetest.Must(t, d.Save(snapshot(s)))
	saved, _ := load(d)
	if in := saved.State.Inputs[steptest.Relay]; in["host"] != bare || in["from"] != from {
		t.Error(in)
	}
	if s.Inputs[steptest.Relay]["host"] != login {
		t.Error("the state itself was changed")
	}
}
