package command

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"smtp-wizard/asowner"
	"smtp-wizard/internal/hostile"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/steps"
)

func TestMain(m *testing.M) {
	// The tests wait for processes and relays more than they work.
	if err := flag.Set("test.parallel", "20"); err != nil {
		panic(err)
	}
	testscript.Main(inTerminal{m}, map[string]func(){
		"smtp-wizard": func() {
			if slices.Equal(os.Args[1:], []string{inTurn}) {
				runInTurn()
				return
			}
			os.Exit(Main(os.Args[1:], onMachine(System())))
		},
	})
}

// inTerminal has the environment of a terminal for what the tests run in this process.
type inTerminal struct{ *testing.M }

func (m inTerminal) Run() int {
	home, err := os.MkdirTemp("", "smtp-wizard-home-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(home)
	for name, value := range map[string]string{
		"HOME": home, "XDG_STATE_HOME": home + "/state", "TERM": "xterm-256color", "LANG": "C.UTF-8", "SSH_CONNECTION": "",
		"NO_COLOR": "", "COLORTERM": "", "LC_ALL": "", "ACCESSIBLE": "",
	} {
		_ = os.Setenv(name, value)
	}
	return m.M.Run()
}

// onMachine has no packages, and no units that a distribution brought: to read hundreds
// of them takes most of the time.
func onMachine(io IO) IO {
	io.World = func() steps.World {
		w := steps.ThisHost()
		w.Root = "/nonexistent"
		w.Look = func(around *asowner.Files, planned map[string][]byte) (install.Install, error) {
			m := install.ThisMachine()
			m.Files = homeMade{}
			return around.Discover(m, planned)
		}
		return w
	}
	return io
}

type homeMade struct{ install.Disk }

func (homeMade) Glob(pattern string) ([]string, error) {
	if strings.Contains(pattern, "/lib/systemd/") {
		return nil, nil
	}
	return install.Disk{}.Glob(pattern)
}

// inTurn is the argument of a process that runs one command after the other, each in a
// directory and an environment of its own: to start one for each takes most of the time.
const inTurn = "commands-in-turn"

type (
	call struct {
		Args, Env  []string
		Dir, Stdin string
	}
	called struct {
		Stdout, Stderr string
		Code           int
	}
)

// runInTurn answers calls until standard input ends.
func runInTurn() {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var c call
		if err := in.Decode(&c); err != nil {
			return
		}
		os.Clearenv()
		for _, pair := range c.Env {
			name, value, _ := strings.Cut(pair, "=")
			_ = os.Setenv(name, value)
		}
		if err := os.Chdir(c.Dir); err != nil {
			panic(err)
		}
		var stdout, stderr strings.Builder
		code := Main(c.Args, onMachine(IO{In: strings.NewReader(c.Stdin), Out: &stdout, Err: &stderr, Getenv: os.Getenv}))
		if err := out.Encode(called{stdout.String(), stderr.String(), code}); err != nil {
			panic(err)
		}
	}
}

// wizards run the commands of the scripts.
type wizards chan func(call) (called, error)

func startWizards(t *testing.T) wizards {
	t.Helper()
	all := make(wizards, runtime.GOMAXPROCS(0))
	for range cap(all) {
		cmd := exec.Command("smtp-wizard", inTurn)
		cmd.Stderr = os.Stderr
		in, err1 := cmd.StdinPipe()
		out, err2 := cmd.StdoutPipe()
		if err := errors.Join(err1, err2, cmd.Start()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			in.Close()
			_ = cmd.Wait()
		})
		to, from := json.NewEncoder(in), json.NewDecoder(out)
		all <- func(c call) (done called, err error) {
			return done, errors.Join(to.Encode(c), from.Decode(&done))
		}
	}
	return all
}

// run runs a command of a script and returns its exit code. A last argument <FILE is its
// standard input.
func (w wizards) run(ts *testscript.TestScript, args []string) int {
	c := call{Args: args, Dir: ts.MkAbs(".")}
	for _, name := range []string{"PATH", "HOME", "XDG_STATE_HOME", "TMPDIR", "SSH_CONNECTION", "SUDO_UID", passwordVariable} {
		if value := ts.Getenv(name); value != "" {
			c.Env = append(c.Env, name+"="+value)
		}
	}
	if i := slices.IndexFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "<") }); i >= 0 {
		c.Args, c.Stdin = args[:i], ts.ReadFile(args[i][1:])
	}
	run := <-w
	done, err := run(c)
	w <- run
	ts.Check(err)
	fmt.Fprint(ts.Stdout(), done.Stdout)
	fmt.Fprint(ts.Stderr(), done.Stderr)
	return done.Code
}

func TestScripts(t *testing.T) {
	t.Parallel()
	all := startWizards(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, "state"))
			e.Setenv("HOME", e.WorkDir)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"relay":   startRelay,
			"expand":  expand,
			"nowhere": nowhere,
			// wizard ARGUMENTS, and exits CODE wizard ARGUMENTS.
			"wizard": func(ts *testscript.TestScript, neg bool, args []string) {
				if code := all.run(ts, args); (code == 0) == neg {
					ts.Fatalf("exit code %d", code)
				}
			},
			"exits": func(ts *testscript.TestScript, _ bool, args []string) {
				if code := all.run(ts, args[2:]); args[0] != strconv.Itoa(code) || args[1] != "wizard" {
					ts.Fatalf("exit code %d, want %s", code, args[0])
				}
			},
		},
		Condition: func(name string) (bool, error) {
			if name != "root" {
				return false, fmt.Errorf("no condition %q", name)
			}
			return os.Geteuid() == 0, nil
		},
		RequireExplicitExec: true,
	})
}

// startRelay plays a relay of the catalogue: relay NAME [USER PASSWORD]. It sets
// $PORT, $TLSPORT and $CA.
func startRelay(ts *testscript.TestScript, _ bool, args []string) {
	options := practice.Options{}
	if len(args) == 3 {
		options.User, options.Password = args[1], args[2]
	}
	relay, err := practice.Start(hostile.Named(ts, args[0]), options)
	ts.Check(err)
	ts.Defer(relay.Close)
	ca := ts.MkAbs("ca.pem")
	ts.Check(os.WriteFile(ca, relay.CAPEM(), 0o600))
	ts.Setenv("PORT", strconv.Itoa(relay.Port()))
	ts.Setenv("TLSPORT", strconv.Itoa(relay.TLSPort()))
	ts.Setenv("CA", ca)
}

// expand replaces $NAME in files by the script's variables.
func expand(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		text := os.Expand(ts.ReadFile(name), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

// nowhere fails when a secret, or a form in which AUTH sends it, is in the
// output of the last command or in one of the files.
func nowhere(ts *testscript.TestScript, _ bool, args []string) {
	secret := args[0]
	encoded := strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "=")
	for _, name := range append([]string{"stdout", "stderr"}, args[1:]...) {
		if text := ts.ReadFile(name); strings.Contains(text, secret) || strings.Contains(text, encoded) {
			ts.Fatalf("%s holds the secret", name)
		}
	}
}
