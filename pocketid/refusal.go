package pocketid

import (
	"fmt"
	"slices"
	"strings"

	"smtp-wizard/smtpcheck"
)

// Refusal is an EHLO name refused by a relay that has not been asked about other names;
// if it has, Advise knows better.
type Refusal struct {
	Version  Version // zero if unknown
	TLS      smtpcheck.TLSMode
	FullName string // an example of a name that relays accept
	// AtEHLO: the relay judges every EHLO immediately, including the one before
	// STARTTLS. Others judge only the last one.
	AtEHLO bool
	// NoImplicitTLS: the relay has no port with implicit TLS.
	NoImplicitTLS bool
}

// Cure says what to do about it.
func (r Refusal) Cure() string {
	give := "Give Pocket ID a full hostname: compose `hostname: " + r.FullName + "`, or the machine's hostname."
	if !r.Version.Known() || r.Version.IsNone() {
		return r.cureOfAny(give)
	}
	c := clientOf(r.Version)
	from, _ := hostnameVersions()
	switch {
	case r.Version.compare(from) < 0 && c.direct == saysLocalhost:
		return Upgrade() + " " + give
	case c.direct == saysLocalhost:
		return RelayCure(r.Version)
	case !r.AtEHLO || r.TLS != smtpcheck.TLSStartTLS || c.first == saysHostname:
		return give
	case r.NoImplicitTLS:
		return fmt.Sprintf("Pocket ID %s announces localhost before STARTTLS and cannot be told otherwise, and this "+
			"relay has no port for implicit TLS. Put a relay in between (the guide does, and `apply --via`).", r.Version)
	}
	return fmt.Sprintf("Set Port 465 and TLS tls (implicit): Pocket ID %s then greets with its hostname alone. "+
		"Make that a full name: compose `hostname: %s`, or the machine's hostname.", r.Version, r.FullName)
}

// cureOfAny is for an unknown version.
func (r Refusal) cureOfAny(give string) string {
	_, until := hostnameVersions()
	if r.AtEHLO {
		give = fmt.Sprintf("Give Pocket ID a full hostname (compose `hostname: %s`), "+
			"and up to version %s set Port 465 and TLS tls.", r.FullName, until.before())
	}
	return give + fmt.Sprintf(" From %s on it announces localhost whatever is set: "+
		"then put a relay in between (the guide does, and `apply --via`).", until.short())
}

// RelayCure is the cure if version v always announces localhost, or is unknown.
func RelayCure(v Version) string {
	who := "This version of Pocket ID"
	if v.Known() {
		who = "Pocket ID " + v.String()
		if clientOf(v).known == inferred {
			who = "As far as is known (not proven), " + who
		}
	}
	return who + " always announces localhost and has no setting for it. " +
		"Put a relay in between (the guide does, and `apply --via`); `smtp-wizard listen` shows what yours announces."
}

// Upgrade says which versions to use if this one cannot announce its hostname yet. That
// is never the newest, which no longer can.
func Upgrade() string {
	var mixed []string // announce localhost before STARTTLS
	for i, c := range clients {
		if c.direct == saysHostname && c.first == saysLocalhost && c.brokenStartTLS == "" {
			mixed = append(mixed, versions(i))
		}
	}
	from, until := hostnameVersions()
	return fmt.Sprintf("Upgrade Pocket ID to a version from %s to %s; %s and later announce localhost again. "+
		"With STARTTLS, %s announces localhost first: use Port 465 with TLS tls there.",
		from, until.before(), until.short(), strings.Join(mixed, ", "))
}

// hostnameVersions are the first version that can announce its hostname in every mode,
// and the first that no longer can.
func hostnameVersions() (from, until Version) {
	can := func(c client) bool { return c.direct == saysHostname && c.brokenStartTLS == "" }
	first := slices.IndexFunc(clients, can)
	end := slices.IndexFunc(clients[first:], func(c client) bool { return c.direct == saysLocalhost })
	return clients[first].since, clients[first+end].since
}
