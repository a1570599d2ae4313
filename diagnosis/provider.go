package diagnosis

import (
	"fmt"
	"strings"

	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
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

// preset is the provider's row, if it has one that says anything.
func (e evidence) preset() (presets.Preset, bool) {
	p, ok := presets.ByID(e.provider)
	return p, ok && p.Hosted()
}

// set is the instruction to use an endpoint.
func set(e presets.Endpoint) string { return fmt.Sprintf("Port %d with TLS %s", e.Port, e.TLS) }

// pairs are the ports to submit mail to, with the TLS mode of each.
func pairs(e evidence) string {
	p, ok := e.preset()
	if !ok {
		return "Port 587 with TLS starttls or Port 465 with TLS tls"
	}
	var list []string
	for _, mode := range []smtpcheck.TLSMode{smtpcheck.TLSStartTLS, smtpcheck.TLSImplicit} {
		if e, ok := p.With(string(mode)); ok {
			list = append(list, set(e))
		}
	}
	return strings.Join(list, " or ")
}

// altPort is the way around a blocked port: another one of the same provider,
// first one that networks seldom block.
func altPort(e evidence) string {
	p, ok := e.preset()
	if !ok {
		return altPortOfAny(e.port())
	}
	var usual string
	for _, other := range p.Endpoints {
		switch {
		case other.Port == e.port() || other.Port == 25:
		case other.Port != 465 && other.Port != 587:
			return "Set " + set(other)
		case usual == "":
			usual = "Try " + set(other) + "; if that times out too, use a relay that listens on 2525, 2587 or 2465"
		}
	}
	if usual == "" {
		return p.Name + " has no other port: use a relay that listens on 2525, 2587 or 2465"
	}
	return usual
}

func altPortOfAny(port int) string {
	switch port {
	case 25:
		return "Set Port 587 with TLS starttls or Port 465 with TLS tls, of a relay that takes a user and password"
	case 465:
		return "Try Port 587 with TLS starttls; if that times out too, use a relay that listens on 2525, 2587 or 2465"
	case 587:
		return "Try Port 465 with TLS tls; if that times out too, use a relay that listens on 2525, 2587 or 2465"
	}
	return "Try Port 587 (TLS starttls) and 465 (TLS tls); if both time out, use a relay that listens on 2525, 2587 or 2465"
}

// passwordAt is the provider's rule for user and password, which is seldom the
// password of the account.
func passwordAt(e evidence) string {
	if p, ok := e.preset(); ok && p.Login != presets.LoginNone && p.Username != "" {
		return "User for " + p.Name + ": " + lowerFirst(p.Username) + " Password: " + lowerFirst(p.Password)
	}
	return "Type the password again; if that fails, use the full mail address as user, or an app password where the mailbox has two-factor login."
}

// lowerFirst begins a rule in the middle of a sentence; abbreviations stay.
func lowerFirst(s string) string {
	if len(s) > 1 && (s[1] == ' ' || 'a' <= s[1] && s[1] <= 'z') {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}
