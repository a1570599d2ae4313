package command

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/pocketid"
	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
)

// ofOneFile are the commands that take the path of a .env without --env-file too.
var ofOneFile = []string{"smtp-wizard", "check", "inspect", "apply"}

// completions are what the shell offers for a flag's value; for any other it offers
// files.
var completions = map[string]func() []string{
	"tls": func() (list []string) {
		for _, mode := range smtpcheck.TLSModes {
			list = append(list, string(mode))
		}
		return list
	},
	"relay": func() []string { return demoRelays },
	"preset": func() (list []string) {
		for _, p := range presets.All() {
			list = append(list, p.ID+"\t"+p.Name)
		}
		return list
	},
	"as": func() []string { return []string{pocketid.NewestKnown().String(), "none"} },
}

// makeConvenient gives each command its completions, and the argument
// that stands for --env-file.
func (o *options) makeConvenient(root *cobra.Command) {
	root.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveDefault // its commands, and files
	}
	for _, c := range append(root.Commands(), root) {
		if slices.Contains(ofOneFile, c.Name()) {
			c.Args = o.envArgument
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if values := completions[f.Name]; values != nil {
				_ = c.RegisterFlagCompletionFunc(f.Name, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
					return values(), cobra.ShellCompDirectiveNoFileComp
				})
			}
		})
	}
}

// envArgument takes a path as if --env-file stood before it.
func (o *options) envArgument(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	path := args[0]
	info, err := os.Stat(path)
	if len(args) > 1 || err != nil && !strings.Contains(path, "/") && !strings.HasPrefix(path, ".") {
		text := fmt.Sprintf("%s takes no argument %q", c.CommandPath(), path)
		c.SuggestionsMinimumDistance = 2
		if near := c.SuggestionsFor(path); len(near) > 0 {
			text += "; is " + near[0] + " meant?"
		}
		return usage(errors.New(text))
	}
	if c.Flags().Changed("env-file") {
		return usage(fmt.Errorf("the .env is given twice: %s, and %s with --env-file", path, o.envFile))
	}
	if err == nil && info.IsDir() {
		path = filepath.Join(path, ".env")
	}
	o.envFile = path
	return nil
}

var unknownFlag = lazy.Compile(`^unknown flag: --(\S+)`)

// flagError names the flag that a mistyped one is nearest to.
func flagError(c *cobra.Command, err error) error {
	if m := unknownFlag.FindStringSubmatch(err.Error()); m != nil {
		names := &cobra.Command{SuggestionsMinimumDistance: 2} // cobra measures commands' names alone
		c.Flags().VisitAll(func(f *pflag.Flag) {
			names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
		})
		if near := names.SuggestionsFor(m[1]); len(near) > 0 {
			err = fmt.Errorf("%w; is --%s meant?", err, near[0])
		}
	}
	return usage(fmt.Errorf("%w; see %s --help", err, c.CommandPath()))
}
