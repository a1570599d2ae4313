// Package between makes the files of a relay in between: the admin's own, which takes
// mail from Pocket ID and greets the real relay with an acceptable name. It knows
// nothing of Pocket ID.
package between

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/emersion/go-sasl"

	"smtp-wizard/smtpcheck"
)

// Kind is a kind of relay in between.
type Kind string

// The kinds.
const (
	Msmtpd  Kind = "msmtpd"  // the distribution's package: no queue, listens on loopback
	Postfix Kind = "postfix" // already running on this machine; has a queue
	Sidecar Kind = "sidecar" // msmtpd in a container of the compose project
)

// Service is the name of the sidecar's service and host.
const Service = "msmtpd"

// kinds has the title of each kind, and where Pocket ID reaches it.
var kinds = map[Kind]struct {
	title, host string
	port        int
}{
	Msmtpd:  {"msmtpd on this machine", "127.0.0.1", 25},
	Postfix: {"this machine's Postfix", "127.0.0.1", 25},
	Sidecar: {"an msmtpd sidecar", Service, 2500},
}

// ParseKind parses a kind; "" is none.
func ParseKind(s string) (Kind, error) {
	k := Kind(strings.ToLower(strings.TrimSpace(s)))
	if _, known := kinds[k]; !known && k != "" {
		return "", fmt.Errorf("%q is not one of %s, %s, %s", s, Msmtpd, Postfix, Sidecar)
	}
	return k, nil
}

// Title names the relay on a screen.
func (k Kind) Title() string { return kinds[k].title }

// ForClient are the settings that a client of the relay in between uses instead of s.
func (k Kind) ForClient(s smtpcheck.Settings) smtpcheck.Settings {
	return smtpcheck.Settings{Host: kinds[k].host, Port: kinds[k].port, TLS: smtpcheck.TLSNone, From: s.From, To: s.To}
}

// Relay is a relay in between, which forwards mail to the relay of its Settings.
type Relay struct {
	smtpcheck.Settings
	Name string // that it announces
	// Mechanism is the SASL mechanism to log in with; "" is PLAIN. It is configured
	// because the default choice of msmtp and Postfix depends on their libraries.
	Mechanism string
}

func (r Relay) logsIn() bool { return r.User != "" }

// auth is the mechanism as msmtp's directive takes it.
func (r Relay) auth() string {
	if !r.logsIn() {
		return "off"
	}
	return strings.ToLower(cmp.Or(r.Mechanism, sasl.Plain))
}

// maxLine is the longest line of a msmtprc, including its end (msmtp's LINEBUFSIZE).
const maxLine = 500

// addressChars are the characters that msmtpd accepts in an address.
const addressChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.@_+/=-"

// Check says why a relay of this kind cannot forward the mail, or returns nil.
func (k Kind) Check(r Relay) error {
	if r.Name == "" || !strings.Contains(r.Name, ".") {
		return errors.New("a relay in between needs a full name to announce, such as id.example.com")
	}
	if k == Postfix {
		return nil
	}
	for _, address := range []string{r.From, r.To} {
		if bad := strings.Trim(address, addressChars); bad != "" || strings.HasPrefix(address, "-") {
			return fmt.Errorf("msmtpd refuses the address %s: it accepts only letters, digits and .@_+/=-", address)
		}
	}
	for _, line := range r.directives(r.Password.Reveal()) {
		if len(line.key)+len(line.value)+len(` ""`) >= maxLine {
			return fmt.Errorf("msmtp reads lines of at most %d bytes, and the line for %s is longer", maxLine, line.key)
		}
		if strings.ContainsAny(line.value, "\r\n\x00") {
			return fmt.Errorf("the line for %s would contain a line break", line.key)
		}
	}
	return nil
}

// pair is a line of a configuration.
type pair struct{ key, value string }

func onOff(on bool) string { return word(on, "on", "off") }

func word(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

// directives are the lines of a msmtprc (msmtp(1)).
func (r Relay) directives(password string) []pair {
	list := []pair{
		{"host", r.Host}, {"port", strconv.Itoa(r.Port)}, {"domain", r.Name},
		{"tls", onOff(r.TLS != smtpcheck.TLSNone)},
	}
	if r.TLS != smtpcheck.TLSNone {
		list = append(list, pair{"tls_starttls", onOff(r.TLS == smtpcheck.TLSStartTLS)})
		if r.SkipVerify {
			list = append(list, pair{"tls_certcheck", "off"})
		} else {
			list = append(list, pair{"tls_trust_file", trustFile})
		}
	}
	list = append(list, pair{"auth", r.auth()})
	if r.logsIn() {
		list = append(list, pair{"user", r.User}, pair{"password", password})
	}
	return list
}

const trustFile = "/etc/ssl/certs/ca-certificates.crt"

// Masked replaces the password when a file is shown.
const Masked = "••••••••"

// Msmtprc is /etc/msmtprc with the given password, or Masked.
func (r Relay) Msmtprc(password string) []byte {
	text := "# Made by smtp-wizard: what msmtpd takes from Pocket ID goes to this relay.\naccount pocket-id\n"
	for _, d := range r.directives(password) {
		if d.key == "user" || d.key == "password" {
			d.value = `"` + d.value + `"` // msmtp strips the outer quotes, whatever is inside
		}
		text += d.key + " " + d.value + "\n"
	}
	return []byte(text + "account default : pocket-id\n")
}

// ReadMsmtprc reads the default account of a msmtprc made by Msmtprc or by the image.
func ReadMsmtprc(data []byte) (r Relay, password string, ok bool) {
	values, account := map[string]map[string]string{}, "default"
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		value = strings.TrimSpace(value)
		if n := len(value); n > 1 && value[0] == '"' && value[n-1] == '"' {
			value = value[1 : n-1]
		}
		switch name, base, copies := strings.Cut(value, ":"); {
		case strings.HasPrefix(key, "#") || key == "":
			continue
		case key == "account" && copies && strings.TrimSpace(name) == "default":
			values["default"] = values[strings.TrimSpace(base)]
			continue
		case key == "account" || key == "defaults":
			account = value
			continue
		}
		if values[account] == nil {
			values[account] = map[string]string{}
		}
		values[account][key] = value
	}
	return fromDirectives(values["default"])
}

func fromDirectives(v map[string]string) (r Relay, password string, ok bool) {
	r.Host, r.Name, r.TLS = v["host"], v["domain"], smtpcheck.TLSNone
	r.Port = 25
	if v["tls"] == "on" {
		r.TLS = smtpcheck.TLSStartTLS
		r.Port = 587
		if v["tls_starttls"] == "off" {
			r.TLS, r.Port = smtpcheck.TLSImplicit, 465
		}
	}
	if port, err := strconv.Atoi(v["port"]); err == nil {
		r.Port = port
	}
	r.SkipVerify = v["tls_certcheck"] == "off"
	if v["auth"] != "" && v["auth"] != "off" {
		r.User, password = v["user"], v["password"]
		if strings.EqualFold(v["auth"], sasl.Login) {
			r.Mechanism = sasl.Login
		}
	}
	if r.Name == "" {
		r.Name = "localhost" // msmtp's default
	}
	return r, password, r.Host != ""
}
