package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"smtp-wizard/envwriter"
	"smtp-wizard/pocketid"
	"smtp-wizard/secret"
	"smtp-wizard/steps"
	"smtp-wizard/wizard"
	"smtp-wizard/wizard/flags"
)

type applyFlags struct {
	*pflag.FlagSet
	passwordFile, ca                       string
	readers                                []string
	passwordStdin, lockUI, noCheck, dryRun bool
}

// passwordVariable holds the password where neither a file nor standard input
// does.
const passwordVariable = "SMTP_WIZARD_PASSWORD"

func newApply(o *options) *cobra.Command {
	var f applyFlags
	c := &cobra.Command{
		Use:   "apply",
		Short: "The wizard without questions: every answer is a flag",
		Long: `Apply takes the same steps as the wizard. A flag is an answer given beforehand;
what is not given comes from the .env, else from the preset. It tests the settings
and writes the .env only when the relay took a message. Running it again changes
nothing. With --no-check it tests nothing. With --dry-run it makes the test and
writes nothing. The password is read from standard input, a file, or
SMTP_WIZARD_PASSWORD, never from an argument.`,
		Example: `  smtp-wizard apply --preset google-workspace-relay --app-url https://id.example.com \
    --from noreply@example.com --hostname id.example.com`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := o.bounded(cmd.Context())
			defer cancel()
			return o.apply(ctx, f)
		},
	}
	s := c.Flags()
	f.FlagSet = s
	for _, answer := range steps.AnswerFlags() {
		s.String(answer.Name, "", answer.Usage)
	}
	s.BoolVar(&f.passwordStdin, "password-stdin", false, "read the password from standard input")
	s.StringVar(&f.passwordFile, "password-file", "", "read the password from this `file`")
	s.StringSliceVar(&f.readers, "readers", nil, "what reads the .env: "+strings.Join(envwriter.Names(envwriter.Readers), ", "))
	s.BoolVar(&f.lockUI, "lock-ui", false, "set UI_CONFIG_DISABLED=true in an existing file too")
	s.BoolVar(&f.noCheck, "no-check", false, "do not speak to the relay")
	s.BoolVar(&f.dryRun, "dry-run", false, "print the changes and write nothing; the test is made all the same")
	s.StringVar(&f.ca, "ca", "", "trust the certificates in this PEM `file` too")
	return c
}

func (o *options) apply(ctx context.Context, f applyFlags) error {
	world, err := newWorld(ctx, o, f.ca)
	if err != nil {
		return err
	}
	start, err := f.start(o.envFile)
	if err != nil {
		return err
	}
	found := world.Discover(ctx, o.envFile)
	if found.Err != nil {
		fmt.Fprintln(o.Err, "Nothing was written.")
		return file(found.Err)
	}
	given, err := f.given(ctx, o, found, !found.Blank())
	if err != nil {
		return err
	}
	if f.dryRun {
		given.Stop = func(g wizard.Guide) bool { return steps.ReadyToWrite(wizard.StateOf[steps.Answers](g)) }
	}
	machine := steps.Machine{Steps: steps.All(world), Now: world.Now}
	result, err := flags.Run(ctx, machine.Begin(start), given)
	if err != nil {
		return o.applyFailed(ctx, found, result, err)
	}
	return o.printApplied(found, result, f)
}

// start are the answers that are no field of a page.
func (f applyFlags) start(envFile string) (steps.Answers, error) {
	a := steps.Answers{EnvFile: envFile, Unattended: true, Offline: f.noCheck}
	for _, name := range f.readers {
		if _, err := envwriter.ReaderNamed(strings.TrimSpace(name)); err != nil {
			return a, usage(fmt.Errorf("--readers: %w", err))
		}
		a.Readers = append(a.Readers, strings.TrimSpace(name))
	}
	if name := f.value("hostname"); name != "" {
		if err := pocketid.CheckName(name).Err(); err != nil {
			return a, usage(fmt.Errorf("--hostname: %w", err))
		}
		a.Hostname = name
	}
	return a, nil
}

// given are the flags as answers to fields.
func (f applyFlags) given(ctx context.Context, o *options, found steps.Discovery, exists bool) (flags.Given, error) {
	in := map[wizard.ID]map[string]string{}
	put := func(step wizard.ID, field, value string) {
		if in[step] == nil {
			in[step] = map[string]string{}
		}
		in[step][field] = value
	}
	put(steps.Install, "env_file", o.envFile)
	for _, answer := range steps.AnswerFlags() {
		if f.Changed(answer.Name) {
			put(answer.Step, answer.Field, f.value(answer.Name))
		}
	}
	if f.Changed("port") || f.Changed("tls") {
		put(steps.Identity, "settings", "leave")
	}
	if f.value("preset") == "" {
		switch {
		case f.value("host") != "":
			put(steps.Provider, "preset", steps.Custom)
		case found.Value("SMTP_HOST") == "":
			return flags.Given{}, usage(errors.New("--preset or --host is needed"))
		}
	}
	lock := "no"
	if f.lockUI || !exists {
		lock = "yes"
	}
	put(steps.Write, "lock_ui", lock)
	password, given, err := f.password(ctx, o)
	if err != nil {
		return flags.Given{}, err
	}
	g := flags.Given{Input: in}
	if given {
		g.Secrets = map[wizard.ID]map[string]secret.Value{steps.Sender: {"password": password}}
	}
	return g, nil
}

func (f applyFlags) value(name string) string { return f.Lookup(name).Value.String() }

// password reads the password from where the flags say. One line end at the end
// is not part of it.
func (f applyFlags) password(ctx context.Context, o *options) (secret.Value, bool, error) {
	var raw []byte
	var err error
	switch {
	case f.passwordStdin && f.passwordFile != "":
		return secret.Value{}, false, usage(errors.New("--password-stdin and --password-file exclude each other"))
	case f.passwordStdin && o.typed():
		return secret.Value{}, false, usage(errors.New("standard input is a terminal, which would show the password; pipe it in, or use --password-file"))
	case f.passwordStdin:
		raw, err = within(ctx, func() ([]byte, error) { return readMost(o.In, mostPassword) })
	case f.passwordFile != "":
		raw, err = readFile(ctx, f.passwordFile, mostPassword)
	case o.Getenv(passwordVariable) != "":
		raw = []byte(o.Getenv(passwordVariable))
	default:
		return secret.Value{}, false, nil
	}
	if err != nil {
		from := "--password-file"
		if f.passwordStdin {
			from = "--password-stdin"
		}
		return secret.Value{}, false, file(fmt.Errorf("%s: %w", from, err))
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(raw), "\n"), "\r")
	if text == "" {
		return secret.Value{}, false, usage(errors.New("the password that was given is empty; --user '' is for a relay without a login"))
	}
	return secret.New(text), true, nil
}
