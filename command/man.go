package command

import (
	"maps"
	"slices"
	"strings"

	mango "github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"
)

const manExit = `0: done, or the relay accepted.
1: explain knows nothing about the text.
2: wrong usage, or an invalid answer.
3: a file could not be read or written.
4: a terminal is needed.
9 to 20: the stage that failed: ` + stageExitHelp + `.
21: the mail was taken, and not found to have arrived.
130: interrupted, or --timeout is over (check and probe then have the code of the stage under way).`

const manEnvironment = `SMTP_WIZARD_PASSWORD: the SMTP password, for apply.
SMTP_WIZARD_API_KEY: the API key of an admin, for apply --carry-over.
ACCESSIBLE: if set, and not to 0 or false, the wizard asks line by line, as with --plain.`

// newMan prints the manual page, made from the very commands and flags.
func newMan(root *cobra.Command, o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "man",
		Short:   "Print the manual page, in roff",
		Example: "  smtp-wizard man | man -l -",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			page, err := manPage(root)
			if err != nil {
				return err
			}
			return o.write(page + "\n")
		},
	}
}

// manPage is the page in roff. The line breaks of --help are not in it.
func manPage(root *cobra.Command) (string, error) {
	page, err := mango.NewManPage(1, root)
	if err != nil {
		return "", err
	}
	for _, c := range root.Commands() {
		m := page.Root.Commands[c.Name()]
		switch {
		case m == nil: // hidden
			continue
		case c.Name() == "help":
			delete(page.Root.Commands, "help")
		case c.Name() == "completion":
			m.Short, m.Commands = "Print the completions for a shell: bash, zsh, fish or powershell.", nil
		case c.Name() == "man":
			m.Flags = nil // parsed already, so the global ones are among them
		case c.Long != "":
			m.Short = flow(c.Long)
		}
		m.Example = strings.ReplaceAll(m.Example, " \\\n    ", " ")
	}
	for _, m := range append(slices.Collect(maps.Values(page.Root.Commands)), &page.Root) {
		for name, f := range m.Flags {
			f.Usage = strings.ReplaceAll(f.Usage, "`", "") // the marks around names of values
			m.Flags[name] = f
		}
	}
	page = page.WithLongDescription(flow(root.Long)).
		WithSection("Exit status", strings.ReplaceAll(manExit, ",\n", ", ")).
		WithSection("Environment", manEnvironment)
	text := page.Build(roff.NewDocument())
	// The header has no room for a sentence, and commands are copied from the
	// page, so nothing is justified or hyphenated.
	text = strings.Replace(text, `"`+root.Short+`"`, `"User Commands"`, 1)
	return strings.Replace(text, "\n.SH", "\n.ad l\n.nh\n.SH", 1), nil
}

// flow joins the lines of each paragraph.
func flow(text string) string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = strings.ReplaceAll(p, "\n", " ")
	}
	return strings.Join(paragraphs, "\n")
}
