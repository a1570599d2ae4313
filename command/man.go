package command

import (
	"fmt"

	mango "github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"
)

// newMan prints the manual page, made from the very commands and flags.
func newMan(root *cobra.Command, o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "man",
		Short: "Print the manual page, in roff",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			page, err := mango.NewManPage(1, root)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(o.Out, page.Build(roff.NewDocument()))
			return err
		},
	}
}
