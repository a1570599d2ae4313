package smtpcheck

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/internal/text"
)

// Reply is a relay's reply (RFC 5321 section 4.2), safe to show: Lines contain no control
// characters, escape sequences or invalid UTF-8.
type Reply struct {
	Code int
	// Enhanced is the enhanced status code such as "4.7.0" (RFC 3463), or "".
	Enhanced string
	// Lines are the texts without the reply code; the first keeps the enhanced one.
	Lines []string
}

// maxWords is how many characters of a reply or error are shown in a sentence; the
// transcript has the rest.
const maxWords = 500

// String is the reply on one line, such as "421 4.7.0 Try again later", shortened to
// maxWords characters.
func (r Reply) String() string {
	return text.Shorten(strings.TrimSpace(fmt.Sprintf("%03d %s", r.Code, r.Text())), maxWords)
}

// Text is the full text of the reply on one line, without the code.
func (r Reply) Text() string {
	return strings.Join(strings.Fields(strings.Join(r.Lines, " ")), " ")
}

// Temporary reports a 4yz code: the same may work later (RFC 5321 section 4.2.1).
func (r Reply) Temporary() bool { return r.Code/100 == 4 }

// Permanent reports a 5yz code: the same will be refused again.
func (r Reply) Permanent() bool { return r.Code/100 == 5 }

// RFC 5321 section 4.5.3.1.5 allows 512 bytes a line; real relays write more.
const maxReply = 64 << 10

// readReply reads one reply, up to its last line or until it is too long. What was
// parsed before an error is returned with it; the error quotes text as cleaned by show.
// words are the raw texts of the lines. in must have a buffer of maxReply bytes.
func readReply(in *bufio.Reader, client Client, show func(string) string) (reply *Reply, words []string, err error) {
	var odd error // a line that does not belong to the reply, which Textproto takes as text
	for total := 0; ; {
		raw, err := in.ReadSlice('\n')
		total += len(raw)
		if client.MaxLine > 0 && len(raw) > client.MaxLine {
			said := fmt.Sprintf("a line of more than %d bytes, which this client does not take", client.MaxLine)
			return reply, words, tooLong(said, show(string(raw)))
		}
		if total > maxReply || errors.Is(err, bufio.ErrBufferFull) {
			return reply, words, tooLong(fmt.Sprintf("a reply of more than %d KiB", maxReply>>10), show(string(raw)))
		}
		cutOff := hungUp(err) || client.Textproto && client.Waits.Reply > 0 && errors.Is(err, os.ErrDeadlineExceeded)
		if err != nil && (len(raw) == 0 || !cutOff) {
			return reply, words, cmp.Or(odd, err)
		}
		said := strings.TrimSuffix(strings.TrimSuffix(string(raw), "\n"), "\r")
		line, bad := client.parseLine(said)
		switch {
		case bad == "" && reply != nil && line.code != reply.Code:
			what := fmt.Sprintf("a reply that begins with %d and continues with %d", reply.Code, line.code)
			odd = &kindError{errUnended, protocolError(what, show(said)).Error(), ErrProtocol}
			line = replyLine{text: said}
		case bad != "" && reply != nil && client.Textproto:
			odd = &kindError{errUnended, protocolError(bad, show(said)).Error(), ErrProtocol}
			line = replyLine{text: said}
		case bad != "":
			return reply, words, protocolError(bad, show(said))
		}
		if odd != nil && !client.Textproto {
			return reply, words, odd
		}
		reply, words = reply.with(line), append(words, line.text)
		if line.last {
			return reply, words, nil
		}
	}
}

// hungUp reports whether the other side ended the connection, as opposed to a timeout.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

type replyLine struct {
	code int
	last bool
	text string
}

// parseLine parses "250-text", "250 text" or "250" (RFC 5321 section 4.2); bad says
// what is wrong with any other line.
func (c Client) parseLine(line string) (parsed replyLine, bad string) {
	if len(line) < 3 || strings.Trim(line[:3], "0123456789") != "" {
		return replyLine{}, "a line without a reply code"
	}
	code := int(line[0]-'0')*100 + int(line[1]-'0')*10 + int(line[2]-'0')
	if code < 200 && !(c.Textproto && code >= 100) || code > 599 && !c.Textproto {
		return replyLine{}, "a reply code that SMTP does not have"
	}
	if len(line) == 3 && c.Textproto {
		return replyLine{}, "a reply code without text, which this client does not take"
	}
	if len(line) == 3 {
		return replyLine{code: code, last: true}, ""
	}
	if line[3] != ' ' && line[3] != '-' {
		return replyLine{}, "a line without a reply code"
	}
	return replyLine{code: code, last: line[3] == ' ', text: line[4:]}, ""
}

var enhancedCode = lazy.Compile(`^([245])\.\d{1,3}\.\d{1,3}(?: |$)`)

// with appends a line. The enhanced status code, which RFC 2034 section 4 repeats on
// every line, is kept only on the first.
func (r *Reply) with(line replyLine) *Reply {
	line.text = strings.TrimSpace(text.CleanForeign(line.text))
	code := enhancedCode.FindString(line.text)
	if code != "" && int(code[0]-'0') != line.code/100 {
		code = ""
	}
	if r == nil {
		return &Reply{Code: line.code, Enhanced: strings.TrimSpace(code), Lines: []string{line.text}}
	}
	if code != "" && strings.TrimSpace(code) == r.Enhanced {
		line.text = strings.TrimPrefix(line.text, code)
	}
	r.Lines = append(r.Lines, line.text)
	return r
}
