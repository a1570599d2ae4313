package inbox

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck/practice"
)

const planted = "pass-w0rd-of-the-inbox"

// server answers each command of every client with what script returns for it: lines
// in full, and its tag in place of "TAG".
func server(t *testing.T, greeting string, script func(command string) string) (address string, roots *x509.CertPool) {
	t.Helper()
	var certificate tls.Certificate
	relay, err := practice.Start(practice.Behavior{TLS: func(c *tls.Config) { certificate = c.Certificates[0] }}, practice.Options{})
	casetest.Must(t, err)
	t.Cleanup(relay.Close)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	casetest.Must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go talk(conn, greeting, script)
		}
	}()
	return l.Addr().String(), relay.CA()
}

func talk(conn net.Conn, greeting string, script func(string) string) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	fmt.Fprint(conn, greeting)
	for in := bufio.NewScanner(conn); in.Scan(); {
		tag, command, _ := strings.Cut(in.Text(), " ")
		if _, err := fmt.Fprint(conn, strings.ReplaceAll(script(command), "TAG", tag)); err != nil {
			return
		}
	}
}

// mailbox is a server with the mail in one mailbox after some looks.
func mailbox(in string, looks int32) func(string) string {
	var selected atomic.Value
	var searches atomic.Int32
	return func(command string) string {
		verb, rest, _ := strings.Cut(command, " ")
		switch verb {
		case "CAPABILITY":
			return "* CAPABILITY IMAP4rev1 SPECIAL-USE\r\nTAG OK done\r\n"
		case "LOGIN":
			if !strings.Contains(rest, planted) {
				return "TAG NO [AUTHENTICATIONFAILED] no such login: " + rest + "\r\n"
			}
		case "LIST":
			return "* LIST (\\HasNoChildren) \"/\" {6}\r\nA \"b\" \r\n* LIST (\\HasNoChildren \\Junk) \"/\" Spam\r\n* LIST () \"/\" INBOX\r\nTAG OK done\r\n"
		case "EXAMINE":
			selected.Store(strings.Trim(rest, `"`))
			return "* 3 EXISTS\r\n* EXPUNGE\r\n* FETCH\r\n* OK [UNSEEN] x\r\nTAG OK [READ-ONLY] done\r\n"
		case "UID":
			for _, want := range []string{"482913", "7QK4-ZM2D", "id@example.com", "SINCE"} {
				if !strings.Contains(rest, want) {
					return "TAG BAD no " + want + " in " + rest + "\r\n"
				}
			}
			if selected.Load() == in && searches.Add(1) > looks {
				return "* SEARCH 7\r\nTAG OK done\r\n"
			}
			return "* SEARCH\r\nTAG OK done\r\n"
		}
		return "TAG OK done\r\n"
	}
}

func look(ctx context.Context, address string, roots *x509.CertPool, password string) (string, error) {
	return lookFor(ctx, time.Minute, address, roots, password)
}

func lookFor(ctx context.Context, patience time.Duration, address string, roots *x509.CertPool, password string) (string, error) {
	return Find(ctx, Account{address, "you@example.org", secret.New(password)},
		Mail{From: "id@example.com", Subject: "7QK4-ZM2D", Body: secret.New("482913"), Sent: time.Now()},
		Options{RootCAs: roots, Masker: &secret.Masker{}, Every: time.Millisecond, Patience: patience})
}

func TestFound(t *testing.T) {
	t.Parallel()
	for box, looks := range map[string]int32{"INBOX": 0, "Spam": 3} {
		address, roots := server(t, "* OK ready\r\n", mailbox(box, looks))
		if found, err := look(t.Context(), address, roots, planted); found != box || err != nil {
			t.Errorf("%q, %v", found, err)
		}
	}
}

func TestNotFound(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	answer := mailbox("Elsewhere", 0)
	searches := 0
	address, roots := server(t, "* OK ready\r\n", func(command string) string {
		if searches += strings.Count(command, "UID SEARCH"); searches > 4 {
			cancel()
		}
		return answer(command)
	})
	if found, err := look(ctx, address, roots, planted); found != "" || !errors.Is(err, errNotFound) {
		t.Errorf("%q, %v", found, err)
	}
}

// TestClosedMailboxes: an inbox that cannot be opened is an error, and so is a server
// that is gone; another mailbox is not.
func TestClosedMailboxes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		examine, said string // of which mailbox, and what is said
		wrong         bool
	}{
		"the inbox":  {"EXAMINE INBOX", "TAG NO closed\r\n", true},
		"the spam":   {"EXAMINE Spam", "TAG NO closed\r\n", false},
		"a good-bye": {"EXAMINE Spam", "* BYE too many\r\n", true},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		answer, looks := mailbox("Elsewhere", 0), 0
		address, roots := server(t, "* OK ready\r\n", func(command string) string {
			if strings.ReplaceAll(command, `"`, "") != c.examine {
				return answer(command)
			}
			if looks++; looks > 2 {
				cancel()
			}
			return c.said
		})
		if found, err := look(ctx, address, roots, planted); found != "" || err == nil || errors.Is(err, errNotFound) == c.wrong {
			t.Errorf("%s: %q, %v", name, found, err)
		}
		cancel()
	}
}

func TestServersThatAreNotTrusted(t *testing.T) {
	t.Parallel()
	address, roots := server(t, "* OK ready\r\n", mailbox("INBOX", 0))
	if _, err := look(t.Context(), address, x509.NewCertPool(), planted); !errors.As(err, new(x509.UnknownAuthorityError)) {
		t.Errorf("another CA: %v", err)
	}
	_, port, _ := net.SplitHostPort(address)
	if _, err := look(t.Context(), "127.0.0.2:"+port, roots, planted); err == nil {
		t.Error("another name")
	}
	_, err := look(t.Context(), address, roots, "wr0ng-password")
	if err == nil || !strings.Contains(err.Error(), "login was refused") || strings.Contains(err.Error(), "wr0ng-password") {
		t.Errorf("a wrong password: %v", err)
	}
}

// What a hostile server says ends the look, with words that are safe to show.
func TestHostileServers(t *testing.T) {
	t.Parallel()
	endless := strings.Repeat("x", maxBytes+2)
	for name, said := range map[string]string{
		"greeting: a huge literal":   "* OK {4294967295}\r\n",
		"greeting: no line end":      "* OK " + endless,
		"greeting: not a status":     "* LIST ((((((\r\n",
		"greeting: good-bye":         "* BYE \x1b]0;no\a\r\n",
		"LOGIN: control characters":  "TAG NO \x1b[2J482913 " + planted + "\r\n",
		"LOGIN: nested lists":        "* LIST " + strings.Repeat("(", maxBytes) + "\r\nTAG NO x\r\n",
		"LOGIN: a huge literal":      "* LIST () \"/\" {4294967295}\r\n",
		"LIST: too much":             strings.Repeat("* LIST () \"/\" "+strings.Repeat("b", 1000)+"\r\n", maxBytes/1000),
		"LIST: literals without end": strings.Repeat("* LIST () \"/\" {3}\r\nabc\r\n", maxBytes/10),
		"UID: numbers out of range":  "* SEARCH 99999999999999999999\r\nTAG NO x\r\n",
		"UID: an open code":          "TAG NO [((((\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, _, _ := strings.Cut(name, ":")
			greeting, answer := "* OK ready\r\n", mailbox("INBOX", 0)
			if at == "greeting" {
				greeting = said
			}
			address, roots := server(t, greeting, func(command string) string {
				if strings.HasPrefix(command, at+" ") {
					return said
				}
				return answer(command)
			})
			found, err := lookFor(t.Context(), time.Second, address, roots, planted) // one of them says nothing
			if found != "" || err == nil || errors.Is(err, errNotFound) {
				t.Fatalf("%q, %v", found, err)
			}
			if strings.ContainsAny(err.Error(), "\x1b\a\r\n") || strings.Contains(err.Error(), planted) || strings.Contains(err.Error(), "482913") {
				t.Errorf("%q", err)
			}
		})
	}
}
