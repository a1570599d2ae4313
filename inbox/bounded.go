package inbox

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"strings"
	"sync/atomic"

	"smtp-wizard/internal/lazy"
)

// What a server may send: in one line, and between two searches.
const (
	maxLine  = 64 << 10
	maxBytes = 512 << 10
)

// The only lines that the library gets to see: it allocates whatever size a literal
// announces, panics on some lines, and logs what it cannot parse to standard error.
var (
	status  = lazy.Compile(`^((?:\*|[\w-]+) (?:OK|NO|BAD|BYE)) ?(?:\[[^\]]*\])?([^\r\n]*)`)
	allowed = lazy.Compile(`^(?:\+ ?[^\r\n]*|\* CAPABILITY(?: [\w=+./:-]+)*|\* SEARCH(?: \d{1,9})*|` +
		`\* LIST \((?:\\?\w+ ?)*\) (?:"(?:[^"\\]|\\\\)"|NIL) (?:[^\s"\\(){}%*]+|"[^"\\]*"))\s*$`)
	literal = lazy.Compile(`\{(\d+)\+?\}\r?\n$`)
)

// bounded is a connection that passes on only allowed lines, and ends if a server sends
// too much.
type bounded struct {
	net.Conn
	in    *bufio.Reader
	rest  string // of a line that was partly read
	spent atomic.Int64
}

func newBounded(conn net.Conn) *bounded {
	return &bounded{Conn: conn, in: bufio.NewReaderSize(conn, maxLine)}
}

func (b *bounded) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		line, ok := b.response()
		if !ok {
			return 0, io.EOF // the only error that the library does not log
		}
		b.rest = line
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// response is the next response for the library, empty if it is to be skipped; false
// at the end.
func (b *bounded) response() (string, bool) {
	line, inPieces, err := b.line()
	for err == nil && inPieces { // no response with a literal is needed
		_, inPieces, err = b.line()
		line = ""
	}
	switch parts := status.FindStringSubmatch(line); {
	case err != nil:
		return "", false
	case parts != nil:
		return parts[1] + " " + strings.TrimLeft(parts[2], "[ ") + "\r\n", true
	case allowed.MatchString(line):
		return strings.TrimSpace(line) + "\r\n", true
	}
	return "", true
}

// line is the next line without the literal after it; more says that a literal, and
// the rest of the response, follows.
func (b *bounded) line() (line string, more bool, err error) {
	raw, err := b.in.ReadSlice('\n')
	line = string(raw)
	size := 0
	announced := literal.FindStringSubmatch(line)
	if announced != nil && err == nil {
		size, err = strconv.Atoi(announced[1])
	}
	if b.spent.Add(int64(len(line))+int64(size)) > maxBytes {
		err = io.EOF
	}
	if err == nil {
		_, err = b.in.Discard(size)
	}
	return line, announced != nil, err
}
