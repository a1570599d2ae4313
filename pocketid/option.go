package pocketid

import (
	"fmt"

	"smtp-wizard/smtpcheck"
)

// keep is the option to change nothing.
func keep(s Situation, out Outlook) Option {
	return Option{
		ID:      "keep",
		Title:   fmt.Sprintf("Keep %s", s.Current),
		Why:     fmt.Sprintf("The relay accepts what Pocket ID announces there: %s.", announced(s.Current, out)),
		Certain: out.Proven,
	}
}

// moveTo is the option to change port and TLS mode only.
func moveTo(e Endpoint, out Outlook) Option {
	why := fmt.Sprintf("Pocket ID announces %s there, which the relay accepts.", announced(e, out))
	if e.TLS == smtpcheck.TLSNone {
		why += " The mail is then not encrypted on its way."
	}
	return Option{ID: "endpoint", Title: "Use " + e.String(), Why: why,
		Port: e.Port, TLS: e.TLS, Certain: out.Proven}
}

// rename is the option to give Pocket ID another hostname, on the current
// endpoint or on another.
func (s Situation) rename(e Endpoint, out Outlook, name string) Option {
	option := Option{
		ID:       "hostname",
		Title:    s.Runtime.hostnameSetting(name),
		Why:      fmt.Sprintf("Pocket ID then announces %s on port %d, which the relay accepts.", announced(e, out), e.Port),
		Hostname: name,
		Certain:  out.Proven,
	}
	if e != s.Current {
		option.ID = "endpoint-hostname"
		option.Title = fmt.Sprintf("Use %s and %s", e, lowerFirst(option.Title))
		option.Port, option.TLS = e.Port, e.TLS
	}
	return option
}

// relayBetween is the option that works with every version: a relay of one's own
// that greets with a real name.
func relayBetween(s Situation, name string) Option {
	why := "Pocket ID cannot be made to announce it itself"
	if !SpeechOf(s.Version, s.Current.TLS, name).Proven {
		why = "as far as is known, this version of Pocket ID announces localhost and has no setting for it"
	} else if UsesHostname(s.Version, s.Current.TLS) {
		why = "it announces that name whatever Pocket ID says"
	}
	return Option{
		ID:    "relay",
		Title: "Put a relay of your own in between",
		Why: fmt.Sprintf("A Postfix with myhostname = %s, to which Pocket ID sends: the relay accepts this name, and %s.",
			name, why),
		Hostname: name,
		Certain:  true,
	}
}

// String is the endpoint in words.
func (e Endpoint) String() string {
	switch e.TLS {
	case smtpcheck.TLSImplicit:
		return fmt.Sprintf("port %d with implicit TLS", e.Port)
	case smtpcheck.TLSStartTLS:
		return fmt.Sprintf("port %d with STARTTLS", e.Port)
	}
	return fmt.Sprintf("port %d without TLS", e.Port)
}

// announced is what goes over the wire, in words.
func announced(e Endpoint, out Outlook) string {
	words := orHostname(out.Names.First)
	if e.TLS == smtpcheck.TLSStartTLS && out.Names.First != out.Names.AfterTLS {
		words += ", then " + orHostname(out.Names.AfterTLS) + " after STARTTLS"
	}
	if !out.Proven {
		words += " (as far as is known)"
	}
	return words
}

func orHostname(name string) string {
	if name == "" {
		return "its hostname"
	}
	return name
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]|0x20) + s[1:]
}
