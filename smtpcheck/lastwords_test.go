package smtpcheck_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/smtpcheck"
)

func TestLastWords(t *testing.T) {
	t.Parallel()
	for name, c := range casetest.Read[map[string]struct {
		Script []string
		Stage  smtpcheck.Stage
		Code   int
		Doing  string
	}](t, "lastwords") {
		f := smtpcheck.Run(context.Background(), scriptedRelay(t, script(c.Script...)), nil).Failure
		if f == nil || f.Stage != c.Stage || f.Reply == nil || f.Reply.Code != c.Code || f.Doing != c.Doing {
			t.Errorf("%s: %+v, reply %v", name, f, f.Reply)
		}
	}
}

// The relay refuses a message while it is still being written, and resets.
func TestLastWordsDuringData(t *testing.T) {
	t.Parallel()
	p := scriptedRelay(t, script("220 hi\r\n", hears, "250 ehlo\r\n", hears, "250 mail\r\n", hears, "250 rcpt\r\n",
		hears, "354 go on\r\n", hears, "552 5.3.4 too big\r\n"))
	p.Message = bytes.Repeat([]byte(strings.Repeat("x", 70)+"\r\n"), 400000)
	f := smtpcheck.Run(context.Background(), p, nil).Failure
	if f == nil || f.Stage != smtpcheck.StageData || f.Reply == nil || f.Reply.Code != 552 || f.Err != nil {
		t.Errorf("%+v", f)
	}
}

func TestProtocolViolations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script []string
		mode   smtpcheck.TLSMode
		stage  smtpcheck.Stage
		err    error
		says   string
	}{
		"unsolicited": {[]string{"220 hi\r\n250 \x1bhello\r\n", hears}, "none", "ehlo", smtpcheck.ErrProtocol, "?hello"},
		"unexpected":  {[]string{"220 hi\r\n", hears, "354 \x1bgo on\r\n", hears}, "none", "ehlo", smtpcheck.ErrProtocol, "?go on"},
		"mixed codes": {[]string{"220 hi\r\n", hears, "250-a\r\n220 \x1bb\r\n", hears}, "none", "ehlo", smtpcheck.ErrProtocol, "?b"},
		"IMAP":        {[]string{"* OK [CAPABILITY IMAP4rev1] ready\r\n", hangsUp}, "none", "greeting", smtpcheck.ErrNotSMTP, "IMAP"},
		"POP3":        {[]string{"+OK POP3 ready\r\n", hangsUp}, "none", "greeting", smtpcheck.ErrNotSMTP, "POP3"},
		"TLS alert":   {[]string{"\x15\x03\x01\x00\x02\x02\x0a", hangsUp}, "none", "greeting", smtpcheck.ErrImplicitTLSPort, ""},
		"TLS record":  {[]string{"\x16\x03\x01\x00\x02\x02\x00", hangsUp}, "none", "greeting", smtpcheck.ErrImplicitTLSPort, ""},
		// What is injected a moment after the 220 meets the handshake, and is no reply.
		"injected late": {[]string{"220 hi\r\n", hears, "250-hi\r\n250 StartTLS x\r\n", hears, "220 go\r\n",
			hears, "250-injected.example\r\n250 AUTH PLAIN\r\n"}, "starttls", "tls", smtpcheck.ErrInjected, "injected.example"},
	} {
		p := scriptedRelay(t, script(c.script...))
		p.TLS = c.mode
		f := smtpcheck.Run(context.Background(), p, nil).Failure
		if f == nil || f.Stage != c.stage || !errors.Is(f, c.err) || !strings.Contains(f.Error(), c.says) {
			t.Errorf("%s: %v", name, f)
		}
	}
}

// What happens at QUIT changes nothing.
func TestQuitNeverFails(t *testing.T) {
	t.Parallel()
	p := scriptedRelay(t, script("220 hi\r\n", hears, "250 hi\r\n", hears))
	p.StopAfter = smtpcheck.StageEHLO
	if f := smtpcheck.Run(context.Background(), p, nil).Failure; f != nil {
		t.Errorf("%v", f)
	}
}

// A reply that comes byte by byte has no more time than any other. With a limit
// for each byte this one would end too, as a line that is too long.
func TestDrippingReply(t *testing.T) {
	t.Parallel()
	p := scriptedRelay(t, func(c net.Conn) {
		script("220 hi\r\n", hears)(c)
		for {
			if _, err := io.WriteString(c, "2"); err != nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
	p.Limits.Command = 300 * time.Millisecond
	f := ends(t, t.Context(), p, nil).Failure
	if f == nil || f.Stage != smtpcheck.StageEHLO || !errors.Is(f, smtpcheck.ErrTimeout) {
		t.Errorf("%v", f)
	}
}

// A reply that comes later than Pocket ID would have waited for it fails here too.
func TestSlowReply(t *testing.T) {
	t.Parallel()
	p := scriptedRelay(t, func(c net.Conn) {
		time.Sleep(250 * time.Millisecond)
		script("220 hi\r\n", hears)(c)
	})
	p.Waits.Reply, p.Waits.BeforeTLS = 100*time.Millisecond, 100*time.Millisecond
	f := smtpcheck.Run(t.Context(), p, nil).Failure
	if f == nil || !errors.Is(f, smtpcheck.ErrTimeout) || !strings.Contains(f.Error(), ", and this client gives up after 0.1 s") {
		t.Errorf("%v", f)
	}
}

// A refusal of 57 KB is repeated in full by the transcript alone.
func TestLongRefusalIsShortened(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("550-5.7.1 "+strings.Repeat("ü", 40)+"\r\n", 600)
	p := scriptedRelay(t, script("220 hi\r\n", hears, long+"550 5.7.1 the end\r\n", hears))
	result := smtpcheck.Run(context.Background(), p, nil)
	f := result.Failure
	if f == nil || f.Reply == nil || len(f.Reply.Text()) < 40000 {
		t.Fatalf("%v", f)
	}
	if n := len([]rune(f.Error())); n > 600 || !strings.Contains(f.Error(), "… (in reply to EHLO id.example.com)") {
		t.Errorf("%d characters: %s", n, f.Error())
	}
	if n := len([]rune(f.Reply.String())); n != 500 || !strings.HasPrefix(f.Reply.String(), "550 5.7.1 ü") {
		t.Errorf("%d characters: %s", n, f.Reply)
	}
	if len(text(result)) < 20000 {
		t.Error("the transcript is cut too")
	}
}
