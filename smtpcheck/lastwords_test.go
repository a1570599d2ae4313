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

	"smtp-wizard/smtpcheck"
)

func TestLastWords(t *testing.T) {
	t.Parallel()
	pause := func() { time.Sleep(100 * time.Millisecond) }
	for name, c := range map[string]struct {
		talk  func(conn net.Conn)
		stage smtpcheck.Stage
		code  int
		doing string
	}{
		"refusal and reset": {func(c net.Conn) {
			say(c, "220 hi\r\n")
			hear(c)
			say(c, "421 4.7.0 no\r\n")
			pause()
		}, smtpcheck.StageEHLO, 421, "EHLO id.example.com"},
		"refusal behind the greeting": {func(c net.Conn) {
			say(c, "220 hi\r\n421 4.3.2 closing\r\n")
			pause()
		}, smtpcheck.StageEHLO, 421, "EHLO id.example.com"},
		"refusal without a line end": {func(c net.Conn) {
			say(c, "220 hi\r\n")
			hear(c)
			say(c, "554 5.7.1 listed")
			pause()
			_ = c.Close()
		}, smtpcheck.StageEHLO, 554, "EHLO id.example.com"},
		"refused at once": {func(c net.Conn) {
			say(c, "554 5.7.1 you are listed\r\n")
			pause()
		}, smtpcheck.StageGreeting, 554, ""},
		"half a reply": {func(c net.Conn) {
			say(c, "220 hi\r\n")
			hear(c)
			say(c, "550-5.7.1 first of two\r\n")
			pause()
			_ = c.Close()
		}, smtpcheck.StageEHLO, 550, "EHLO id.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := smtpcheck.Run(context.Background(), scriptedRelay(t, c.talk), nil).Failure
			if f == nil || f.Stage != c.stage || f.Reply == nil || f.Reply.Code != c.code || f.Doing != c.doing {
				t.Errorf("%+v, reply %v", f, f.Reply)
			}
		})
	}
}

// The relay refuses a message while it is still being written, and resets.
func TestLastWordsDuringData(t *testing.T) {
	t.Parallel()
	p := scriptedRelay(t, func(c net.Conn) {
		say(c, "220 hi\r\n")
		for _, reply := range []string{"250 ehlo", "250 mail", "250 rcpt", "354 go on"} {
			hear(c)
			say(c, reply+"\r\n")
		}
		hear(c)
		say(c, "552 5.3.4 too big\r\n")
		time.Sleep(200 * time.Millisecond)
	})
	p.Message = bytes.Repeat([]byte(strings.Repeat("x", 70)+"\r\n"), 400000)
	f := smtpcheck.Run(context.Background(), p, nil).Failure
	if f == nil || f.Stage != smtpcheck.StageData || f.Reply == nil || f.Reply.Code != 552 || f.Err != nil {
		t.Errorf("%+v", f)
	}
}

func TestUnaskedAndUnfitReplies(t *testing.T) {
	t.Parallel()
	for name, talk := range map[string]func(net.Conn){
		"unasked": func(c net.Conn) { say(c, "220 hi\r\n250 \x1bunasked\r\n"); hear(c) },
		"unfit":   func(c net.Conn) { say(c, "220 hi\r\n"); hear(c); say(c, "354 \x1bgo on\r\n"); hear(c) },
		"mixed":   func(c net.Conn) { say(c, "220 hi\r\n"); hear(c); say(c, "250-a\r\n220 \x1bb\r\n"); hear(c) },
	} {
		f := smtpcheck.Run(context.Background(), scriptedRelay(t, talk), nil).Failure
		if f == nil || f.Stage != smtpcheck.StageEHLO || !errors.Is(f, smtpcheck.ErrProtocol) || !strings.Contains(f.Error(), "?") {
			t.Errorf("%s: %v", name, f)
		}
	}
}

// What happens at QUIT changes nothing.
func TestQuitNeverFails(t *testing.T) {
	t.Parallel()
	p := scriptedRelay(t, func(c net.Conn) {
		say(c, "220 hi\r\n")
		hear(c)
		say(c, "250 hi\r\n")
		hear(c)
	})
	p.StopAfter = smtpcheck.StageEHLO
	if f := smtpcheck.Run(context.Background(), p, nil).Failure; f != nil {
		t.Errorf("%v", f)
	}
}

func TestOtherProtocolsAreNamed(t *testing.T) {
	t.Parallel()
	for banner, want := range map[string]error{
		"* OK [CAPABILITY IMAP4rev1] ready\r\n": smtpcheck.ErrNotSMTP,
		"+OK POP3 ready\r\n":                    smtpcheck.ErrNotSMTP,
		"\x15\x03\x01\x00\x02\x02\x0a":          smtpcheck.ErrImplicitTLSPort, // an alert
		"\x16\x03\x01\x00\x02\x02\x00":          smtpcheck.ErrImplicitTLSPort,
	} {
		p := scriptedRelay(t, func(c net.Conn) { say(c, banner); time.Sleep(50 * time.Millisecond); _ = c.Close() })
		f := smtpcheck.Run(context.Background(), p, nil).Failure
		if f == nil || f.Stage != smtpcheck.StageGreeting || !errors.Is(f, want) {
			t.Errorf("%q: %v", banner, f)
		}
	}
}

// A reply that comes byte by byte has no more time than any other. With a limit
// for each byte this one would end too, as a line that is too long.
func TestDrippingReply(t *testing.T) {
	t.Parallel()
	p := scriptedRelay(t, func(c net.Conn) {
		say(c, "220 hi\r\n")
		hear(c)
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

// What is injected a moment after the 220 meets the handshake, and is no reply.
func TestLateInjection(t *testing.T) {
	t.Parallel()
	p := scriptedRelay(t, func(c net.Conn) {
		say(c, "220 hi\r\n")
		hear(c)
		say(c, "250-hi\r\n250 STARTTLS\r\n")
		hear(c)
		say(c, "220 go\r\n")
		hear(c) // the ClientHello
		say(c, "250-injected.example\r\n250 AUTH PLAIN\r\n")
		time.Sleep(50 * time.Millisecond)
	})
	p.TLS, p.Names = smtpcheck.TLSStartTLS, smtpcheck.SameName("id.example.com")
	f := smtpcheck.Run(context.Background(), p, nil).Failure
	if f == nil || f.Stage != smtpcheck.StageTLS || !errors.Is(f, smtpcheck.ErrInjected) || !strings.Contains(f.Error(), "injected.example") {
		t.Errorf("%v", f)
	}
}

// A refusal of 57 KB is repeated in full by the transcript alone.
func TestLongRefusalIsShortened(t *testing.T) {
	t.Parallel()
	p := scriptedRelay(t, func(c net.Conn) {
		say(c, "220 hi\r\n")
		hear(c)
		say(c, strings.Repeat("550-5.7.1 "+strings.Repeat("ü", 40)+"\r\n", 600)+"550 5.7.1 the end\r\n")
		hear(c)
	})
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
