// Package between makes the files of a relay in between: one of the admin's own, to
// which Pocket ID sends, and which greets the real relay with a name that it takes.
// It knows no Pocket ID.
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

// A Way is which relay in between there is.
type Way string

// The ways.
const (
	Msmtpd  Way = "msmtpd"  // of the machine's packages: no queue, listens on loopback
	Postfix Way = "postfix" // which runs already: it has a queue
	Sidecar Way = "sidecar" // msmtpd in a container of the compose project
)

// Service is the name of the sidecar, in its compose project and as a host.
const Service = "msmtpd"

// ways is what is known of each: how it is called, and where Pocket ID finds it.
var ways = map[Way]struct {
	title, host string
	port        int
}{
	Msmtpd:  {"msmtpd on this machine", "127.0.0.1", 25},
	Postfix: {"this machine's Postfix", "127.0.0.1", 25},
	Sidecar: {"an msmtpd sidecar", Service, 2500},
}

// ParseWay reads a way; "" is none.
func ParseWay(s string) (Way, error) {
	w := Way(strings.ToLower(strings.TrimSpace(s)))
	if _, known := ways[w]; !known && w != "" {
		return "", fmt.Errorf("%q is not one of %s, %s, %s", s, Msmtpd, Postfix, Sidecar)
	}
	return w, nil
}

// Title is the way in words.
func (w Way) Title() string { return ways[w].title }

// ForClient is what a client of the relay in between is set up with instead of s.
func (w Way) ForClient(s smtpcheck.Settings) smtpcheck.Settings {
	return smtpcheck.Settings{Host: ways[w].host, Port: ways[w].port, TLS: smtpcheck.TLSNone, From: s.From, To: s.To}
}

// A Relay in between hands mail to the relay of its settings.
type Relay struct {
	smtpcheck.Settings
	Name string // that it announces
	// Mechanism is the SASL mechanism that it logs in with; "" is PLAIN. It is written
	// down, since msmtp and Postfix themselves choose by what their libraries know.
	Mechanism string
}

// login reports whether it logs in.
func (r Relay) login() bool { return r.User != "" }

// auth is how it logs in, as msmtp's directive takes it.
func (r Relay) auth() string {
	if !r.login() {
		return "off"
	}
	return strings.ToLower(cmp.Or(r.Mechanism, sasl.Plain))
}

// maxLine is the longest line of a msmtprc, with its end (msmtp's LINEBUFSIZE).
const maxLine = 500

// letters are what msmtpd takes in an address.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.@_+/=-"

// Check says why a way cannot hand this mail on; nil: it can.
func (w Way) Check(r Relay) error {
	if r.Name == "" || !strings.Contains(r.Name, ".") {
		return errors.New("a relay in between needs a full name to announce, such as id.example.com")
	}
	if w == Postfix {
		return nil
	}
	for _, address := range []string{r.From, r.To} {
		if bad := strings.Trim(address, letters); bad != "" || strings.HasPrefix(address, "-") {
			return fmt.Errorf("msmtpd refuses the address %s: it takes letters, digits and .@_+/=- alone", address)
		}
	}
	for _, line := range r.directives(r.Password.Reveal()) {
		if len(line.key)+len(line.value)+len(` ""`) >= maxLine {
			return fmt.Errorf("msmtp reads lines of at most %d bytes, and the line for %s is longer", maxLine, line.key)
		}
		if strings.ContainsAny(line.value, "\r\n\x00") {
			return fmt.Errorf("the line for %s would have a line end in it", line.key)
		}
	}
	return nil
}

// pair is a line of a configuration.
type pair struct{ key, value string }

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// directives are the lines of a msmtprc (msmtp(1)), the password as given.
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
	if r.login() {
		list = append(list, pair{"user", r.User}, pair{"password", password})
	}
	return list
}

const trustFile = "/etc/ssl/certs/ca-certificates.crt"

// Masked stands for the password where a file is shown.
const Masked = "••••••••"

// Msmtprc is /etc/msmtprc. The files are made of lines so that one can be shown with
// another password, Masked.
func (r Relay) Msmtprc(password string) []byte {
	text := "# Made by smtp-wizard: what msmtpd takes from Pocket ID goes to this relay.\naccount pocket-id\n"
	for _, d := range r.directives(password) {
		if d.key == "user" || d.key == "password" {
			d.value = `"` + d.value + `"` // the outer pair is taken away, whatever is inside
		}
		text += d.key + " " + d.value + "\n"
	}
	return []byte(text + "account default : pocket-id\n")
}

// ReadMsmtprc reads what the default account of a msmtprc comes to, as far as the
// files of Msmtprc and of the image go.
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
