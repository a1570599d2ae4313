package command

import (
	"fmt"
	"strings"

	mango "github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"
)

const manExit = `0: done, or the relay accepted.
1: explain knows nothing of the text.
2: wrong use, or an invalid answer.
3: a file could not be read or written.
4: a terminal is needed.
10 to 19: the stage that failed: 10 dns, 11 connect, 12 greeting, 13 ehlo, 14 starttls, 15 tls, 16 auth, 17 mail, 18 rcpt, 19 data.
130: interrupted, or the time of --timeout is over (check and probe then have the code of the stage that they waited for).`

const manEnvironment = `SMTP_WIZARD_PASSWORD: the SMTP password, for apply.
ACCESSIBLE: when set, and not to 0 or false, the wizard asks line by line, as with --plain.`

// newMan prints the manual page, made from the very commands and flags.
func newMan(root *cobra.Command, o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "man",
		Short: "Print the manual page, in roff",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			page, err := manPage(root)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(o.Out, page)
			return err
		},
	}
}

// manPage is the page in roff. What --help breaks into lines by hand flows here.
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
		for name, f := range m.Flags {
			f.Usage = strings.ReplaceAll(f.Usage, "`", "")
			m.Flags[name] = f
		}
	}
	for name, f := range page.Root.Flags {
		f.Usage = strings.ReplaceAll(f.Usage, "`", "")
		page.Root.Flags[name] = f
	}
	page = page.WithLongDescription(flow(root.Long)).
		WithSection("Exit status", manExit).WithSection("Environment", manEnvironment)
	text := page.Build(roff.NewDocument())
	// The header has no room for a sentence, and commands are copied from the
	// page, so neither blanks nor hyphens are put into them.
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
