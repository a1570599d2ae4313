package practice

import (
	"bytes"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strings"
)

func (c *client) needsLogin() bool { return c.relay.options.User != "" }

// mechanisms are what AUTH offers now.
func (c *client) mechanisms() []string {
	if c.behaviour.AuthAfterTLS && !c.session.TLS {
		return nil
	}
	if c.behaviour.Mechanisms != nil {
		return c.behaviour.Mechanisms
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
	default: // offered, but only for show
		return c.reply("535 5.7.8 Error: authentication failed")
	}
	if err != nil {
		return err
	}
	if !c.knows(user, password) {
		return c.reply("535 5.7.8 Error: authentication failed")
	}
	c.loggedIn = true
	c.session.Mechanism, c.session.User = mechanism, clip(string(user))
	return c.reply("235 2.7.0 Authentication successful")
}

func (c *client) knows(user, password []byte) bool {
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
	decoded, _ := base64.StdEncoding.DecodeString(initial) // what is not base64 is a wrong password
	return decoded, nil
}
