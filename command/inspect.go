package command

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"smtp-wizard/asowner"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/steps"
)

func newInspect(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "inspect",
		Short: "Show what Pocket ID will really get, and from where",
		Long: `Inspect reads the compose files, units, quadlets, scripts and env files around the
.env and shows what they make of it: how Pocket ID runs, its version and
hostname, the files that reach it in their order, and each setting with the place
that decides it. It connects to nothing, changes nothing and prints no secret.
When the program that reads the files refuses them, the exit code is 9.`,
		Example: "  smtp-wizard inspect /opt/pocket-id/.env",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return o.inspect(c.Context()) },
	}
}

func (o *options) inspect(ctx context.Context) error {
	var warning string
	in, err := steps.ReadAround(ctx, o.envFile, func() (install.Install, error) {
		around, err := asowner.Open(o.envFile)
		if err != nil {
			return install.Install{}, err
		}
		defer around.Close()
		warning = around.Warning
		return around.Discover(install.ThisMachine(), nil)
	})
	if err != nil {
		return fileError(err)
	}
	if warning != "" {
		fmt.Fprintf(o.Err, "Warning: %s\n", warning)
	}
	if err := o.print(in.Result(), func(w io.Writer) { printInstall(w, in) }); err != nil {
		return err
	}
	if in.Refused != "" {
		return &exitError{Code: exitSettings}
	}
	return nil
}

// printInstall is the install for people.
func printInstall(w io.Writer, in install.Install) {
	if in.Runs == "" {
		fmt.Fprintf(w, "Nothing on this machine starts a Pocket ID with %s.\n", in.EnvFile)
		return
	}
	fmt.Fprintf(w, "Runs      %s, according to %s\n", in.Runs, in.Short(in.Found))
	if in.Service != "" {
		fmt.Fprintf(w, "Service   %s\n", in.Service)
	}
	if in.Refused != "" {
		fmt.Fprintf(w, "Refused   %s\n", in.Refused)
	}
	fmt.Fprintf(w, "Version   %s\nHostname  %s\n", versionWords(in.Version), in.HostnameWords())
	files := in.Paths()
	for i := range files {
		files[i] = in.Short(files[i])
	}
	fmt.Fprintf(w, "Files     %s\n", cmp.Or(strings.Join(files, ", then "), "none reaches it as such"))
	fmt.Fprintf(w, "Password  %s\n\n", passwordWords(in))
	printValues(w, in)
	for i, warning := range in.Warnings {
		if i == 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "Warning   %s\n", warning.Text)
	}
}

// printValues is the table of settings.
func printValues(w io.Writer, in install.Install) {
	values := in.Result().Values
	var rows [][]string
	for _, key := range in.Keys() {
		value, public := in.Public(key)
		if !public {
			value = "(not shown)"
		}
		rows = append(rows, []string{key, strings.ReplaceAll(value, "\t", " "), values[key].Place()})
	}
	printRows(w, rows)
}

func versionWords(v install.Version) string {
	switch {
	case v.Known():
		return fmt.Sprintf("%s (%s)", v.Release, v.From)
	case v.Below != "":
		return fmt.Sprintf("unknown, but before %s (%s)", v.Below, v.From)
	case v.From != "":
		return fmt.Sprintf("unknown (%s)", v.From)
	}
	return "unknown"
}

func passwordWords(in install.Install) string {
	p := in.Password
	switch {
	case p.Unseen:
		return "not known, since a file cannot be read from here"
	case !p.Set:
		return "none"
	}
	var from []string
	for _, f := range p.From {
		from = append(from, in.Short(f))
	}
	words := "in " + strings.Join(from, ", ")
	if !p.Readable {
		words += ", which cannot be read from here"
	}
	return words
}
