// Package pocketid has what is known about Pocket ID, the identity server: its
// versions, the variables it reads, and the name that each version announces to a relay.
package pocketid

import (
	"errors"
	"fmt"
	"time"

	"smtp-wizard/smtpcheck"
)

// client is the mail client of a range of Pocket ID versions. Everything that
// depends on how a version sends mail follows from its row in clients.
type client struct {
	since Version // until the since of the next row
	// newest are the newest known releases of the major versions that end in this
	// range, by the project's tags up to August 2026.
	newest []Version

	direct   heloName // with TLS none or implicit TLS
	first    heloName // with STARTTLS, in clear text
	afterTLS heloName // with STARTTLS, after the handshake
	// brokenStartTLS is the error with which STARTTLS always fails.
	brokenStartTLS string
	// defaultPort: an empty SMTP_PORT means 465 with implicit TLS, else 587; it is
	// required otherwise.
	defaultPort bool

	known  evidence
	speech Speech // what is the same in every TLS mode
}

const plainOnly = "This version tries AUTH PLAIN only, never LOGIN."

// heloName is the name that a client puts into one EHLO.
type heloName int

const (
	saysLocalhost heloName = iota
	saysHostname           // os.Hostname()
)

// evidence is how we know what a client does.
type evidence int

const (
	inferred evidence = iota // neither source nor program was available
	read                     // from the source, at the tags of the row
	run                      // observed on the wire, with a recording relay
)

// The mail libraries that Pocket ID has used, in the way it uses them.
var (
	// netSMTP is Go's net/smtp, read. Pocket ID closes the connection without QUIT.
	netSMTP = smtpcheck.Client{
		HELO: smtpcheck.HELOAfterAny, Textproto: true,
		Auth: smtpcheck.AuthPlain, Abort: smtpcheck.AbortQuit, PlainNeedsTLS: true,
		Body8Bit: true, SMTPUTF8: true, Quit: smtpcheck.QuitNever,
		Waits: smtpcheck.Waits{Reply: smtpcheck.NoLimit, Final: smtpcheck.NoLimit}, IPv6: smtpcheck.IPv6Bracketed,
	}
	// goSMTP is emersion/go-smtp, run as 2.9.0. Its DialStartTLS has limits of its
	// own, before Pocket ID can set the 10 s.
	goSMTP = smtpcheck.Client{
		HELO: smtpcheck.HELOAfter500, Textproto: true, MaxLine: 2000,
		Auth: smtpcheck.AuthPlainThenLogin, Abort: smtpcheck.AbortStar,
		Body8Bit: true, Quit: smtpcheck.QuitNever,
		Waits: smtpcheck.Waits{BeforeTLS: 5 * time.Minute, Reply: 10 * time.Second, Final: 12 * time.Minute},
		IPv6:  smtpcheck.IPv6Bracketed,
	}
	// goKit is italypaleale/go-kit's emailer/smtp over net/smtp, run as 2.10.0.
	goKit = smtpcheck.Client{
		HELO: smtpcheck.HELOAfterAny, Textproto: true,
		Auth: smtpcheck.AuthOffered, Abort: smtpcheck.AbortQuit, StrictLogin: true, PlainNeedsTLS: true,
		Body8Bit: true, SMTPUTF8: true, Quit: smtpcheck.QuitRequired,
		Waits: smtpcheck.Waits{Reply: smtpcheck.NoLimit, Final: smtpcheck.NoLimit}, IPv6: smtpcheck.IPv6Bare,
	}
)

// clients are the mail clients of Pocket ID, the oldest first.
//
// Up to 0.35.5 that is Go's net/smtp, which announces localhost unless Hello is
// called (backend/internal/service/email_service.go).
var clients = []client{
	{since: release(0, 0, 0), known: read, // Hello is never called
		speech: Speech{Client: netSMTP, Note: plainOnly}},

	// Hello is called after StartTLS has already greeted, which net/smtp forbids
	// (issue 179 of pocket-id/pocket-id).
	{since: release(0, 27, 1), known: read,
		direct: saysHostname, first: saysLocalhost, afterTLS: saysHostname,
		brokenStartTLS: "smtp: Hello called after other methods",
		speech:         Speech{Client: netSMTP, Note: plainOnly}},

	{since: release(0, 27, 2), known: read, // Hello is called right after connecting
		direct: saysHostname, first: saysHostname, afterTLS: saysHostname,
		speech: Speech{Client: netSMTP, Note: plainOnly}},

	// emersion/go-smtp: DialStartTLS greets as localhost before Hello can be
	// called. 2.9.0 was run; the code is the same since 0.35.6.
	{since: release(0, 35, 6), known: run,
		newest: []Version{release(0, 53, 0), release(1, 16, 0)},
		direct: saysHostname, first: saysLocalhost, afterTLS: saysHostname,
		speech: Speech{Client: goSMTP}},

	// italypaleale/go-kit emailer/smtp over net/smtp, Hello never called. 2.10.0's
	// mail code was run with the very version of the module that its go.mod pins.
	{since: release(2, 10, 0), known: run, defaultPort: true, speech: Speech{Client: goKit}},

	// Later versions of the same module, which were not available. Pocket ID still does
	// not pass it a name.
	{since: release(2, 11, 0), known: inferred, defaultPort: true,
		newest: []Version{release(2, 14, 0)},
		speech: Speech{Client: goKit,
			Note: "For Pocket ID 2.11 and later this is inferred from 2.10 and from its own source: " +
				"the newer versions of its mail library were neither read nor run."}},
}

// noPocketID is the client of SpeaksAs("none"): it announces the identity everywhere.
var noPocketID = client{known: run, direct: saysHostname, first: saysHostname, afterTLS: saysHostname,
	speech: Speech{Client: smtpcheck.Client{PlainNeedsTLS: true, Body8Bit: true}}}

// relayClient is how msmtp was observed to speak (1.8.23): it logs in with the configured
// mechanism, encrypted or not. By default ("auth on") it would choose PLAIN, CRAM-MD5 or
// LOGIN, and in clear text only SCRAM. Not all of these are implemented here, so its
// files name the mechanism that the test used, PLAIN or LOGIN.
var relayClient = client{known: inferred, direct: saysHostname, first: saysHostname, afterTLS: saysHostname,
	speech: Speech{Client: smtpcheck.Client{Auth: smtpcheck.AuthOffered, Body8Bit: true}}}

// clientOf is the row of a version; an unknown version is taken for the newest.
func clientOf(v Version) client {
	switch v {
	case noVersion:
		return noPocketID
	case InBetween:
		return relayClient
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
	smtpcheck.Client
	// Proven is false if this is only inferred.
	Proven bool
	// Broken is the error that Pocket ID reports if this version cannot send in this
	// TLS mode at all, or "".
	Broken string
	Note   string // one sentence for the admin, or ""
}

// SpeechOf is how version v talks in a TLS mode on a host whose os.Hostname() is
// host. For SpeaksAs("none") host is the identity to announce.
func SpeechOf(v Version, tls smtpcheck.TLSMode, host string) Speech {
	c := clientOf(v)
	speech := c.speech
	speech.Names, speech.Proven = smtpcheck.SameName(c.direct.of(host)), c.known != inferred
	if tls == smtpcheck.TLSStartTLS {
		speech.Names = smtpcheck.Names{First: c.first.of(host), AfterTLS: c.afterTLS.of(host)}
		speech.Broken = c.brokenStartTLS
	}
	return speech
}

// QuitError is the error that Pocket ID 2.10 and later report if the relay accepted a
// message but failed at QUIT.
func QuitError(f *smtpcheck.Failure) string {
	said := "i/o timeout"
	switch {
	case f.Reply != nil:
		said = fmt.Sprintf("%03d %q", f.Reply.Code, f.Reply.Text())
	case errors.Is(f, smtpcheck.ErrClosed):
		said = "EOF"
	}
	return "failed to send email: failed to close SMTP session: " + said
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

// LocalhostLabel says when version v announces localhost in a TLS mode.
func LocalhostLabel(v Version, mode smtpcheck.TLSMode) string {
	switch c := clientOf(v); {
	case c.known == inferred:
		return fmt.Sprintf("%s+, not proven", c.since.short())
	case c.direct == saysLocalhost:
		return "Pocket ID " + v.String()
	case c.first == saysLocalhost:
		if mode != smtpcheck.TLSStartTLS {
			return "with STARTTLS alone"
		}
		return "before STARTTLS"
	}
	return FromLocalhost.Label()
}

func (n heloName) of(host string) string {
	if n == saysHostname {
		return host
	}
	return "localhost"
}
