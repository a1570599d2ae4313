package smtpcheck

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strconv"
	"strings"
	"text/template"
	"time"

	"smtp-wizard/internal/text"
)

// TestMail is the message of a live test. Equal values produce the same bytes.
type TestMail struct {
	From     string // bare address
	FromName string // display name; "" is "smtp-wizard"
	To       string // bare address
	Host     string // the relay
	Identity string // the EHLO name that was announced last
	Client   string // the mail client that was imitated, if it is to be named
	// Proves is the most that the arrival of the message proves, such as "mail works."
	Proves string
	// Token is for finding the mail; see NewToken.
	Token string
	// Code is only in the body: whoever knows it has seen the mail; see NewCode.
	Code string
	Time time.Time
}

// NewToken makes a token such as "7QK4-ZM2D", without easily confused letters.
func NewToken() string {
	text := rand.Text()
	return text[:4] + "-" + text[4:8]
}

// NewCode makes a code of six digits.
func NewCode() string {
	var some [8]byte
	rand.Read(some[:]) // it never fails
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(some[:])%1e6)
}

// Subject is the line to look for in the mailbox.
func (m TestMail) Subject() string {
	return fmt.Sprintf("smtp-wizard: test %s through %s", text.Clean(m.Token), text.Clean(m.Host))
}

// Bytes builds the message (RFC 5322) with CRLF line ends. Control characters in
// the values become "?", so none of them can add a header line. The error is
// ErrInvalid for an address that is not a bare one.
func (m TestMail) Bytes() ([]byte, error) {
	for role, address := range map[string]string{"sender": m.From, "recipient": m.To} {
		if !bareAddress(address) || strings.ContainsAny(address, separators) {
			return nil, invalid("the %s %q is not a bare address", role, text.Shorten(address, 80))
		}
	}
	var out bytes.Buffer
	m.headers(&out)
	plain := m.text()
	html := "<html><body><pre>\n" + template.HTMLEscapeString(plain) + "</pre></body></html>\n"
	for _, part := range [][2]string{{"plain", plain}, {"html", html}} {
		fmt.Fprintf(&out, "--%s\r\nContent-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
			boundary, part[0])
		body := quotedprintable.NewWriter(&out)
		_, err := body.Write([]byte(strings.ReplaceAll(part[1], "\n", "\r\n")))
		if err = errors.Join(err, body.Close()); err != nil {
			return nil, err
		}
		out.WriteString("\r\n")
	}
	out.WriteString("--" + boundary + "--\r\n")
	return out.Bytes(), nil
}

// boundary separates the parts; "=_" never occurs in quoted-printable text.
const boundary = "=_smtp-wizard"

// separators would make an address look like a list, or like a named address.
const separators = `,;:"`

func (m TestMail) headers(out *bytes.Buffer) {
	_, domain, _ := strings.Cut(m.From, "@")
	from := mail.Address{Name: text.Shorten(text.Clean(cmp.Or(m.FromName, "smtp-wizard")), 60), Address: m.From}
	for _, header := range [][2]string{
		{"Date", m.Time.Format("Mon, 02 Jan 2006 15:04:05 -0700")},
		{"Message-ID", "<" + strconv.FormatInt(m.Time.UnixNano(), 36) + "@" + domain + ">"},
		{"From", from.String()},
		{"To", "<" + m.To + ">"},
		{"Subject", mime.QEncoding.Encode("utf-8", m.Subject())},
		{"MIME-Version", "1.0"},
		{"Content-Type", `multipart/alternative; boundary="` + boundary + `"`},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834: no holiday replies
	} {
		out.WriteString(header[0] + ": " + header[1] + "\r\n")
	}
	out.WriteString("\r\n")
}

const (
	opening = "This message was sent by smtp-wizard to test the mail settings."
	ifSo    = "If the test named below is the one on your screen, "
)

func (m TestMail) text() string {
	var b strings.Builder
	b.WriteString(opening + "\n" + ifSo + cmp.Or(m.Proves, "it has arrived.") + "\n")
	b.WriteString("If smtp-wizard asks for the code, type it there.\n\n")
	for _, fact := range [][2]string{
		{"Code", m.Code},
		{"Test", m.Token},
		{"Relay", m.Host},
		{"Sender", m.From},
		{"Spoken as", m.Client},
		{"Announced as", m.Identity},
		{"Sent", m.Time.Format("2006-01-02 15:04:05 -0700")},
	} {
		if fact[1] != "" {
			fmt.Fprintf(&b, "%-13s %s\n", fact[0], text.Clean(fact[1]))
		}
	}
	return b.String()
}
