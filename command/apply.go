package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"smtp-wizard/between"
	"smtp-wizard/envwriter"
	"smtp-wizard/secret"
	"smtp-wizard/steps"
	"smtp-wizard/wizard"
	"smtp-wizard/wizard/flags"
)

type applyFlags struct {
	*cobra.Command
	passwordFlags
	ca, apiKeyFile                 string
	carryOver                      bool
	readers                        []string
	lockUI, noCheck, check, dryRun bool
	via                            string
	yes                            bool
}

func newApply(o *options) *cobra.Command {
	var f applyFlags
	c := &cobra.Command{
		Use:   "apply",
		Short: "The wizard without questions: every answer is a flag",
		Long: `Apply takes the same steps as the wizard. A flag answers a question in advance;
other answers come from the .env, else from the preset. It tests the settings and
writes the .env only if the relay took a message. Running it again changes nothing.
With --no-check it tests nothing. With --dry-run it writes nothing, and the test
stops before a message is sent, unless --check is given. The password is read from standard input, a file, or
SMTP_WIZARD_PASSWORD, never from an argument.`,
		Example: `  smtp-wizard apply --preset google-workspace-relay --app-url https://id.example.com \
    --from noreply@example.com --hostname id.example.com`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.apply(cmd.Context(), f) },
	}
	f.Command = c
	s := c.Flags()
	for _, a := range steps.AnswerFlags() {
		s.String(a.Name, "", a.Usage)
	}
	f.passwordFlags.add(c)
	s.StringSliceVar(&f.readers, "readers", nil,
		"the `programs` that read the .env: "+strings.Join(envwriter.Names(envwriter.Readers), ", "))
	s.BoolVar(&f.lockUI, "lock-ui", false, "set UI_CONFIG_DISABLED=true in an existing file too")
	s.BoolVar(&f.carryOver, "carry-over", false, "with --lock-ui: put what was set in the admin UI into the .env, as APP_URL's API says")
	s.StringVar(&f.apiKeyFile, "api-key-file", "", "read an admin's API key for --carry-over from this `file` (else "+apiKeyVariable+")")
	s.BoolVar(&f.noCheck, "no-check", false, "do not connect to the relay")
	s.BoolVar(&f.check, "check", false, "send the test message, with --dry-run too")
	s.BoolVar(&f.dryRun, "dry-run", false, "print the changes; write nothing, and send nothing")
	s.StringVar(&f.via, "via", "", "put a relay in between that announces --hostname: `msmtpd|postfix|sidecar`")
	s.BoolVar(&f.yes, "yes", false, "with --via msmtpd, as root: write its files instead of printing them")
	s.StringVar(&f.ca, "ca", "", caUsage)
	return c
}

func (o *options) apply(ctx context.Context, f applyFlags) error {
	if f.check && f.noCheck {
		return usage(errors.New("--check and --no-check cannot be combined"))
	}
	world, err := newWorld(ctx, o, f.ca)
	if err != nil {
		return err
	}
	start, err := f.start(o.envFile)
	if err != nil {
		return err
	}
	if start.APIKey, err = f.apiKey(ctx, o); err != nil {
		return err
	}
	found := world.Discover(ctx, o.envFile)
	if found.Err != nil {
		fmt.Fprintln(o.Err, "Nothing was written.")
		return fileError(found.Err)
	}
	if why := world.ViaObstacle(start.Via, found.Install, found.Install.Runs); why != "" {
		return usage(fmt.Errorf("--via %s: %s", start.Via, why))
	}
	if len(start.Readers) > 0 {
		found = found.ReadAs(start.Readers)
	}
	given, err := f.answers(ctx, o, found)
	if err != nil {
		return err
	}
	machine := steps.Machine{Steps: steps.All(world), Now: world.Now}
	result, err := flags.Run(ctx, machine.Begin(start), given)
	a := application{o, found, wizard.StateOf[steps.Answers](result.Guide), result.Warnings}
	if err != nil {
		return a.failed(ctx, err)
	}
	return a.print(f.dryRun)
}

// start are the answers that are not fields of a page.
func (f applyFlags) start(envFile string) (steps.Answers, error) {
	a := steps.Answers{EnvFile: envFile, Unattended: true, Offline: f.noCheck, NoSend: f.dryRun && !f.check}
	a.Hostname, a.PrintFiles = f.value("hostname"), !f.yes
	var err error
	if a.Via, err = between.ParseKind(f.via); err != nil {
		return a, usage(fmt.Errorf("--via: %w", err))
	}
	if f.lockUI {
		a.LockUI = "yes"
	}
	for _, name := range f.readers {
		name = strings.TrimSpace(name)
		if _, err := envwriter.ReaderNamed(name); err != nil {
			return a, usage(fmt.Errorf("--readers: %w", err))
		}
		a.Readers = append(a.Readers, name)
	}
	if a.Hostname == "" {
		return a, nil
	}
	return a, checkNames("--hostname", a.Hostname)
}

// apiKeyVariable has the API key if no file does.
const apiKeyVariable = "SMTP_WIZARD_API_KEY"

func (f applyFlags) apiKey(ctx context.Context, o *options) (secret.Value, error) {
	switch {
	case !f.carryOver && f.apiKeyFile == "":
		return secret.Value{}, nil
	case !f.carryOver || !f.lockUI:
		return secret.Value{}, usage(errors.New("--api-key-file needs --carry-over, and that needs --lock-ui"))
	}
	key, err := passwordFlags{file: f.apiKeyFile}.read(ctx, o, o.Getenv(apiKeyVariable))
	if err != nil {
		return key, fmt.Errorf("--carry-over: %w", err)
	}
	if key.Empty() {
		err = usage(errors.New("--carry-over needs --api-key-file or " + apiKeyVariable))
	}
	return key, err
}

func (f applyFlags) value(name string) string { return f.Flags().Lookup(name).Value.String() }

// answers are the flags as answers to fields.
func (f applyFlags) answers(ctx context.Context, o *options, found steps.Discovery) (flags.Given, error) {
	given := flags.Given{Input: map[wizard.ID]map[string]string{}}
	put := func(step wizard.ID, field, value string) {
		if given.Input[step] == nil {
			given.Input[step] = map[string]string{}
		}
		given.Input[step][field] = value
	}
	put(steps.Install, "env_file", o.envFile)
	for _, a := range steps.AnswerFlags() {
		if f.Flags().Changed(a.Name) {
			put(a.Step, a.Field, f.value(a.Name))
		}
	}
	if f.Flags().Changed("port") || f.Flags().Changed("tls") {
		put(steps.Identity, "settings", "leave")
	}
	if f.value("preset") == "" {
		switch {
		case f.value("host") != "":
			put(steps.Provider, "preset", steps.Custom)
		case found.Value("SMTP_HOST") == "":
			return given, usage(errors.New("--preset or --host is needed"))
		}
	}
	lock := "no"
	if f.lockUI || found.Blank() {
		lock = "yes"
	}
	put(steps.Write, "lock_ui", lock)
	if f.dryRun {
		given.Stop = func(g wizard.Guide) bool { return steps.ReadyToWrite(wizard.StateOf[steps.Answers](g)) }
	}
	password, err := f.read(ctx, o, o.Getenv(passwordVariable))
	if !password.Empty() {
		given.Secrets = map[wizard.ID]map[string]secret.Value{steps.Sender: {"password": password}}
	}
	return given, err
}
