package draft

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
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
	d, err := Open(env)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func someState() wizard.State {
	return wizard.State{
		At: wizard.LiveTest, Return: wizard.Write,
		History: []wizard.ID{wizard.Install, wizard.Relay, wizard.Sender},
		Answers: wizard.Answers{
			EnvFile: ".env", Readers: []string{"pocket-id", "compose"}, Settings: smtpcheck.Settings{Host: "smtp.example.com", Port: 465, TLS: smtpcheck.TLSImplicit, From: "id@example.com"}, Untested: true,
		},
		Inputs: map[wizard.ID]wizard.Input{wizard.Relay: {"host": "ünïcode \"quoted\" \x1b"}},
		Found:  map[wizard.ID]wizard.Finding{wizard.LiveTest: {Run: 3, Running: true, Result: make(chan int)}},
		Fault:  wizard.Fault{Text: "not kept"},
		Runs:   3,
	}
}

func TestSaveAndLoad(t *testing.T) {
	_, env := home(t)
	began := time.Now().Add(-time.Second)
	d := open(t, env)
	if _, ok := d.Load(); ok {
		t.Fatal("a draft out of nothing")
	}
	s := someState()
	if err := d.Save(s); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	saved, ok := open(t, env).Load()
	if !ok || len(saved.Missing) != 0 || saved.At.Before(began) || saved.At.After(time.Now().Add(time.Second)) {
		t.Fatalf("%v %+v", ok, saved)
	}
	s.Found, s.Fault, s.Runs = nil, wizard.Fault{}, 0
	if !reflect.DeepEqual(saved.State, s) {
		t.Errorf("got %+v\nwant %+v", saved.State, s)
	}
}

func TestModes(t *testing.T) {
	state, env := home(t)
	dir := filepath.Join(state, "smtp-wizard")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	d := open(t, env)
	if err := d.Save(someState()); err != nil {
		t.Fatal(err)
	}
	want := map[string]os.FileMode{dir: 0o700, d.Path(): 0o600, d.Path() + ".lock": 0o600}
	for path, mode := range want {
		if info, err := os.Lstat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "*")); len(names) != 2 {
		t.Errorf("left over: %v", names)
	}
}

func TestNothingIsLeft(t *testing.T) {
	state, env := home(t)
	d := open(t, env)
	_ = d.Save(someState())
	if err := errors.Join(d.Remove(), d.Remove(), d.Close(), d.Close()); err != nil {
		t.Fatal(err)
	}
	if names, _ := filepath.Glob(filepath.Join(state, "smtp-wizard", "*")); len(names) != 0 {
		t.Errorf("left over: %v", names)
	}
	if err := d.Save(someState()); err == nil {
		t.Error("saved without holding the lock")
	}
}

// A draft that was removed is written again, though nothing has changed.
func TestSaveAfterRemove(t *testing.T) {
	_, env := home(t)
	d := open(t, env)
	_ = d.Save(someState())
	_ = d.Remove()
	_ = d.Save(someState())
	if _, ok := d.Load(); !ok {
		t.Error("not saved again")
	}
}

func TestUnchangedIsNotWritten(t *testing.T) {
	_, env := home(t)
	d := open(t, env)
	s := someState()
	_ = d.Save(s)
	before, err := os.Stat(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	s.Runs, s.Found = 4, nil // a draft keeps neither
	_ = d.Save(s)
	same, _ := os.Stat(d.Path())
	if !os.SameFile(before, same) {
		t.Error("written again")
	}
	s.Answers.Port = 587
	_ = d.Save(s)
	other, _ := os.Stat(d.Path())
	if os.SameFile(before, other) {
		t.Error("written in place, or not at all")
	}
}

// However a secret is held, its bytes are not in the file, nor its length.
func TestNoSecretIsSaved(t *testing.T) {
	_, env := home(t)
	d := open(t, env)
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	var before []byte
	for range 100 {
		value := randomSecret(r)
		s := someState()
		s.Answers.Password = secret.New(value)
		s.Answers.Confirmed = value
		s.Secrets = map[wizard.ID]wizard.Secrets{wizard.Sender: {"password": secret.New(value), "other": secret.New(value)}}
		if err := d.Save(s); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(d.Path())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), value) {
			t.Fatalf("a secret is in the draft:\n%s", data)
		}
		if before != nil && string(before) != string(data) {
			t.Fatalf("the draft depends on the secret:\n%s\n%s", before, data)
		}
		before = data
	}
}

func randomSecret(r *rand.Rand) string {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789$'\"\\ #"
	b := make([]byte, 8+r.IntN(40))
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b)
}

func TestMissingSecretsAreNamed(t *testing.T) {
	_, env := home(t)
	d := open(t, env)
	s := someState()
	s.Answers.Password = secret.New("geheim")
	s.Secrets = map[wizard.ID]wizard.Secrets{
		wizard.Sender: {"password": secret.New("neu")}, wizard.Relay: {"key": secret.New("x"), "empty": {}},
	}
	_ = d.Save(s)
	saved, _ := d.Load()
	want := []Missing{{wizard.Relay, "key"}, Password}
	if !reflect.DeepEqual(saved.Missing, want) {
		t.Fatalf("missing %v, want %v", saved.Missing, want)
	}
	// A second drop of the line, before the password was typed again.
	saved.State.Answers.Port = 25
	_ = d.Save(saved.State)
	if again, _ := d.Load(); !reflect.DeepEqual(again.Missing, want) {
		t.Errorf("missing %v after a second time", again.Missing)
	}
}

func TestSpoiltDraftsAreIgnored(t *testing.T) {
	_, env := home(t)
	d := open(t, env)
	_ = d.Save(someState())
	whole, err := os.ReadFile(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	text := string(whole)
	spoilt := map[string]string{
		"empty":           "",
		"cut short":       text[:len(text)/2],
		"another version": strings.Replace(text, `"version": 1`, `"version": 2`, 1),
		"another file":    strings.Replace(text, ".env\"", ".env2\"", 1),
		"no step":         strings.Replace(text, `"at": "livetest"`, `"at": ""`, 1),
		"wrong types":     strings.Replace(text, `"Port": 465`, `"Port": "465"`, 1),
		"not UTF-8":       strings.Replace(text, "smtp.example.com", "smtp\xff", 1),
		"two of them":     text + text,
		"too large":       text + strings.Repeat(" ", maxSize),
		"no object":       "[]",
		"zeros":           strings.Repeat("\x00", 100),
		"deep":            strings.Repeat("[", 100_000),
	}
	for name, content := range spoilt {
		if err := os.WriteFile(d.Path(), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if saved, ok := d.Load(); ok {
			t.Errorf("%s: %+v", name, saved)
		}
		if left, err := os.ReadFile(d.Aside()); err != nil || string(left) != content {
			t.Errorf("%s: it is not put aside: %v", name, err)
		}
	}
	s := someState()
	s.At = wizard.Write
	if err := d.Save(s); err != nil {
		t.Fatalf("a spoilt draft is in the way: %v", err)
	}
	if saved, ok := d.Load(); !ok || saved.State.At != wizard.Write {
		t.Error("not replaced")
	}
}

// What stands where the draft should be is neither followed nor waited for.
func TestLinksAreNotFollowed(t *testing.T) {
	_, env := home(t)
	d := open(t, env)
	_ = d.Save(someState())
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(d.Path(), elsewhere); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(elsewhere)
	for _, path := range []string{d.Path(), d.Path() + ".tmp"} {
		if err := os.Symlink(elsewhere, path); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := d.Load(); ok {
		t.Error("a link was read")
	}
	s := someState()
	s.At = wizard.Write
	if err := d.Save(s); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.ReadFile(elsewhere); string(after) != string(before) {
		t.Error("a link was written through")
	}
	if saved, ok := d.Load(); !ok || saved.State.At != wizard.Write {
		t.Error("not saved")
	}
}

// A run that is killed between write and rename leaves the draft before.
func TestKilledWhileSaving(t *testing.T) {
	_, env := home(t)
	d := open(t, env)
	_ = d.Save(someState())
	if err := os.WriteFile(d.Path()+".tmp", []byte(`{"version": 1, "at": "wri`), 0o600); err != nil {
		t.Fatal(err)
	}
	_ = d.Close()
	d = open(t, env)
	if saved, ok := d.Load(); !ok || saved.State.At != wizard.LiveTest {
		t.Errorf("%v %+v", ok, saved)
	}
	if err := d.Save(wizard.State{At: wizard.Write}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(d.Path() + ".tmp"); !errors.Is(err, os.ErrNotExist) {
		t.Error("the temporary is left")
	}
}

func TestOneDraftForEachFile(t *testing.T) {
	_, env := home(t)
	other := filepath.Join(t.TempDir(), ".env")
	a, b := open(t, env), open(t, other)
	_ = a.Save(wizard.State{At: wizard.Relay})
	_ = b.Save(wizard.State{At: wizard.Write})
	for d, want := range map[*Draft]wizard.ID{a: wizard.Relay, b: wizard.Write} {
		if saved, ok := d.Load(); !ok || saved.State.At != want {
			t.Errorf("%s: %+v", d.Path(), saved)
		}
	}
}

// All names of a file have the same draft.
func TestNamesOfOneFile(t *testing.T) {
	_, env := home(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Dir(env), link); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Dir(env))
	open(t, env)
	for _, name := range []string{".env", "./.env", filepath.Join(link, ".env"), filepath.Join(link, "..", filepath.Base(link), ".env")} {
		var inUse *InUseError
		if _, err := Open(name); !errors.As(err, &inUse) {
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
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	linked := t.TempDir()
	if err := os.Symlink(t.TempDir(), filepath.Join(linked, "smtp-wizard")); err != nil {
		t.Fatal(err)
	}
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
			d, err := Open(filepath.Join(t.TempDir(), ".env"))
			var none *UnavailableError
			if !errors.As(err, &none) || d != nil {
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

func TestSaveSaysWhatFailed(t *testing.T) {
	state, env := home(t)
	d := open(t, env)
	if err := os.RemoveAll(filepath.Join(state, "smtp-wizard")); err != nil {
		t.Fatal(err)
	}
	var none *UnavailableError
	if err := d.Save(someState()); !errors.As(err, &none) {
		t.Errorf("%v", err)
	}
}

func FuzzDecode(f *testing.F) {
	whole, err := encode(file{Version: version, SavedAt: time.Now(), At: wizard.Relay,
		Inputs: map[wizard.ID]wizard.Input{wizard.Relay: {"host": "x"}}, Missing: []Missing{Password}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(`{"version":1,"saved_at":"2026-01-02T03:04:05Z","at":"relay","history":["x","x"],"inputs":{"relay":null}}`))
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		saved, env, err := decode(data)
		if err != nil {
			if !reflect.DeepEqual(saved, Saved{}) {
				t.Errorf("an error and %+v", saved)
			}
			return
		}
		if saved.State.At == "" || !saved.State.Answers.Password.Empty() || saved.State.Secrets != nil {
			t.Fatalf("%+v", saved)
		}
		again, err := encode(onDisk(saved.State, env, saved.Missing))
		if err != nil {
			t.Fatal(err)
		}
		again = []byte(strings.Replace(string(again), `"0001-01-01T00:00:00Z"`, fmt.Sprintf("%q", "2026-01-02T03:04:05Z"), 1))
		second, _, err := decode(again)
		if err != nil || second.State.At != saved.State.At || !reflect.DeepEqual(second.State.Answers, saved.State.Answers) {
			t.Fatalf("read back: %v\n%+v\n%+v", err, saved, second)
		}
	})
}

// A login in a URL that was pasted into a field is a secret too.
func TestUserinfoIsNotKept(t *testing.T) {
	_, env := home(t)
	d := open(t, env)
	s := someState()
	s.Inputs = map[wizard.ID]wizard.Input{wizard.Relay: {"host": "smtp+x://bob:gehe@im@mail.example.com:587"}, wizard.Sender: {"from": "ID <a@example.com>"}}
	if err := d.Save(s); err != nil {
		t.Fatal(err)
	}
	saved, ok := d.Load()
	if !ok || saved.State.Inputs[wizard.Relay]["host"] != "smtp+x://mail.example.com:587" || saved.State.Inputs[wizard.Sender]["from"] != "ID <a@example.com>" {
		t.Errorf("%v: %v", ok, saved.State.Inputs)
	}
	if s.Inputs[wizard.Relay]["host"] != "smtp+x://bob:gehe@im@mail.example.com:587" {
		t.Error("the state itself was changed")
	}
}

// A password that was typed is told from one that the .env has, also before its
// page was left.
func TestTypedPasswordsAreTold(t *testing.T) {
	_, env := home(t)
	d := open(t, env)
	s := someState()
	s.Answers.Password = secret.New("of the file")
	for typed, secrets := range map[bool]wizard.Secrets{false: nil, true: {"password": secret.New("half")}} {
		s.Secrets = map[wizard.ID]wizard.Secrets{wizard.Sender: secrets}
		_ = d.Save(s)
		if saved, ok := d.Load(); !ok || saved.State.Answers.PasswordTyped != typed {
			t.Errorf("typed %v, kept as %v", typed, saved.State.Answers.PasswordTyped)
		}
	}
}
