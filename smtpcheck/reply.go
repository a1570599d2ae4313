package smtpcheck

import (
	"fmt"
	"strings"

	"smtp-wizard/internal/text"
)

// Reply is what a relay answered (RFC 5321 section 4.2), already safe to show:
// control characters, escape sequences and invalid UTF-8 are gone from Lines.
type Reply struct {
	// Code is the three-digit reply code.
	Code int
	// Enhanced is the enhanced status code such as "4.7.0" (RFC 3463), or "".
	Enhanced string
	// Lines are the texts, without code and separator, one a line; the first
	// keeps the enhanced status code.
	Lines []string
}

// maxWords is how many characters of a reply or an error people get to see in a
// sentence; the transcript has the rest.
const maxWords = 500

// String is the reply as one line for people, such as "421 4.7.0 Try again later".
// Beyond 500 characters it is cut, which an ellipsis shows.
func (r Reply) String() string {
	return text.Shorten(strings.TrimSpace(fmt.Sprintf("%03d %s", r.Code, r.Text())), maxWords)
}

// Text is the reply's words as one line, without the code and in full.
func (r Reply) Text() string {
	return strings.Join(strings.Fields(strings.Join(r.Lines, " ")), " ")
}

// Temporary reports a 4yz code: the same may work later (RFC 5321 section 4.2.1).
func (r Reply) Temporary() bool { return r.Code/100 == 4 }

// Permanent reports a 5yz code: the same will be refused again.
func (r Reply) Permanent() bool { return r.Code/100 == 5 }
