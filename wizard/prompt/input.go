package prompt

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// maxLine bounds an answer, in bytes.
const maxLine = 64 << 10

// errLong is a line beyond maxLine; the whole of it has been read.
var errLong = errors.New("the line is too long")

// line is what was read.
type line struct {
	text string
	err  error
}

// input reads answers, one line when one is asked for.
type input struct {
	in     io.ByteReader
	tty    *os.File // nil when the input is no terminal
	secret func(prompt string) (string, error)
}

func newInput(in io.Reader, secret func(string) (string, error)) *input {
	r := &input{secret: secret}
	if file, ok := in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		// Byte by byte, so that nothing is read ahead: what is typed or pasted
		// after a line stays with the terminal.
		r.tty, r.in = file, oneByte{file}
	} else {
		r.in = bufio.NewReader(in)
	}
	return r
}

// hides reports whether a secret is typed unseen.
func (r *input) hides() bool { return r.tty != nil || r.secret != nil }

// begin starts reading a line and returns where it will come. The reading itself
// cannot be stopped; when the guide ends before the line, it ends with the
// process.
func (r *input) begin(prompt string, secret bool) <-chan line {
	got := make(chan line, 1)
	if !secret || r.secret == nil {
		go func() { got <- r.line() }()
		return got
	}
	go func() {
		text, err := r.secret(prompt)
		if errors.Is(err, io.EOF) {
			err = ErrEOF
		}
		got <- line{text, err}
	}()
	return got
}

// hide switches a terminal's echo off before a secret is typed; nil is nothing
// to switch on again.
func (r *input) hide(secret bool) (*echo, error) {
	if !secret || r.secret != nil || r.tty == nil {
		return nil, nil
	}
	return hide(r.tty)
}

// drop throws away what was typed on a terminal while nothing was asked. What
// comes through a pipe was meant for the questions to come.
func (r *input) drop() {
	if r.tty != nil {
		_ = drop(int(r.tty.Fd())) // what cannot be dropped is read as it was before
	}
}

// line reads to the next line feed. A last line without one is an answer too.
func (r *input) line() line {
	var text strings.Builder
	long := false
	for {
		b, err := r.in.ReadByte()
		switch {
		case err != nil && text.Len() == 0:
			// A terminal whose line was dropped gives an error of its own; it is
			// the end of the answers all the same.
			return line{"", ErrEOF}
		case err != nil, b == '\n':
			if long {
				return line{"", errLong}
			}
			return line{strings.TrimSuffix(text.String(), "\r"), nil}
		case text.Len() >= maxLine:
			long = true
		default:
			text.WriteByte(b)
		}
	}
}

// oneByte reads a file byte by byte.
type oneByte struct{ file *os.File }

func (r oneByte) ReadByte() (byte, error) {
	var b [1]byte
	for {
		n, err := r.file.Read(b[:])
		if n == 1 || err != nil {
			return b[0], err
		}
	}
}
