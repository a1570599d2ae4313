package smtpcheck

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"html"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
	"time"

	"smtp-wizard/internal/text"
)

// TestMail is the message of a live test. The same values make the same bytes.
type TestMail struct {
	From     string // bare address
	FromName string // display name; "" is "smtp-wizard"
	To       string // bare address
	Host     string // the relay
	Identity string // the EHLO name that was announced last
	// Token is a short word that the admin compares with the one on the screen;
	// see NewToken.
	Token string
	Time  time.Time
}

// NewToken makes a token such as "7QK4-ZM2D", without easily confused letters.
func NewToken() string {
	text := rand.Text()
	return text[:4] + "-" + text[4:8]
}

// Subject is the line to look for in the mailbox.
func (m TestMail) Subject() string {
	return fmt.Sprintf("smtp-wizard: test %s through %s", text.Clean(m.Token), text.Clean(m.Host))
}

// Bytes builds the message (RFC 5322, multipart/alternative as RFC 2046 section
// 5.1.4) with CRLF line ends. Control characters in the values become "?", so
// none of them can add a header line. The error is ErrInvalid for an address
// that is not a bare one.
func (m TestMail) Bytes() ([]byte, error) {
	at := strings.LastIndex(m.From, "@")
	if at < 1 || at == len(m.From)-1 || !bareAddress(m.From) || strings.ContainsAny(m.From, separators) {
		return nil, invalid("the sender %q is not a bare address", text.Shorten(m.From, 80))
	}
	if !bareAddress(m.To) || strings.ContainsAny(m.To, separators) {
		return nil, invalid("the recipient %q is not a bare address", text.Shorten(m.To, 80))
	}
	var out bytes.Buffer
	parts := multipart.NewWriter(&out)
	if err := parts.SetBoundary("=_smtp-wizard-" + lettersAndDigits(m.Token)); err != nil {
		return nil, err
	}
	m.headers(&out, m.From[at+1:], parts.Boundary())
	if err := addPart(parts, "text/plain", m.text()); err != nil {
		return nil, err
	}
	if err := addPart(parts, "text/html", m.html()); err != nil {
		return nil, err
	}
	if err := parts.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// separators are what stands between addresses in a header, or in one.
const separators = `,;:"`

func (m TestMail) headers(out *bytes.Buffer, domain, boundary string) {
	name := m.FromName
	if name == "" {
		name = "smtp-wizard"
	}
	for _, header := range [][2]string{
		{"Date", m.Time.Format("Mon, 02 Jan 2006 15:04:05 -0700")},
		{"Message-ID", fmt.Sprintf("<%s.%d@%s>", lettersAndDigits(m.Token), m.Time.UnixNano(), domain)},
		{"From", quotedName(text.Clean(name)) + " <" + m.From + ">"},
		{"To", "<" + m.To + ">"},
		{"Subject", mime.QEncoding.Encode("utf-8", m.Subject())},
		{"MIME-Version", "1.0"},
		{"Content-Type", "multipart/alternative; boundary=\"" + boundary + "\""},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834: no holiday replies
	} {
		out.WriteString(header[0] + ": " + header[1] + "\r\n")
	}
	out.WriteString("\r\n")
}

// quotedName is a display name as a quoted string, or encoded where it is not
// ASCII.
func quotedName(name string) string {
	name = text.Shorten(name, 60)
	if encoded := mime.QEncoding.Encode("utf-8", name); encoded != name {
		return encoded
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

func addPart(parts *multipart.Writer, kind, body string) error {
	part, err := parts.CreatePart(textproto.MIMEHeader{
		"Content-Type":              {kind + "; charset=utf-8"},
		"Content-Transfer-Encoding": {"quoted-printable"},
	})
	if err != nil {
		return err
	}
	encoder := quotedprintable.NewWriter(part)
	if _, err := encoder.Write([]byte(strings.ReplaceAll(body, "\n", "\r\n"))); err != nil {
		return err
	}
	return encoder.Close()
}

// facts are the lines that both parts show.
func (m TestMail) facts() [][2]string {
	return [][2]string{
		{"Token", text.Clean(m.Token)},
		{"Relay", text.Clean(m.Host)},
		{"Sender", text.Clean(m.From)},
		{"Announced as", text.Clean(m.Identity)},
		{"Sent", m.Time.Format("2006-01-02 15:04:05 -0700")},
	}
}

const (
	opening = "This message was sent by smtp-wizard to prove that mail arrives."
	advice  = "If the token below is the one on your screen, the settings work."
)

func (m TestMail) text() string {
	var b strings.Builder
	b.WriteString(opening + "\n" + advice + "\n\n")
	for _, fact := range m.facts() {
		fmt.Fprintf(&b, "%-13s %s\n", fact[0], fact[1])
	}
	return b.String()
}

func (m TestMail) html() string {
	var b strings.Builder
	b.WriteString("<!doctype html>\n<html><body>\n<p>" + opening + "<br>\n" + advice + "</p>\n<table>\n")
	for _, fact := range m.facts() {
		fmt.Fprintf(&b, "<tr><td>%s</td><td><b>%s</b></td></tr>\n", fact[0], html.EscapeString(fact[1]))
	}
	b.WriteString("</table>\n</body></html>\n")
	return b.String()
}

// lettersAndDigits makes a token fit for a boundary and a Message-ID.
func lettersAndDigits(token string) string {
	kept := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, token)
	return kept[:min(len(kept), 32)]
}
