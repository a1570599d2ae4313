package command

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"smtp-wizard/pocketid"
	"smtp-wizard/steps"
)

type checkFlags struct {
	to, as, hostname, ca string
	helo                 []string
	noSend               bool
}

func newCheck(o *options) *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check",
		Short: "Test the mail settings of an existing .env, as Pocket ID would use them",
		Long: `Check reads the mail settings of the .env and has the same conversation with the
relay that Pocket ID would have, up to a delivered message. In parallel it tries
each name that Pocket ID could announce, up to RCPT.

The exit code is the stage that failed: ` + stageExitHelp + `; 0 is success.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			world, err := newWorld(cmd.Context(), o, f.ca)
			if err != nil {
				return err
			}
			return o.check(cmd.Context(), world, f)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.to, "to", "", "send the test to this `address` (default: SMTP_FROM)")
	flags.BoolVar(&f.noSend, "no-send", false, "stop after RCPT: nothing is delivered")
	flags.StringVar(&f.as, "as", "", "speak as this `version` of Pocket ID; \"none\" announces the hostname everywhere "+
		"(default: detected, else the newest known)")
	flags.StringVar(&f.hostname, "hostname", "",
		"the `name` that os.Hostname() will return to Pocket ID (default: detected)")
	flags.StringArrayVar(&f.helo, "helo", nil, "also try this `name` as an identity (repeatable)")
	flags.StringVar(&f.ca, "ca", "", caUsage)
	return c
}

func (o *options) check(ctx context.Context, world steps.World, f checkFlags) error {
	found := world.Discover(ctx, o.envFile)
	setup, err := f.setup(world, found)
	if err != nil {
		return err
	}
	// Found names are tried even if they are invalid: Pocket ID would announce them.
	candidates := found.Candidates(found.Value("APP_URL"), append(slices.Clone(f.helo), f.hostname)...)
	live := newProgress(o, setup)
	var trial steps.TestResult
	if stop := found.Stops(setup); stop != nil {
		trial = steps.NotTested(setup, stop)
	} else {
		trial = world.RunTest(ctx, setup, namesOf(candidates), live.report)
	}
	live.end()
	r := newCheckResult(candidates, trial)
	r.Warnings, r.Values = world.Warnings(found, setup.As), found.Elsewhere()
	if err := o.print(r, func(w io.Writer) { r.printEnd(w, trial) }); err != nil {
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
	s := w.SetupFrom(found)
	s.NoSend = f.noSend
	if f.hostname != "" {
		s.Hostname, s.ContainerID = f.hostname, false
	}
	if f.as != "" {
		if s.As, err = pocketid.SpeaksAs(f.as); err != nil {
			return s, usage(fmt.Errorf("--as: %w", err))
		}
	}
	if f.to != "" {
		if s.To, err = steps.ParseAddress(f.to); err != nil {
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
