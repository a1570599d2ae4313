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
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"smtp-wizard/asowner"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/steps"
)

// IO is where a command reads and writes.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
	// World is what the program reaches outside itself; nil is this host's.
	World func() steps.World
}

// System is the process's own.
func System() IO {
	return IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv}
}

// world is the host, or what stands for it.
func (io IO) world() steps.World {
	w := steps.ThisHost()
	if io.World != nil {
		w = io.World()
	}
	w.Getenv = io.Getenv
	return w
}

// options are the flags common to all commands.
type options struct {
	IO
	envFile string
	json    bool
	timeout time.Duration
	// jsonLines prints each result on one line, for a stream of them.
	jsonLines bool
}

// Main runs one command line and returns its exit code. SIGINT, SIGTERM and
// SIGHUP cancel it.
func Main(args []string, sys IO) int {
	noCoreDump()
	if slices.Equal(args, []string{asowner.Argument}) {
		// It ends with this program, which waits for the end of a save: Ctrl+C reaches both.
		signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
		return asowner.Serve()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal kills the process, whatever it is waiting for
	defer atomicfile.Wait()      // a save may go on whose command was interrupted
	return run(ctx, args, sys)
}

func run(ctx context.Context, args []string, sys IO) int {
	sys.Err = cleanWriter{sys.Err}
	o := &options{IO: sys}
	root := newRoot(o)
	root.SetArgs(args)
	whole, cancel := context.WithCancel(ctx)
	defer cancel()
	err := root.ExecuteContext(whole)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		err = errInterrupted
	case o.timeout > 0 && errors.Is(err, context.DeadlineExceeded):
		err = errTimeout
	}
	if err != nil && err.Error() != "" {
		fmt.Fprintf(sys.Err, "smtp-wizard: %s\n", err)
	}
	return exitCode(err)
}

func newRoot(o *options) *cobra.Command {
	var build debug.BuildInfo
	if info, ok := debug.ReadBuildInfo(); ok {
		build = *info
	}
	root := &cobra.Command{
		Use:   "smtp-wizard",
		Short: "Set up mail for Pocket ID, and prove that it arrives",
		Long: `smtp-wizard guides you through the mail settings of Pocket ID: a provider, the
relay, the sender, the name that the server announces in EHLO, and a live test. It
ends with a delivered message and a correct .env.

Without a command it starts the wizard.`,
		Example:       "  smtp-wizard\n  smtp-wizard /opt/pocket-id/.env\n  smtp-wizard demo",
		Version:       version(build),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(o.In)
	root.SetOut(o.Out)
	root.SetErr(o.Err)
	flags := root.PersistentFlags()
	flags.StringVar(&o.envFile, "env-file", ".env", "the `path` of the .env")
	flags.BoolVar(&o.json, "json", false, "print the result as JSON")
	flags.Var((*seconds)(&o.timeout), "timeout",
		"give up after this `time`, such as 90s or 90 (default: each wait has its own limit)")
	root.SetFlagErrorFunc(flagError)
	root.PersistentPreRunE = o.applyTimeout
	addWizard(root, o)
	root.AddCommand(
		newDemo(o), newCheck(o), newInspect(o), newProbe(o), newApply(o), newExplain(o), newPresets(o), newListen(o), newMan(root, o),
	)
	o.makeConvenient(root)
	root.InitDefaultCompletionCmd("completion")
	if c, _, err := root.Find([]string{"completion"}); err == nil {
		c.Args, c.RunE = cobra.NoArgs, func(*cobra.Command, []string) error {
			return usage(errors.New("completion needs the name of a shell: bash, zsh, fish or powershell"))
		}
	}
	return root
}

// seconds is a flag with a time; a bare number means seconds.
type seconds time.Duration

// String is what help calls the default: nothing.
func (s *seconds) String() string {
	if *s == 0 {
		return ""
	}
	return time.Duration(*s).String()
}
func (s *seconds) Type() string { return "duration" }

func (s *seconds) Set(text string) error {
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		text += "s"
	}
	d, err := time.ParseDuration(text)
	*s = seconds(d)
	return err
}

// applyTimeout gives the command a context that ends with --timeout.
func (o *options) applyTimeout(c *cobra.Command, _ []string) error {
	if o.timeout < 0 {
		return usage(errors.New("--timeout must not be negative"))
	}
	if o.timeout > 0 {
		ctx, cancel := context.WithTimeout(c.Context(), o.timeout)
		context.AfterFunc(c.Context(), cancel)
		c.SetContext(ctx)
	}
	return nil
}
