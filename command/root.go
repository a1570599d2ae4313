// Package command is the command line: flags, subcommands and exit codes. It
// wires the other packages together and decides nothing about mail.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// IO is where a command reads and writes.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
}

// System is the process's own.
func System() IO {
	return IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv}
}

// options are the flags common to all commands.
type options struct {
	IO
	envFile string
	json    bool
	timeout time.Duration
}

// Main runs one command line and returns its exit code. SIGINT, SIGTERM and
// SIGHUP cancel it.
func Main(args []string, sys IO) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program by force, whatever it waits for
	o := &options{IO: sys}
	root := newRoot(o)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		err = errInterrupted
	case o.timeout > 0 && errors.Is(err, context.DeadlineExceeded):
		err = errTimeout
	}
	if err != nil && err.Error() != "" {
		fmt.Fprintf(shown{sys.Err}, "smtp-wizard: %s\n", err)
	}
	return codeOf(err)
}

func newRoot(o *options) *cobra.Command {
	root := &cobra.Command{
		Use:   "smtp-wizard",
		Short: "Set up mail for Pocket ID, and prove that it arrives",
		Long: `smtp-wizard guides through the mail settings of Pocket ID: a provider, the relay,
the sender, the name that the server announces in EHLO, and a live test. It ends
with a message delivered and a correct .env.

Without a command it is the wizard.`,
		Args:          knownCommand,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(o.In)
	root.SetOut(o.Out)
	root.SetErr(o.Err)
	root.SetVersionTemplate("smtp-wizard {{.Version}}\n")
	flags := root.PersistentFlags()
	flags.StringVar(&o.envFile, "env-file", ".env", "the `path` of the .env")
	flags.BoolVar(&o.json, "json", false, "print the result as JSON")
	flags.DurationVar(&o.timeout, "timeout", 0, "give up after this `time`, such as 90s (default: each wait has its own bound)")
	root.SetFlagErrorFunc(wrongFlag)
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		if o.timeout < 0 {
			return usage(fmt.Errorf("--timeout: %s is less than no time", o.timeout))
		}
		return nil
	}
	addWizard(root, o)
	root.AddCommand(
		newDemo(o), printing(o, newCheck(o)), printing(o, newInspect(o)), printing(o, newProbe(o)), printing(o, newApply(o)),
		printing(o, newExplain(o)), printing(o, newPresets(o)), printing(o, newListen(o)), printing(o, newMan(root, o)),
	)
	root.InitDefaultCompletionCmd("completion")
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Args, c.RunE = cobra.NoArgs, func(*cobra.Command, []string) error { return usage(errWhichShell) }
		}
	}
	return root
}

var errWhichShell = errors.New("completion takes the name of a shell: bash, zsh, fish or powershell")

// knownCommand refuses a word that is no command, with those that it may stand
// for.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	root.SuggestionsMinimumDistance = 2
	hint := "--help lists them"
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "is it " + strings.Join(near, ", or ") + "?"
	}
	return usage(fmt.Errorf("there is no command %q; %s", args[0], hint))
}

// wrongFlag points at the help, where the flags are.
func wrongFlag(c *cobra.Command, err error) error {
	return usage(fmt.Errorf("%w; see %s --help", err, c.CommandPath()))
}

// bounded applies --timeout.
func (o *options) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if o.timeout <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, o.timeout)
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
