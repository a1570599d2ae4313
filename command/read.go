package command

import (
	"context"
	"errors"
	"io"
	"os"

	"golang.org/x/term"
)

// What is read whole has a bound, in bytes.
const (
	mostPassword    = 64 << 10
	mostCertificate = 4 << 20
)

var errTooLong = errors.New("it is too long to be what was asked for")

// readFile reads a file, a pipe too, of at most so many bytes.
func readFile(ctx context.Context, path string, most int64) ([]byte, error) {
	return within(ctx, func() ([]byte, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return readMost(f, most)
	})
}

// typed reports whether standard input is a terminal.
func (o *options) typed() bool {
	f, ok := o.In.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(f.Fd()))
}

func readMost(r io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(data)) > most {
		return nil, errTooLong
	}
	return data, err
}

// within gives a read up when ctx ends: a terminal or a pipe may never say
// another word, and Ctrl+C has to end that wait too.
func within(ctx context.Context, read func() ([]byte, error)) ([]byte, error) {
	type outcome struct {
		data []byte
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		data, err := read()
		done <- outcome{data, err}
	}()
	select {
	case o := <-done:
		return o.data, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
