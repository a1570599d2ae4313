package pocketid

import "smtp-wizard/smtpcheck"

// Speech is how one version of Pocket ID talks to a relay.
type Speech struct {
	Names smtpcheck.Names
	// Proven is true when this was seen on the wire or read in the source of
	// that very release; false when it is only the best that is known.
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

// spoken is which name a version puts into one EHLO.
type spoken int

const (
	saysLocalhost spoken = iota
	saysHostname         // os.Hostname()
)

// speechRow is one range of versions, up to the next row.
type speechRow struct {
	since          Version
	direct         spoken // TLS none and implicit TLS
	first          spoken // STARTTLS, in clear text
	afterTLS       spoken // STARTTLS, after the handshake
	proven         bool
	brokenStartTLS string
	auth           smtpcheck.AuthStyle
	plainNeedsTLS  bool
	note           string
}

const (
	noteNoLogin  = "This version tries AUTH PLAIN only, never LOGIN."
	noteUnproven = "For Pocket ID 2.10 and later this is inferred from public source of its mail library; no release was read or run."
)

// speeches are the ranges of versions that talk alike, oldest first.
//
// Up to 0.35.5 mail goes through Go's net/smtp, which announces "localhost"
// unless Hello is called, refuses PLAIN without TLS and knows no LOGIN
// (backend/internal/service/email_service.go at the tags named).
var speeches = []speechRow{
	// net/smtp, Hello never called.
	{since: release(0, 0, 0), proven: true, plainNeedsTLS: true, note: noteNoLogin,
		auth: smtpcheck.AuthPlain},

	// Hello is called after StartTLS has already greeted (issue 179 of
	// pocket-id/pocket-id), which net/smtp forbids.
	{since: release(0, 27, 1), direct: saysHostname, first: saysLocalhost, afterTLS: saysHostname,
		proven: true, plainNeedsTLS: true, note: noteNoLogin, auth: smtpcheck.AuthPlain,
		brokenStartTLS: "smtp: Hello called after other methods"},

	// Hello is called right after connecting.
	{since: release(0, 27, 2), direct: saysHostname, first: saysHostname, afterTLS: saysHostname,
		proven: true, plainNeedsTLS: true, note: noteNoLogin, auth: smtpcheck.AuthPlain},

	// emersion/go-smtp: DialStartTLS greets as localhost before Hello can be
	// called. Seen on the wire with 2.9.0; the code is the same since 0.35.6.
	{since: release(0, 35, 6), direct: saysHostname, first: saysLocalhost, afterTLS: saysHostname,
		proven: true, auth: smtpcheck.AuthPlainThenLogin},

	// italypaleale/go-kit emailer/smtp over net/smtp. Every public version of that
	// file seen up to 2026-06-20 never calls Hello; those that 2.10.0 and later pin
	// could not be read, and no release was run.
	{since: release(2, 10, 0), direct: saysLocalhost, first: saysLocalhost, afterTLS: saysLocalhost,
		proven: false, plainNeedsTLS: true, note: noteUnproven,
		auth: smtpcheck.AuthOffered},
}

// SpeechOf is how version v talks in a TLS mode on a host whose os.Hostname() is
// hostname. For SpeaksAs("none") hostname is the identity to announce. A version
// that is not known is taken for the newest known one.
func SpeechOf(v Version, tls smtpcheck.TLSMode, hostname string) Speech {
	if v.IsNone() {
		return Speech{Names: smtpcheck.SameName(hostname), Proven: true,
			Auth: smtpcheck.AuthOffered, PlainNeedsTLS: true, Body8Bit: true}
	}
	row := speechRowOf(v)
	speech := Speech{
		Names:         smtpcheck.SameName(row.direct.name(hostname)),
		Proven:        row.proven,
		Auth:          row.auth,
		PlainNeedsTLS: row.plainNeedsTLS,
		// Both libraries try HELO after a refused EHLO and offer BODY=8BITMIME
		// where the relay does.
		HELOFallback: true,
		Body8Bit:     true,
		Note:         row.note,
	}
	if tls == smtpcheck.TLSStartTLS {
		speech.Names = smtpcheck.Names{First: row.first.name(hostname), AfterTLS: row.afterTLS.name(hostname)}
		speech.Broken = row.brokenStartTLS
	}
	return speech
}

// UsesHostname reports whether version v announces os.Hostname() in a TLS mode,
// at least in its last EHLO.
func UsesHostname(v Version, tls smtpcheck.TLSMode) bool {
	if v.IsNone() {
		return true
	}
	row := speechRowOf(v)
	if tls == smtpcheck.TLSStartTLS {
		return row.afterTLS == saysHostname
	}
	return row.direct == saysHostname
}

func speechRowOf(v Version) speechRow {
	if !v.Known() {
		v = NewestKnown()
	}
	row := speeches[0]
	for _, next := range speeches[1:] {
		if v.Compare(next.since) >= 0 {
			row = next
		}
	}
	return row
}

func (s spoken) name(hostname string) string {
	if s == saysHostname {
		return hostname
	}
	return "localhost"
}
