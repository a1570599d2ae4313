// Package pocketid is what is known of Pocket ID, the identity server: its
// versions, the variables it reads, the name each version announces to a relay,
// and how it is installed on a machine.
//
// All of it is pure, except NewKey and the detect files, which reach the file
// system through functions that are handed in.
package pocketid

import (
	"fmt"

	"smtp-wizard/smtpcheck"
)

// client is the mail client of a range of Pocket ID versions. Everything that
// depends on how a version sends mail follows from its row in clients.
type client struct {
	since Version // up to the since of the next row
	// newest are the newest known releases of the major versions that end in this
	// range, from the project's tags up to August 2026.
	newest []Version

	direct   announces // with TLS none or implicit TLS
	first    announces // with STARTTLS, in clear text
	afterTLS announces // with STARTTLS, after the handshake
	// brokenStartTLS is the error with which STARTTLS fails, whatever the relay says.
	brokenStartTLS string
	// findsPort: an empty SMTP_PORT is 465 with implicit TLS, else 587; earlier
	// ones need it.
	findsPort bool

	known  evidence
	speech Speech // what is the same in every TLS mode
}

// announces is which name a client puts into one EHLO.
type announces int

const (
	saysLocalhost announces = iota
	saysHostname            // os.Hostname()
)

// evidence is how it is known what a client does.
type evidence int

const (
	inferred evidence = iota // neither its source nor the program could be had
	read                     // read in the source, at the tags of the row
	run                      // seen on the wire, against a recording relay
)

// netSMTP is how Go's net/smtp logs in.
var netSMTP = Speech{Auth: smtpcheck.AuthPlain, PlainNeedsTLS: true,
	Note: "This version tries AUTH PLAIN only, never LOGIN."}

// clients are the mail clients that Pocket ID has had, the oldest first.
//
// Up to 0.35.5 that is Go's net/smtp, which announces localhost unless Hello is
// called (backend/internal/service/email_service.go).
var clients = []client{
	{since: release(0, 0, 0), known: read, // Hello is never called
		speech: netSMTP},

	// Hello is called after StartTLS has already greeted, which net/smtp forbids
	// (issue 179 of pocket-id/pocket-id).
	{since: release(0, 27, 1), known: read,
		direct: saysHostname, first: saysLocalhost, afterTLS: saysHostname,
		brokenStartTLS: "smtp: Hello called after other methods",
		speech:         netSMTP},

	{since: release(0, 27, 2), known: read, // Hello is called right after connecting
		direct: saysHostname, first: saysHostname, afterTLS: saysHostname,
		speech: netSMTP},

	// emersion/go-smtp: DialStartTLS greets as localhost before Hello can be
	// called. 2.9.0 was run; the code is the same since 0.35.6.
	{since: release(0, 35, 6), known: run,
		newest: []Version{release(0, 53, 0), release(1, 16, 0)},
		direct: saysHostname, first: saysLocalhost, afterTLS: saysHostname,
		speech: Speech{Auth: smtpcheck.AuthPlainThenLogin}},

	// italypaleale/go-kit emailer/smtp over net/smtp, Hello never called. 2.10.0's
	// mail code was run with the very version of the module that its go.mod pins.
	{since: release(2, 10, 0), known: run, findsPort: true,
		speech: Speech{Auth: smtpcheck.AuthOffered, PlainNeedsTLS: true}},

	// The same module in later versions, which could not be had. Pocket ID still
	// passes it no name.
	{since: release(2, 11, 0), known: inferred, findsPort: true,
		newest: []Version{release(2, 14, 0)},
		speech: Speech{Auth: smtpcheck.AuthOffered, PlainNeedsTLS: true,
			Note: "For Pocket ID 2.11 and later this is inferred from 2.10 and from its own source: " +
				"the newer versions of its mail library were neither read nor run."}},
}

// noPocketID is the client of SpeaksAs("none"): it announces the identity everywhere.
var noPocketID = client{known: run, direct: saysHostname, first: saysHostname, afterTLS: saysHostname,
	speech: Speech{Auth: smtpcheck.AuthOffered, PlainNeedsTLS: true}}

// clientOf is the row of a version; a version that is not known is taken for the
// newest.
func clientOf(v Version) client {
	if v.IsNone() {
		return noPocketID
	}
	v = orNewest(v)
	row := clients[0]
	for _, next := range clients[1:] {
		if v.compare(next.since) >= 0 {
			row = next
		}
	}
	return row
}

// versions are the versions of row i in words, such as "0.27.2 to 0.35.5".
func versions(i int) string {
	first := clients[i].since.short()
	if i == len(clients)-1 {
		return first + " and later"
	}
	switch last := clients[i+1].since.before(); {
	case i == 0:
		return "up to " + last
	case last == first:
		return last
	default:
		return first + " to " + last
	}
}

// Speech is how one version of Pocket ID talks to a relay.
type Speech struct {
	Names smtpcheck.Names
	// Proven is false when this is only the best that is known of the version.
	Proven bool
	// Broken is not empty when this version cannot send in this TLS mode at all;
	// it is the error Pocket ID reports.
	Broken string
	Auth   smtpcheck.AuthStyle
	// PlainNeedsTLS: AUTH in clear text to another host than localhost is refused
	// by Pocket ID itself, before anything is sent.
	PlainNeedsTLS bool
	// HELOFallback: a refused EHLO is followed by HELO.
	HELOFallback bool
	Body8Bit     bool
	Note         string // one sentence for the admin, or ""
}

// SpeechOf is how version v talks in a TLS mode on a host whose os.Hostname() is
// host. For SpeaksAs("none") host is the identity to announce. A version that is
// not known is taken for the newest.
func SpeechOf(v Version, tls smtpcheck.TLSMode, host string) Speech {
	c := clientOf(v)
	speech := c.speech
	speech.Names, speech.Proven = smtpcheck.SameName(c.direct.of(host)), c.known != inferred
	if tls == smtpcheck.TLSStartTLS {
		speech.Names = smtpcheck.Names{First: c.first.of(host), AfterTLS: c.afterTLS.of(host)}
		speech.Broken = c.brokenStartTLS
	}
	// All of Pocket ID's libraries try HELO after a refused EHLO; all use 8BITMIME
	// where it is offered.
	speech.HELOFallback, speech.Body8Bit = !v.IsNone(), true
	return speech
}

// UsesHostname reports whether version v announces os.Hostname() in a TLS mode,
// at least in its last EHLO.
func UsesHostname(v Version, tls smtpcheck.TLSMode) bool {
	c := clientOf(v)
	if tls == smtpcheck.TLSStartTLS {
		return c.afterTLS == saysHostname
	}
	return c.direct == saysHostname
}

// LocalhostLabel says what version v announces localhost for.
func LocalhostLabel(v Version) string {
	switch c := clientOf(v); {
	case c.known == inferred:
		return fmt.Sprintf("%s+, not proven", c.since.short())
	case c.direct == saysLocalhost:
		return "Pocket ID " + v.String()
	case c.first == saysLocalhost:
		return "before STARTTLS"
	}
	return FromLocalhost.Label()
}

func (n announces) of(host string) string {
	if n == saysHostname {
		return host
	}
	return "localhost"
}
