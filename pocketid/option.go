package pocketid

import (
	"cmp"
	"fmt"
	"strings"

	"smtp-wizard/smtpcheck"
)

// Option is one set of settings that the relay will accept.
type Option struct {
	ID    string // keep, endpoint, hostname, endpoint-hostname, relay, unknown, none
	Title string // what to set
	Why   string
	Port  int               // 0: not changed
	TLS   smtpcheck.TLSMode // "": not changed
	// Hostname is for Pocket ID (with the ID relay, for the relay in between); "": not
	// changed.
	Hostname string
	// Certain is false if it relies on something not proven for this version.
	Certain bool
}

// keep is the option to change nothing.
func (s Situation) keep(a Announcement) Option {
	return Option{ID: "keep", Title: fmt.Sprintf("Keep %s", s.Current), Certain: a.Proven,
		Why: fmt.Sprintf("The relay accepts what Pocket ID announces there: %s.", a.words(s.Current))}
}

// moveTo is the option to change port and TLS mode only.
func moveTo(e Endpoint, a Announcement) Option {
	why := fmt.Sprintf("Pocket ID announces %s there, which the relay accepts.", a.words(e))
	if e.TLS == smtpcheck.TLSNone {
		why += " The mail then travels unencrypted."
	}
	return Option{ID: "endpoint", Title: "Use " + e.String(), Why: why, Port: e.Port, TLS: e.TLS, Certain: a.Proven}
}

// rename is the option to give Pocket ID another hostname, here or on another endpoint.
func (s Situation) rename(e Endpoint, a Announcement, name string) Option {
	option := Option{ID: "hostname", Title: s.Runtime.HostnameSetting(name), Hostname: name, Certain: a.Proven,
		Why: fmt.Sprintf("Pocket ID then announces %s on port %d, which the relay accepts.", a.words(e), e.Port)}
	if e != s.Current {
		option.ID, option.Port, option.TLS = "endpoint-hostname", e.Port, e.TLS
		option.Title = fmt.Sprintf("Use %s and %s%s", e, strings.ToLower(option.Title[:1]), option.Title[1:])
	}
	return option
}

// relayBetween is the option that works with every version: a relay of the admin's own
// that announces the name.
func (s Situation) relayBetween(name string) Option {
	why := "Pocket ID cannot be made to announce it itself"
	if !SpeechOf(s.Version, s.Current.TLS, name).Proven {
		why = "as far as is known, this version of Pocket ID announces localhost and has no setting for it"
	} else if UsesHostname(s.Version, s.Current.TLS) {
		why = "it announces that name whatever Pocket ID says"
	}
	return Option{ID: "relay", Title: "Put a relay of your own in between", Hostname: name, Certain: true,
		Why: fmt.Sprintf("A relay of your own that announces %s, to which Pocket ID sends: "+
			"the relay behind it accepts this name, and %s.", name, why)}
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

// words says what is announced on an endpoint.
func (a Announcement) words(e Endpoint) string {
	words := cmp.Or(a.Names.First, "its hostname")
	if e.TLS == smtpcheck.TLSStartTLS && a.Names.First != a.Names.AfterTLS {
		words += ", then " + cmp.Or(a.Names.AfterTLS, "its hostname") + " after STARTTLS"
	}
	if !a.Proven {
		words += " (as far as is known)"
	}
	return words
}
