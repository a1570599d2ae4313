package practice

import (
	"bytes"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"smtp-wizard/internal/text"
)

// command answers one line. An error ends the connection.
func (c *client) command(line string) error {
	if c.commands++; c.commands > maxCommands {
		return c.refuse("421 4.7.0 Too many commands")
	}
	if answer, ok := c.behavior.Answers["*"]; ok {
		return c.answer(answer)
	}
	verb, rest, _ := strings.Cut(line, " ")
	verb = strings.ToUpper(verb)
	if verb == "HELO" || verb == "EHLO" {
		c.session.EHLO, c.name = appendText(c.session.EHLO, rest), clip(rest)
	}
	if answer, ok := c.scripted(verb); ok && !(verb == "STARTTLS" && strings.HasPrefix(answer.Text, "220")) {
		return c.answer(answer)
	}
	switch verb {
	case "EHLO", "HELO":
		return c.hello(verb, rest)
	case "STARTTLS":
		return c.startTLS()
	case "AUTH":
		return c.auth(rest)
	case "MAIL":
		return c.mail(rest)
	case "RCPT":
		return c.rcpt(rest)
	case "DATA":
		return c.data()
	case "RSET", "NOOP":
		c.inMail = c.inMail && verb == "NOOP"
		return c.reply("250 2.0.0 Ok")
	case "QUIT":
		return c.refuse("221 2.0.0 Bye")
	}
	return c.reply("502 5.5.2 Error: command not recognized")
}

func (c *client) scripted(verb string) (Answer, bool) {
	answer, ok := c.behavior.Answers[verb]
	if !ok && verb == "HELO" {
		answer, ok = c.behavior.Answers["EHLO"]
	}
	return answer, ok
}

func (c *client) hello(verb, name string) error {
	c.inMail = false
	switch {
	case c.behavior.Names == GoogleNames && c.generic(name):
		return c.refuse(fmt.Sprintf("421 4.7.0 Try again later, closing connection. (EHLO) %s - gsmtp", sessionID()))
	case c.behavior.Names == PostfixNamesAtOnce && !fullyQualified(name):
		return c.reply(notFullyQualified(name))
	case verb == "HELO":
		return c.reply("250 " + c.behavior.Host)
	}
	lines := []string{c.behavior.Host, fmt.Sprint("SIZE ", c.behavior.MaxMessage), "8BITMIME", "ENHANCEDSTATUSCODES"}
	if !c.session.TLS && !c.behavior.NoStartTLS {
		lines = append(lines, "STARTTLS")
	}
	if offer := c.mechanisms(); len(offer) > 0 {
		lines = append(lines, "AUTH "+strings.Join(offer, " "))
	}
	for i := range lines[:len(lines)-1] {
		lines[i] = "250-" + lines[i]
	}
	lines[len(lines)-1] = "250 " + lines[len(lines)-1]
	return c.reply(lines...)
}

// generic reports whether a name is one that any client could give, or the relay's.
func (c *client) generic(name string) bool {
	return slices.ContainsFunc(
		[]string{"", "localhost", "localhost.localdomain", "127.0.0.1", "[127.0.0.1]", "[IPv6:::1]", c.behavior.Host},
		func(other string) bool { return strings.EqualFold(name, other) })
}

// sessionID looks like the ones in Google's replies.
func sessionID() string {
	now := time.Now().UnixNano()
	return fmt.Sprintf("p%dsm%dabc.%d", now%90+10, now%9000000+1000000, now%90+10)
}

func fullyQualified(name string) bool {
	return strings.HasPrefix(name, "[") || strings.Contains(strings.Trim(name, "."), ".")
}

func notFullyQualified(name string) string {
	return fmt.Sprintf("504 5.5.2 <%s>: Helo command rejected: need fully-qualified hostname", text.CleanForeign(name))
}

func (c *client) startTLS() error {
	if c.session.TLS || c.behavior.NoStartTLS {
		return c.reply("502 5.5.1 STARTTLS is not offered")
	}
	answer, ok := c.scripted("STARTTLS")
	if !ok {
		answer = Answer{Text: "220 2.0.0 Ready to start TLS\r\n"}
	}
	if err := c.answer(answer); err != nil {
		return err
	}
	c.inMail = false
	return c.encrypt()
}

func (c *client) mail(rest string) error {
	from, ok := addressOf(rest, "FROM:")
	switch {
	case len(c.session.EHLO) == 0:
		return c.reply("503 5.5.1 Error: send HELO/EHLO first")
	case c.needsLogin() && !c.loggedIn:
		return c.reply("530 5.7.0 Authentication required")
	case !ok:
		return c.reply("501 5.5.4 Syntax: MAIL FROM:<address>")
	}
	c.inMail, c.session.From, c.session.To = true, clip(from), nil
	return c.reply("250 2.1.0 Ok")
}

func (c *client) rcpt(rest string) error {
	to, ok := addressOf(rest, "TO:")
	switch {
	case !c.inMail:
		return c.reply("503 5.5.1 Error: need MAIL command")
	case !ok || to == "":
		return c.reply("501 5.5.4 Syntax: RCPT TO:<address>")
	case c.behavior.Names == PostfixNames && !fullyQualified(c.name):
		return c.reply(notFullyQualified(c.name))
	}
	c.session.To = appendText(c.session.To, to)
	return c.reply("250 2.1.5 Ok")
}

func (c *client) data() error {
	if !c.inMail || len(c.session.To) == 0 {
		return c.reply("554 5.5.1 Error: no valid recipients")
	}
	if err := c.reply("354 End data with <CR><LF>.<CR><LF>"); err != nil {
		return err
	}
	if answer, ok := c.scripted("BODY"); ok {
		if _, err := c.in.ReadSlice('\n'); err != nil {
			return err
		}
		return c.answer(answer)
	}
	message, size, err := c.receive()
	if err != nil {
		return err
	}
	c.inMail = false
	if answer, ok := c.scripted("."); ok {
		return c.answer(answer)
	}
	if size > c.behavior.MaxMessage {
		return c.reply("552 5.3.4 Message too big")
	}
	c.session.Bytes = size
	c.session.Messages++
	c.relay.remember(Delivery{c.session, message})
	return c.reply(fmt.Sprintf("250 2.0.0 Ok: queued as PRACTICE%04d", c.session.Messages))
}

// addressOf reads "FROM:<a@b> PARAMETERS" (RFC 5321 section 4.1.2).
func addressOf(rest, keyword string) (string, bool) {
	if len(rest) < len(keyword) || !strings.EqualFold(rest[:len(keyword)], keyword) {
		return "", false
	}
	path := strings.TrimSpace(rest[len(keyword):])
	end := strings.Index(path, ">")
	if !strings.HasPrefix(path, "<") || end < 0 {
		return "", false
	}
	return text.CleanForeign(path[1:end]), true
}

func (c *client) needsLogin() bool { return c.relay.options.User != "" }

// mechanisms are what AUTH offers at present.
func (c *client) mechanisms() []string {
	if c.behavior.AuthAfterTLS && !c.session.TLS {
		return nil
	}
	if c.behavior.Mechanisms != nil {
		return c.behavior.Mechanisms
	}
	if c.needsLogin() || c.relay.options.AnyLogin {
		return []string{"PLAIN", "LOGIN"}
	}
	return nil
}

func (c *client) auth(rest string) error {
	mechanism, initial, _ := strings.Cut(rest, " ")
	mechanism = strings.ToUpper(mechanism)
	switch {
	case c.loggedIn || c.inMail:
		return c.reply("503 5.5.1 Error: AUTH is not possible now")
	case len(c.mechanisms()) == 0:
		return c.reply("502 5.5.1 Error: authentication not enabled")
	case !slices.Contains(c.mechanisms(), mechanism):
		return c.reply("504 5.5.4 Unrecognized authentication type")
	}
	var user, password []byte
	var err error
	switch mechanism {
	case "PLAIN":
		user, password, err = c.plain(initial)
	case "LOGIN":
		user, password, err = c.loginPrompts(initial)
	default: // offered, but not implemented
		return c.reply("535 5.7.8 Error: authentication failed")
	}
	if err != nil {
		return err
	}
	if !c.validLogin(user, password) {
		return c.reply("535 5.7.8 Error: authentication failed")
	}
	c.loggedIn = true
	c.session.Mechanism, c.session.User = mechanism, clip(string(user))
	return c.reply("235 2.7.0 Authentication successful")
}

func (c *client) validLogin(user, password []byte) bool {
	o := c.relay.options
	return o.AnyLogin || o.User != "" &&
		subtle.ConstantTimeCompare(user, []byte(o.User)) == 1 &&
		subtle.ConstantTimeCompare(password, []byte(o.Password)) == 1
}

// plain reads the one message of PLAIN (RFC 4616).
func (c *client) plain(initial string) (user, password []byte, err error) {
	message, err := c.response(initial, "")
	if err != nil {
		return nil, nil, err
	}
	parts := bytes.Split(message, []byte{0})
	if len(parts) != 3 {
		return nil, nil, nil
	}
	return parts[1], parts[2], nil
}

// loginPrompts reads the two of LOGIN (draft-murchison-sasl-login).
func (c *client) loginPrompts(initial string) (user, password []byte, err error) {
	if user, err = c.response(initial, "Username:"); err != nil {
		return nil, nil, err
	}
	password, err = c.response("", "Password:")
	return user, password, err
}

// response is the initial response, or what the client says to a prompt.
func (c *client) response(initial, prompt string) ([]byte, error) {
	if initial == "" {
		if err := c.reply("334 " + base64.StdEncoding.EncodeToString([]byte(prompt))); err != nil {
			return nil, err
		}
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		initial = line
	}
	decoded, _ := base64.StdEncoding.DecodeString(initial) // invalid base64 is a wrong password
	return decoded, nil
}
