package command

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"smtp-wizard/internal/hostile"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/steps"
)

func TestMain(m *testing.M) {
	// The tests wait for processes and relays more than they work.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){
		"smtp-wizard":    func() { os.Exit(Main(os.Args[1:], onMachine(System()))) },
		"smtp-elsewhere": func() { os.Exit(elsewhere()) },
	})
}

// onMachine has the packages of no machine, unless a test makes one.
func onMachine(io IO) IO {
	io.Root = cmp.Or(os.Getenv("MACHINE"), "/nonexistent")
	return io
}

func TestScripts(t *testing.T) {
	t.Parallel()
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
			"exits":   exits,
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

// exits runs a command that must end with that code: exits CODE smtp-wizard ...
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var failed *exec.ExitError
		if !errors.As(err, &failed) {
			ts.Fatalf("%v", err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// elsewhere is the wizard in a world whose every host is one relay that takes any
// login: smtp-elsewhere HOST [--plain].
func elsewhere() int {
	b := practice.Behavior{Host: os.Args[1]}
	if strings.Contains(b.Host, "relay") {
		b.Names = practice.GoogleNames
	}
	relay, err := practice.Start(b, practice.Options{AnyLogin: true})
	if err != nil {
		panic(err)
	}
	defer relay.Close()
	world := steps.ThisHost()
	world.RootCAs = relay.CA()
	world.Net.LookupHost = func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil }
	world.Net.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, _ := net.SplitHostPort(address)
		to := map[string]int{"587": relay.Port(), "465": relay.TLSPort()}[port]
		if to == 0 {
			to = 1
		}
		return (&net.Dialer{}).DialContext(ctx, network, fmt.Sprint("127.0.0.1:", to))
	}
	world.DNS = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, net.ErrClosed
	}}
	o := &options{IO: System()}
	g := guide{options: o, world: world, plain: len(os.Args) > 2, product: "Pocket ID", start: steps.Answers{EnvFile: ".env"}}
	if err := g.run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
