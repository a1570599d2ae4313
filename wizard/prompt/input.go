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
	in  io.ByteReader
	tty *os.File // nil when the input is no terminal
}

func newInput(in io.Reader) *input {
	if file, ok := in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		// Byte by byte, so that nothing is read ahead: what is typed or pasted
		// after a line stays with the terminal.
		return &input{in: oneByte{file}, tty: file}
	}
	return &input{in: bufio.NewReader(in)}
}

// begin starts reading a line and returns where it will come. The reading itself
// cannot be stopped; when the guide ends before the line, it ends with the
// process.
func (r *input) begin() <-chan line {
	got := make(chan line, 1)
	go func() { got <- r.line() }()
	return got
}

// pasteMarks are what a terminal puts around pasted text where a shell has left that on.
var pasteMarks = strings.NewReplacer("\x1b[200~", "", "\x1b[201~", "")

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
			return line{strings.TrimSuffix(pasteMarks.Replace(text.String()), "\r"), nil}
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
