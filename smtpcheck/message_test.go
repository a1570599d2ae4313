package smtpcheck_test

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/smtpcheck"
)

func testMail() smtpcheck.TestMail {
	return smtpcheck.TestMail{
		From: "id@example.com", FromName: "Pocket ID", To: "admin@example.org", Host: "smtp.example.net",
		Identity: "id.example.com", Token: "7QK4-ZM2D", Code: "482913", Time: time.Date(2026, 11, 23, 9, 45, 0, 0, time.UTC),
	}
}

func TestMessage(t *testing.T) {
	t.Parallel()
	raw, err := testMail().Bytes()
	casetest.Must(t, err)
	again, _ := testMail().Bytes()
	if !bytes.Equal(raw, again) {
		t.Error("the same values made another message")
	}
	if bytes.Contains(bytes.ReplaceAll(raw, []byte("\r\n"), nil), []byte("\n")) {
		t.Error("a bare line feed")
	}
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	casetest.Must(t, err)
	for header, want := range map[string]string{
		"Date":         "Mon, 23 Nov 2026 09:45:00 +0000",
		"From":         `"Pocket ID" <id@example.com>`,
		"To":           "<admin@example.org>",
		"Subject":      "smtp-wizard: test 7QK4-ZM2D through smtp.example.net",
		"Mime-Version": "1.0",
	} {
		if got := message.Header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	if id := message.Header.Get("Message-Id"); !strings.HasSuffix(id, "@example.com>") {
		t.Errorf("Message-ID %q", id)
	}
	if head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n")); bytes.Contains(head, []byte("482913")) {
		t.Errorf("the code is in the headers:\n%s", head)
	}
	_, params, _ := mime.ParseMediaType(message.Header.Get("Content-Type"))
	parts := multipart.NewReader(message.Body, params["boundary"])
	for _, kind := range []string{"text/plain; charset=utf-8", "text/html; charset=utf-8"} {
		part, err := parts.NextPart()
		if err != nil || part.Header.Get("Content-Type") != kind {
			t.Fatalf("no %s: %v", kind, err)
		}
		body, err := io.ReadAll(part)
		for _, fact := range []string{"7QK4-ZM2D", "482913", "smtp.example.net", "id.example.com"} {
			if err != nil || !strings.Contains(string(body), fact) {
				t.Errorf("%v, no %s in\n%s", err, fact, body)
			}
		}
	}
}

func TestMessageCannotBeInjectedInto(t *testing.T) {
	t.Parallel()
	m := testMail()
	m.FromName = "Pöcket\r\nBcc: <victim@example.com>\" \\"
	m.Host = "h\r\n\r\nbody <b>"
	m.Token = "t\r\nX-Evil: 1\"; boundary=x"
	raw, err := m.Bytes()
	casetest.Must(t, err)
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	casetest.Must(t, err)
	if len(message.Header) != 8 || message.Header.Get("Bcc") != "" || message.Header.Get("X-Evil") != "" {
		t.Errorf("headers %v", message.Header)
	}
	if from, err := message.Header.AddressList("From"); err != nil || from[0].Address != "id@example.com" ||
		from[0].Name != "Pöcket??Bcc: <victim@example.com>\" \\" {
		t.Errorf("From %v %v", from, err)
	}
	for _, from := range []string{"", "nobody", "a@", "@b", "A <a@b>", "a@b\r\nBcc: x@y", "a b@c", "ü@example.com"} {
		m := testMail()
		m.From = from
		if _, err := m.Bytes(); !errors.Is(err, smtpcheck.ErrInvalid) {
			t.Errorf("sender %q: %v", from, err)
		}
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	a, b := smtpcheck.NewToken(), smtpcheck.NewToken()
	if a == b || len(a) != 9 || a[4] != '-' {
		t.Errorf("%q %q", a, b)
	}
	for range 100 {
		if code := smtpcheck.NewCode(); len(code) != 6 || strings.Trim(code, "0123456789") != "" {
			t.Errorf("code %q", code)
		}
	}
}
