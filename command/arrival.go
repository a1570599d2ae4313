package command

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"smtp-wizard/inbox"
	"smtp-wizard/internal/text"
	"smtp-wizard/internal/wait"
	"smtp-wizard/secret"
	"smtp-wizard/steps"
)

// codeBound is how long check waits for the code.
const codeBound = 15 * time.Minute

// arrivalFlags say how the arrival of the test mail is proven.
type arrivalFlags struct {
	code               bool
	server, user, file string

	password secret.Value
}

func (f *arrivalFlags) add(c *cobra.Command) {
	s := c.Flags()
	s.BoolVar(&f.code, "wait-code", false, "read the code that is in the body of the test mail from standard input; exit 21 without it")
	s.StringVar(&f.server, "imap", "", "look for the test mail by IMAP over TLS on this `host` (or host:port); exit 21 where it is not found")
	s.StringVar(&f.user, "imap-user", "", "the `user` of the mailbox (default: the recipient)")
	s.StringVar(&f.file, "imap-password-file", "", "read the mailbox's password from this `file`")
}

func (f arrivalFlags) asked() bool { return f.code || f.server != "" }

// prepare reads what is needed before a mail is sent.
func (f *arrivalFlags) prepare(ctx context.Context, noSend bool) (err error) {
	switch {
	case f.code && f.server != "":
		return usage(errors.New("--wait-code and --imap cannot be combined"))
	case f.asked() && noSend:
		return usage(errors.New("--no-send sends no mail that could arrive"))
	case f.server == "" && (f.user != "" || f.file != ""):
		return usage(errors.New("--imap-user and --imap-password-file need --imap"))
	case f.server == "":
		return nil
	case f.file == "":
		return usage(errors.New("--imap needs --imap-password-file"))
	}
	if err := inbox.CheckServer(f.server); err != nil {
		return usage(fmt.Errorf("--imap: %w", err))
	}
	if f.password, err = (passwordFlags{file: f.file}).read(ctx, nil, ""); err != nil {
		return fmt.Errorf("--imap-password-file: %w", err)
	}
	return nil
}

// proveArrival waits for the proof that the message of a test has arrived, if it is
// asked for. The error says why there is none.
func (f checkFlags) proveArrival(ctx context.Context, o *options, w steps.World, t *steps.TestResult) (missed error) {
	if !f.arrival.asked() || !t.Result.Accepted {
		return nil
	}
	out := o.Err
	if f.quiet {
		out = io.Discard
	}
	for _, line := range steps.WhereMailHides(*t) {
		printLabeled(out, line[0], line[1])
	}
	if f.arrival.code {
		missed = waitForCode(ctx, out, f.lines, *t)
	} else {
		missed = f.arrival.lookByIMAP(ctx, out, w, *t)
	}
	t.Arrived = missed == nil
	return missed
}

func (f arrivalFlags) lookByIMAP(ctx context.Context, out io.Writer, w steps.World, t steps.TestResult) error {
	last := ""
	account := inbox.Account{Server: f.server, User: cmp.Or(f.user, t.Setup.To), Password: f.password}
	box, err := w.LookFor(ctx, t, account, func(words string) {
		if words != last {
			printLabeled(out, "IMAP", words+", for "+text.Minutes(steps.LookBound)+" at most; press Ctrl+C to stop")
		}
		last = words
	})
	if err == nil {
		printLabeled(out, "IMAP", "the mail is in "+box)
	}
	return err
}

func waitForCode(ctx context.Context, out io.Writer, lines *bufio.Reader, t steps.TestResult) error {
	ctx, cancel := context.WithTimeout(ctx, codeBound)
	defer cancel()
	fmt.Fprintf(out, "Type the code from the mail %s, within %s: ", t.Token, text.Minutes(codeBound))
	typed, err := wait.For(ctx, func() ([]byte, error) { return readLine(lines) })
	fmt.Fprintln(out)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("no code was given in time")
	case err != nil && !errors.Is(err, io.EOF):
		return err
	case strings.TrimSpace(string(typed)) == "":
		return errors.New("no code was given")
	case !t.IsCode(string(typed)):
		return errors.New("that is not the code of this mail")
	}
	return nil
}
