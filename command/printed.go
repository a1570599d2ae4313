package command

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// sticky is a writer that remembers its first error.
type sticky struct {
	io.Writer
	err error
}

func (s *sticky) Write(p []byte) (int, error) {
	n, err := s.Writer.Write(p)
	if s.err == nil {
		s.err = err
	}
	return n, err
}

// printing makes a command whose result cannot be printed, as on a full disk,
// end with an error, whatever the result was: nobody has it.
func printing(o *options, c *cobra.Command) *cobra.Command {
	run := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		out := &sticky{Writer: o.Out}
		o.Out = out
		err := run(c, args)
		if out.err != nil {
			return file(fmt.Errorf("the result could not be printed: %w", out.err))
		}
		return err
	}
	return c
}
