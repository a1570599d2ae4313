package apptest

import (
	"io"
	"regexp"
	"strings"
	"time"

	"smtp-wizard/smtpcheck/practice"
)

var code = regexp.MustCompile(`(?m)^Code +(\d{6})\b`)

// CodeIn is the code in a test mail, or "".
func CodeIn(mail []byte) string {
	if m := code.FindSubmatch(mail); m != nil {
		return string(m[1])
	}
	return ""
}

// Mailbox is somebody who waits for a test mail and types what they make of its code.
type Mailbox struct {
	Relay  *practice.Relay
	Before string // typed before
	Types  func(code string) string
	Code   string // that was read

	rest io.Reader
}

// Read types, once the mail is there.
func (m *Mailbox) Read(p []byte) (int, error) {
	if m.Before != "" {
		n := copy(p, m.Before)
		m.Before = m.Before[n:]
		return n, nil
	}
	for m.rest == nil {
		if all := m.Relay.Delivered(); len(all) > 0 {
			m.Code = CodeIn(all[len(all)-1].Data)
			m.rest = strings.NewReader(m.Types(m.Code))
			break
		}
		time.Sleep(time.Millisecond)
	}
	return m.rest.Read(p)
}
