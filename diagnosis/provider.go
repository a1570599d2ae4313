package diagnosis

import (
	"fmt"
	"strings"

	"smtp-wizard/presets"
)

// providerOf is the id of the provider, by the relay's host or by what was said:
// a preset, or the receiving servers of Google.
func providerOf(host, said string) string {
	if p, ok := presets.ByHost(host); ok && p.Hosted() {
		return p.ID
	}
	for _, text := range []string{host, said} {
		if p, _, ok := presets.InWords(text); ok {
			return p.ID
		}
		if says(strings.ToLower(text), "gmail-smtp-in|.l.google.com") {
			return "google-mx"
		}
	}
	return ""
}

// anyRelay stands for a provider of which nothing is known.
var anyRelay = presets.Preset{Name: "This relay",
	Endpoints: []presets.Endpoint{{Port: 587, TLS: "starttls"}, {Port: 465, TLS: "tls"}}}

// preset is the provider's row, if it has one that says anything.
func (e evidence) preset() (p presets.Preset, known bool) {
	if p, ok := presets.ByID(e.provider); ok && p.Hosted() {
		return p, true
	}
	return anyRelay, false
}

// pairs are the ports to submit mail to, with the TLS mode of each.
func pairs(e evidence) string {
	p, _ := e.preset()
	var list []string
	for _, mode := range []string{"starttls", "tls"} {
		if e, ok := p.With(mode); ok {
			list = append(list, endpoint(e))
		}
	}
	return strings.Join(list, " or ")
}

// implicitTLS is the instruction to use it, where the relay has a port for it.
func implicitTLS(e evidence) string {
	p, known := e.preset()
	port, ok := p.With("tls")
	switch {
	case !ok:
		return "Use another relay, one with a port for implicit TLS"
	case !known:
		return "If this relay has a port for implicit TLS, set " + endpoint(port)
	}
	return "Set " + endpoint(port)
}

func endpoint(e presets.Endpoint) string { return fmt.Sprintf("Port %d with TLS %s", e.Port, e.TLS) }

// altPort is the way around a blocked port: another one of the same provider,
// first one that networks seldom block.
func altPort(e evidence) string {
	p, known := e.preset()
	if !known && e.Port == 25 {
		return "Set " + pairs(e) + ", of a relay that takes a user and password"
	}
	const elsewhere = "use a relay that listens on 2525, 2587 or 2465"
	var usual []string
	for _, other := range p.Endpoints {
		switch {
		case other.Port == e.Port || other.Port == 25:
		case other.Port != 465 && other.Port != 587:
			return "Set " + endpoint(other)
		default:
			usual = append(usual, endpoint(other))
		}
	}
	if len(usual) == 0 {
		return p.Name + " has no other port: " + elsewhere
	}
	return "Try " + strings.Join(usual, " and ") + "; if that times out too, " + elsewhere
}

// passwordAt is the provider's rule for user and password, which is seldom the
// password of the account.
func passwordAt(e evidence) string {
	if p, ok := e.preset(); ok && p.Login != presets.LoginNone && p.Username != "" {
		return "User for " + p.Name + ": " + lowerFirst(p.Username) + " Password: " + lowerFirst(p.Password)
	}
	return "Enter the password again; if that fails, use the full mail address as user, " +
		"or an app password if the mailbox has two-factor login."
}

// lowerFirst begins a rule in the middle of a sentence; abbreviations stay.
func lowerFirst(s string) string {
	if len(s) > 1 && (s[1] == ' ' || 'a' <= s[1] && s[1] <= 'z') {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}
