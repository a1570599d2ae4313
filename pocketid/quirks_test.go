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
// word, one of "mute" never comes; a "!" at its end hangs up after it.
type quirk struct {
	keywords  string            // of EHLO, by commas; "" is the usual ones
	says      map[string]string // by verb; banner, EHLO2 is the one after STARTTLS, "." the end of the message
	slow      map[string]time.Duration
	badName   string // to EHLO and HELO without a dot
	prompts   string // of LOGIN
	end       string // of lines, if not CRLF
	needsFQDN bool   // at RCPT
	afterTLS  bool   // offers AUTH only then
	strangeCA bool
	tlsFirst  bool // whatever was asked
	clear     bool // whatever was asked
}

const usual = "SIZE 1000000,8BITMIME,STARTTLS,AUTH PLAIN LOGIN"

func says(pairs ...string) map[string]string {
	all := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return all
}

var quirks = map[string]quirk{
	"plain":           {},
	"google-421":      {badName: "421 4.7.0 Try again later, closing connection. (EHLO) x - gsmtp!"},
	"google-silent":   {badName: "drop"},
	"fqdn-at-rcpt":    {needsFQDN: true},
	"ehlo-421-close":  {says: says("EHLO", "421 4.3.2 Service shutting down!")},
	"ehlo-451":        {says: says("EHLO", "451 4.3.0 not now")},
	"ehlo-500":        {says: says("EHLO", "500 5.5.1 what")},
	"ehlo-501":        {says: says("EHLO", "501 5.5.4 Invalid domain name")},
	"ehlo-502":        {says: says("EHLO", "502 5.5.1 what")},
	"ehlo-504":        {says: says("EHLO", "504 5.5.1 what")},
	"ehlo-554":        {says: says("EHLO", "554 5.5.1 what")},
	"ehlo-550":        {says: says("EHLO", "550 5.7.1 Access denied")},
	"ehlo-helo-550":   {says: says("EHLO", "550 5.7.1 Access denied", "HELO", "550 5.7.1 Access denied")},
	"ehlo-drop":       {says: says("EHLO", "drop")},
	"ehlo2-502":       {says: says("EHLO2", "502 5.5.1 what")},
	"ehlo2-drop":      {says: says("EHLO2", "drop")},
	"no-keywords":     {says: says("EHLO", "250 mx")},
	"bare-250":        {says: says("EHLO", "250")},
	"lower-keywords":  {keywords: strings.ToLower(usual)},
	"auth-equals":     {keywords: "8BITMIME,STARTTLS,AUTH=PLAIN LOGIN"},
	"auth-none":       {keywords: "8BITMIME,STARTTLS", says: says("AUTH", "503 5.5.1 AUTH not available")},
	"auth-after-tls":  {afterTLS: true},
	"auth-login":      {keywords: "8BITMIME,STARTTLS,AUTH LOGIN", says: says("AUTH PLAIN", "504 5.5.4 Unrecognized")},
	"auth-login-534":  {keywords: "8BITMIME,STARTTLS,AUTH LOGIN", says: says("AUTH PLAIN", "534 5.7.9 too weak")},
	"auth-login-noir": {keywords: "8BITMIME,STARTTLS,AUTH LOGIN", says: says("AUTH PLAIN", "504 5.5.4 x", "AUTH LOGIN ***", "501 5.5.4 x")},
	"auth-login-odd":  {keywords: "8BITMIME,STARTTLS,AUTH LOGIN", says: says("AUTH PLAIN", "504 5.5.4 x"), prompts: "Login: Secret:"},
	"auth-xoauth2":    {keywords: "8BITMIME,STARTTLS,AUTH XOAUTH2", says: says("AUTH", "504 5.5.4 Unrecognized")},
	"auth-cram":       {keywords: "8BITMIME,STARTTLS,AUTH CRAM-MD5", says: says("AUTH", "504 5.5.4 Unrecognized")},
	"auth-535":        {says: says("AUTH", "535 5.7.8 Error: authentication failed")},
	"auth-334-first":  {says: says("AUTH PLAIN", "334 ")},
	"auth-drop":       {says: says("AUTH", "drop")},
	"starttls-absent": {keywords: "8BITMIME,AUTH PLAIN LOGIN"},
	"starttls-454":    {says: says("STARTTLS", "454 4.7.0 TLS not available")},
	"starttls-drop":   {says: says("STARTTLS", "drop")},
	"cert-selfsigned": {strangeCA: true},
	"mail-params":     {says: says("MAIL BODY=8BITMIME", "555 5.5.4 Unsupported option")},
	"utf8":            {keywords: usual + ",SMTPUTF8"},
	"utf8-refused":    {keywords: usual + ",SMTPUTF8", says: says("MAIL BODY=8BITMIME SMTPUTF8", "555 5.5.4 Unsupported option: SMTPUTF8")},
	"pipelining":      {keywords: usual + ",PIPELINING,CHUNKING"},
	"mail-530":        {says: says("MAIL", "530 5.7.0 Authentication required")},
	"mail-550":        {says: says("MAIL", "550 5.7.1 Sender rejected")},
	"rcpt-251":        {says: says("RCPT", "251 2.1.5 will forward")},
	"rcpt-450":        {says: says("RCPT", "450 4.2.0 Greylisted")},
	"rcpt-554":        {says: says("RCPT", "554 5.7.1 Relay access denied")},
	"data-554":        {says: says("DATA", "554 5.5.1 no valid recipients")},
	"end-554":         {says: says(".", "554 5.6.0 rejected")},
	"end-drop":        {says: says(".", "drop")},
	"end-slow":        {slow: map[string]time.Duration{".": 20 * time.Second}},
	"quit-drop":       {says: says("QUIT", "drop")},
	"quit-silent":     {says: says("QUIT", "mute")},
	"banner-554":      {says: says("banner", "554 5.7.1 no access")},
	"banner-421":      {says: says("banner", "421 4.7.0 too many connections!")},
	"banner-slow8":    {slow: map[string]time.Duration{"banner": 8 * time.Second}},
	"banner-slow14":   {slow: map[string]time.Duration{"banner": 14 * time.Second}},
	"ehlo-slow12":     {slow: map[string]time.Duration{"EHLO": 12 * time.Second}},
	"lf-only":         {end: "\n"},
	"long-lines":      {keywords: usual + ",X-LONG " + strings.Repeat("x", 1500)},
	"long-lines-5k":   {keywords: usual + ",X-LONG " + strings.Repeat("x", 5000)},
	"code-mismatch":   {says: says("EHLO", "250-mx\r\n220 8BITMIME")},
	"eightbit-text":   {says: says("banner", "220 gr\xfc\xdf dich")},
	"rset-500":        {says: says("RSET", "500 x", "NOOP", "500 x")},
	"implicit-port":   {tlsFirst: true},
	"clear-port":      {clear: true},
	// These were run against go-smtp 0.24.0 and net/smtp alone.
	"odd-middle":     {says: says("RCPT", "250-one\r\n550-other\r\nwords\r\n250 2.1.5 Ok")},
	"auth-twice":     {keywords: "8BITMIME,STARTTLS,AUTH PLAIN,AUTH LOGIN"},
	"auth-then-word": {keywords: "8BITMIME,AUTH LOGIN,STARTTLS", says: says("AUTH PLAIN", "504 5.5.4 x")},
	"blank-keyword":  {keywords: " 8BITMIME,STARTTLS,AUTH PLAIN"},
	"quit-early":     {says: says(".", "250 2.0.0 queued\r\n221 bye")},
	"auth-long":      {says: says("AUTH", "235-2.7.0 one\r\n235 2.7.0 two")},
}

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
		if (r.tlsFirst || r.mode == "tls" && !r.clear) && !s.encrypt() {
			return
		}
		s.note("connect")
		if r.clear { // what comes first is a TLS handshake
			if first, _ := s.in.Peek(1); string(first) == "\x16" {
				s.note("<TLS handshake>")
			}
			go func() { _, _ = io.Copy(io.Discard, server) }()
		}
		if !s.answer("220 mx ready", "banner") || r.clear {
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
		if say, ok := s.says[verb]; ok {
			reply = say
			break
		}
	}
	time.Sleep(s.slow[verbs[0]])
	switch reply {
	case "drop":
		return false
	case "mute":
		_, err := s.in.ReadByte()
		return err == nil
	}
	text, hangUp := strings.CutSuffix(reply, "!")
	end := "\r\n"
	if s.end != "" {
		end = s.end
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
		if s.login && s.says["MAIL"] != "" && strings.HasPrefix(s.says["MAIL"], "530") {
			return s.answer("250 2.1.0 Ok", "")
		}
		return s.answer("250 2.1.0 Ok", line, "MAIL")
	case "RCPT":
		s.note("RCPT")
		if s.needsFQDN && !strings.Contains(s.name, ".") {
			return s.answer("504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname", "")
		}
		return s.answer("250 2.1.5 Ok", "RCPT")
	case "DATA":
		return s.data()
	case "STARTTLS":
		s.note(line)
		return s.answer("220 2.0.0 go", "STARTTLS") && (s.says["STARTTLS"] != "" || s.encrypt())
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
	if s.badName != "" && !strings.Contains(name, ".") {
		return s.answer(s.badName, "")
	}
	if verb == "HELO" {
		return s.answer("250 mx", "HELO")
	}
	keywords := s.keywords
	if keywords == "" {
		keywords = usual
	}
	reply := "250-mx"
	words := strings.Split(keywords, ",")
	for i, word := range words {
		upper := strings.ToUpper(word)
		if s.secure && upper == "STARTTLS" || s.afterTLS && !s.secure && strings.HasPrefix(upper, "AUTH") {
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
	if s.prompts != "" {
		prompts = strings.Fields(s.prompts)
	}
	refusal := ""
	for _, key := range []string{line, "AUTH " + mechanism, "AUTH"} {
		if refusal == "" {
			refusal = s.says[key]
		}
	}
	switch {
	case s.afterTLS && !s.secure:
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
	if s.says["DATA"] != "" {
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
