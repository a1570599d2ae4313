package command

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/steps"
)

type checkFlags struct {
	passwordFlags
	arrival                arrivalFlags
	to, as, hostname, ca   string
	helo                   []string
	noSend, offline, quiet bool
}

func newCheck(o *options) *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check",
		Short: "Test the mail settings of an existing .env, as Pocket ID would use them",
		Long: `Check reads the mail settings of the .env and has the same conversation with the
relay that Pocket ID would have, up to a delivered message. In parallel it tries
each name that Pocket ID could announce, up to RCPT.

The test mail has a code in its body. With --wait-code or --imap, success is that
the mail has arrived.

The exit code is the stage that failed: ` + stageExitHelp + `;
21 is a mail that was taken and not found to have arrived; 0 is success.`,
		Example: "  smtp-wizard check --env-file /opt/pocket-id/.env --to you@example.org\n  smtp-wizard check --no-send --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			world, err := newWorld(cmd.Context(), o, f.ca)
			if err != nil {
				return err
			}
			return o.check(cmd.Context(), world, f)
		},
	}
	f.passwordFlags.add(c)
	f.arrival.add(c)
	flags := c.Flags()
	flags.StringVar(&f.to, "to", "", "send the test to this `address` (default: SMTP_FROM)")
	flags.BoolVar(&f.noSend, "no-send", false, "stop after RCPT: nothing is delivered")
	flags.StringVar(&f.as, "as", "", "speak as this `version` of Pocket ID; \"none\" announces the hostname everywhere "+
		"(default: detected, else the newest known)")
	flags.StringVar(&f.hostname, "hostname", "",
		"the `name` that os.Hostname() will return to Pocket ID (default: detected)")
	flags.StringArrayVar(&f.helo, "helo", nil, "also try this `name` as an identity (repeatable)")
	flags.StringVar(&f.ca, "ca", "", caUsage)
	flags.BoolVar(&f.offline, "offline", false, "ask DNS for nothing but the relay")
	flags.BoolVar(&f.quiet, "quiet", false, "print nothing on success, as for cron")
	return c
}

func (o *options) check(ctx context.Context, world steps.World, f checkFlags) error {
	found := world.Discover(ctx, o.envFile)
	setup, err := f.setup(world, found)
	if err != nil {
		return err
	}
	if err := f.arrival.prepare(ctx, f.noSend); err != nil {
		return err
	}
	if f.arrival.code {
		f.lines = bufio.NewReaderSize(o.In, maxPassword)
	}
	given, err := f.read(ctx, o, "")
	if err != nil {
		return err
	}
	if !given.Empty() {
		setup.Password = given
		world.Masker.Add(setup.User, given.Reveal())
	}
	objections := found.Objections(setup, !given.Empty())
	warnings := world.Warnings(found, setup.As, objections)
	// Found names are tried even if they are invalid: Pocket ID would announce them.
	candidates := found.Candidates(found.Value("APP_URL"), append(slices.Clone(f.helo), f.hostname)...)
	var trial steps.TestResult
	live := &progress{quiet: true}
	if stops := steps.Stopping(objections); len(stops) > 0 {
		trial = steps.NotSent(setup, stops)
	} else {
		if !o.json && !f.quiet {
			live = newProgress(o, setup, found.LoginChanges())
		}
		trial = world.RunTest(ctx, setup, namesOf(candidates), live.report)
		live.end()
		trial.ExplainLogin(found.LoginChanges())
	}
	missed := f.proveArrival(ctx, o, world, &trial)
	r := newCheckResult(candidates, trial)
	r.addArrival(ctx, missed)
	r.Warnings, r.Values = warnings, found.Elsewhere()
	r.TimedOut = (trial.Result.Failure != nil || missed != nil) && errors.Is(ctx.Err(), context.DeadlineExceeded)
	r.Settings = objections
	if f.quiet && r.Exit == exitOK {
		return nil
	}
	if err := o.print(r, func(w io.Writer) {
		if live.quiet {
			r.print(w, trial)
			return
		}
		r.Warnings = r.Warnings[len(found.LoginChanges()):] // said before the stages
		r.printEnd(w, trial)
	}); err != nil {
		return err
	}
	return r.exitError()
}

// setup turns the .env and the flags into a test.
func (f checkFlags) setup(w steps.World, found steps.Discovery) (steps.Setup, error) {
	err := found.Usable()
	if found.Install.Runs == "" { // else it is said with what arrives
		err = cmp.Or(err, found.Broken())
	}
	if err != nil {
		return steps.Setup{}, fileError(err)
	}
	var as pocketid.Version
	if f.as != "" {
		if as, err = pocketid.SpeaksAs(f.as); err != nil {
			return steps.Setup{}, usage(fmt.Errorf("--as: %w", err))
		}
	}
	s := w.SetupFrom(found, as)
	s.NoSend, s.Offline = f.noSend, f.offline
	if f.hostname != "" {
		s.Hostname, s.ContainerID = f.hostname, false
	}
	if f.to != "" {
		if s.To, err = smtpcheck.ParseAddress(f.to); err != nil {
			return s, usage(fmt.Errorf("--to: %w", err))
		}
	}
	if f.hostname != "" {
		err = checkNames("--hostname", f.hostname)
	}
	return s, cmp.Or(err, checkNames("--helo", f.helo...))
}

func namesOf(candidates []pocketid.Candidate) []string {
	var names []string
	for _, c := range candidates {
		names = append(names, c.Name)
	}
	return names
}
