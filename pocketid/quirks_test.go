package pocketid

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
)

// quirk is what one relay does differently. A reply of "drop" hangs up without a
// word, one of "mute" never comes; a "!" at its end hangs up after it. The last six were
// run against go-smtp 0.24.0 and net/smtp alone.
type quirk struct {
	Keywords  string            // of EHLO, by commas; "" is the usual ones
	Says      map[string]string // by verb; banner, EHLO2 is the one after STARTTLS, "." the end of the message
	Slow      map[string]int    // seconds
	BadName   string            // to EHLO and HELO without a dot
	Prompts   string            // of LOGIN
	End       string            // of lines, if not CRLF
	NeedsFQDN bool              // at RCPT
	AfterTLS  bool              // offers AUTH only then
	StrangeCA bool
	TlsFirst  bool // whatever was asked
	Clear     bool // whatever was asked
}

const usual = "SIZE 1000000,8BITMIME,STARTTLS,AUTH PLAIN LOGIN"

// quirkRelay is one of them. What counts is what its first connection hears.
type quirkRelay struct {
	quirk
	mode  string
	cert  tls.Certificate
	heard []string
	first bool
	done  sync.WaitGroup
}

// session is one connection to a quirkRelay.
type session struct {
	*quirkRelay
	note   func(string)
	conn   net.Conn
	in     *bufio.Reader
	name   string
	secure bool
	login  bool
}

// pipe fails as a TCP connection does.
type pipe struct{ net.Conn }

func (p pipe) Write(b []byte) (int, error) {
	n, err := p.Conn.Write(b)
	if errors.Is(err, io.ErrClosedPipe) {
		err = syscall.EPIPE
	}
	return n, err
}

func (r *quirkRelay) dial() net.Conn {
	client, server := net.Pipe()
	s := &session{quirkRelay: r, conn: server, in: bufio.NewReader(server), note: func(string) {}}
	if !r.first {
		r.first = true
		s.note = func(line string) { r.heard = append(r.heard, line) }
	}
	r.done.Go(func() {
		defer server.Close()
		if (r.TlsFirst || r.mode == "tls" && !r.Clear) && !s.encrypt() {
			return
		}
		s.note("connect")
		if r.Clear { // what comes first is a TLS handshake
			if first, _ := s.in.Peek(1); string(first) == "\x16" {
				s.note("<TLS handshake>")
			}
			go func() { _, _ = io.Copy(io.Discard, server) }()
		}
		if !s.answer("220 mx ready", "banner") || r.Clear {
			return
		}
		for s.command() {
		}
	})
	return pipe{client}
}

func (s *session) encrypt() bool {
	conn := tls.Server(s.conn, &tls.Config{Certificates: []tls.Certificate{s.cert}, SessionTicketsDisabled: true})
	s.conn, s.in, s.secure = conn, bufio.NewReader(conn), true
	return conn.Handshake() == nil
}

// answer says what the quirk has for the first of the verbs, else the usual reply.
// It is false where the connection ends.
func (s *session) answer(reply string, verbs ...string) bool {
	for _, verb := range verbs {
		if say, ok := s.Says[verb]; ok {
			reply = say
			break
		}
	}
	time.Sleep(time.Duration(s.Slow[verbs[0]]) * time.Second)
	switch reply {
	case "drop":
		return false
	case "mute":
		_, err := s.in.ReadByte()
		return err == nil
	}
	text, hangUp := strings.CutSuffix(reply, "!")
	end := "\r\n"
	if s.End != "" {
		end = s.End
	}
	_, err := io.WriteString(s.conn, strings.ReplaceAll(text, "\r\n", end)+end)
	return err == nil && !hangUp
}

// line is the next that the client says.
func (s *session) line() (string, bool) {
	raw, err := s.in.ReadString('\n')
	return strings.TrimRight(raw, "\r\n"), err == nil
}

func (s *session) command() bool {
	line, ok := s.line()
	if !ok {
		return false
	}
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "EHLO", "HELO":
		return s.hello(line, verb, rest)
	case "AUTH":
		return s.auth(rest)
	case "MAIL":
		line = strings.Replace(line, " FROM:<noreply@id.example.com>", "", 1)
		s.note(line)
		if s.login && s.Says["MAIL"] != "" && strings.HasPrefix(s.Says["MAIL"], "530") {
			return s.answer("250 2.1.0 Ok", "")
		}
		return s.answer("250 2.1.0 Ok", line, "MAIL")
	case "RCPT":
		s.note("RCPT")
		if s.NeedsFQDN && !strings.Contains(s.name, ".") {
			return s.answer("504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname", "")
		}
		return s.answer("250 2.1.5 Ok", "RCPT")
	case "DATA":
		return s.data()
	case "STARTTLS":
		s.note(line)
		return s.answer("220 2.0.0 go", "STARTTLS") && (s.Says["STARTTLS"] != "" || s.encrypt())
	case "QUIT":
		s.note(line)
		return s.answer("221 2.0.0 Bye!", "QUIT")
	}
	s.note(line)
	return s.answer("501 5.5.1 what", verb)
}

func (s *session) hello(line, verb, name string) bool {
	s.note(line)
	s.name = name
	if s.BadName != "" && !strings.Contains(name, ".") {
		return s.answer(s.BadName, "")
	}
	if verb == "HELO" {
		return s.answer("250 mx", "HELO")
	}
	keywords := s.Keywords
	if keywords == "" {
		keywords = usual
	}
	reply := "250-mx"
	words := strings.Split(keywords, ",")
	for i, word := range words {
		upper := strings.ToUpper(word)
		if s.secure && upper == "STARTTLS" || s.AfterTLS && !s.secure && strings.HasPrefix(upper, "AUTH") {
			word = "X-NOTHING"
		}
		separator := "-"
		if i == len(words)-1 {
			separator = " "
		}
		reply += "\r\n250" + separator + word
	}
	if s.mode == "starttls" && s.secure {
		return s.answer(reply, "EHLO2")
	}
	return s.answer(reply, "EHLO")
}

func (s *session) auth(rest string) bool {
	mechanism, initial, given := strings.Cut(rest, " ")
	line := "AUTH " + mechanism
	if given {
		line += " ***"
	}
	s.note(line)
	prompts := strings.Fields("Username: Password:")
	if s.Prompts != "" {
		prompts = strings.Fields(s.Prompts)
	}
	refusal := ""
	for _, key := range []string{line, "AUTH " + mechanism, "AUTH"} {
		if refusal == "" {
			refusal = s.Says[key]
		}
	}
	switch {
	case s.AfterTLS && !s.secure:
		return s.answer("538 5.7.11 Encryption required", "")
	case strings.HasPrefix(refusal, "334"):
		prompts = []string{""}
	case refusal != "":
		return s.answer(refusal, "")
	case mechanism == "PLAIN":
		prompts = nil
	case initial != "":
		prompts = prompts[1:]
	}
	for _, prompt := range prompts {
		if !s.answer("334 "+base64.StdEncoding.EncodeToString([]byte(prompt)), "") {
			return false
		}
		line, ok := s.line()
		if line == "*" {
			s.note("> *")
			return s.answer("501 5.7.0 cancelled", "")
		}
		if !ok {
			return false
		}
		s.note("> answer")
	}
	s.login = true
	return s.answer("235 2.7.0 Ok", "")
}

func (s *session) data() bool {
	s.note("DATA")
	if !s.answer("354 go on", "DATA") {
		return false
	}
	if s.Says["DATA"] != "" {
		return true
	}
	for {
		line, ok := s.line()
		if !ok {
			return false
		}
		if line == "." {
			s.note("message")
			return s.answer("250 2.0.0 queued", ".")
		}
	}
}

// relayCertificate is one for localhost, good in any bubble's time.
func relayCertificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	casetest.Must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, IsCA: true,
		BasicConstraintsValid: true, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	casetest.Must(t, err)
	cert, err := x509.ParseCertificate(der)
	casetest.Must(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
