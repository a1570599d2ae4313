package command

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"smtp-wizard/internal/wait"
	"smtp-wizard/pocketid"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/steps"
)

// Limits of what is read as a whole, in bytes.
const (
	maxPassword     = 64 << 10
	maxCertificates = 4 << 20
)

var errTooLong = errors.New("it is too long")

// isTerminal reports whether this is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// readFile reads a file or a pipe of at most limit bytes.
func readFile(ctx context.Context, path string, limit int64) ([]byte, error) {
	return wait.For(ctx, func() ([]byte, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return readAll(f, limit)
	})
}

func readAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, errTooLong
	}
	return data, err
}

// readLine reads one line of a bounded length.
func readLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return nil, errTooLong
	}
	return line, err
}

const caUsage = "also trust the certificates in this PEM `file`"

// newWorld is this machine, with more certificates to trust.
func newWorld(ctx context.Context, o *options, caFile string) (steps.World, error) {
	w := o.world()
	w.Masker.Add("", o.Getenv(passwordVariable))
	if caFile == "" {
		return w, nil
	}
	pem, err := readFile(ctx, caFile, maxCertificates)
	if err != nil {
		return w, fileError(fmt.Errorf("--ca: %w", err))
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return w, fileError(fmt.Errorf("%s contains no certificate in PEM format", caFile))
	}
	w.RootCAs = pool
	return w, nil
}

// checkNames refuses names that no client can announce in EHLO.
func checkNames(flag string, names ...string) error {
	for _, name := range names {
		if check := pocketid.CheckName(name); check.Grade == pocketid.GradeBad {
			return usage(fmt.Errorf("%s %q: %s", flag, name, check.Reason))
		}
	}
	return nil
}

// checkAddress refuses what is no mail address; an empty one was not given.
func checkAddress(flag, address string) error {
	if address == "" {
		return nil
	}
	if _, err := smtpcheck.ParseAddress(address); err != nil {
		return usage(fmt.Errorf("%s: %w", flag, err))
	}
	return nil
}

// passwordVariable contains the password if neither a file nor standard input
// does.
const passwordVariable = "SMTP_WIZARD_PASSWORD"

// passwordFlags say where the password is.
type passwordFlags struct {
	stdin bool
	file  string
	// lines is standard input where more is read of it: the password is its first line.
	lines *bufio.Reader
}

func (f *passwordFlags) add(c *cobra.Command) {
	s := c.Flags()
	s.BoolVar(&f.stdin, "password-stdin", false, "read the password from standard input")
	s.StringVar(&f.file, "password-file", "", "read the password from this `file`")
}

// read reads the password from the source that the flags name, else it is the one
// given; it may be empty. One line end at the end is not part of it.
func (f passwordFlags) read(ctx context.Context, o *options, given string) (secret.Value, error) {
	var raw []byte
	var err error
	switch {
	case f.stdin && f.file != "":
		return secret.Value{}, usage(errors.New("--password-stdin and --password-file cannot be combined"))
	case f.stdin && isTerminal(o.In):
		return secret.Value{}, usage(errors.New("standard input is a terminal, " +
			"which would show the password; pipe it in, or use --password-file"))
	case f.stdin && f.lines != nil:
		raw, err = wait.For(ctx, func() ([]byte, error) {
			line, err := readLine(f.lines)
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return slices.Clone(line), err
		})
	case f.stdin:
		raw, err = wait.For(ctx, func() ([]byte, error) { return readAll(o.In, maxPassword) })
	case f.file != "":
		raw, err = readFile(ctx, f.file, maxPassword)
	case given != "":
		raw = []byte(given)
	default:
		return secret.Value{}, nil
	}
	if err != nil {
		return secret.Value{}, fileError(fmt.Errorf("the password could not be read: %w", err))
	}
	text := secret.WithoutLineEnd(string(raw))
	if text == "" {
		return secret.Value{}, usage(errors.New("the given password is empty; use --user '' for a relay without a login"))
	}
	if err := secret.Check(text); err != nil {
		return secret.Value{}, usage(err)
	}
	return secret.New(text), nil
}
