package diagnosis

import (
	"cmp"
	"net/netip"
	"strconv"
	"strings"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/internal/lazy"
	"smtp-wizard/internal/text"
	"smtp-wizard/pocketid"
)

// fill puts what is known into a template and a general phrase where nothing is.
// A "{x}" that no blank knows stays as it is, which a test forbids.
func fill(template string, e evidence) string { return capital(fillIn(template, e), e.Host) }

func fillIn(template string, e evidence) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{")
		out.WriteString(before)
		if !found {
			break
		}
		key, after, closed := strings.Cut(rest, "}")
		text, known := meanings().Phrases[key]
		if value := blanks[key]; value != nil {
			text, known = value(e), true
		}
		if !closed || !known {
			text, after = "{", rest
		}
		out.WriteString(text)
		template = after
	}
	return out.String()
}

// capital makes the first letter of a sentence a capital, unless it begins with
// a host name or an address.
func capital(s, host string) string {
	first, _, _ := strings.Cut(s, " ")
	if s != "" && 'a' <= s[0] && s[0] <= 'z' && first != host && !strings.ContainsAny(first, ".@") {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

// blanks are the values a cause or fix can have; each has a phrase for when it
// is not known. What a relay said is quoted only in a narrow character set.
var blanks = map[string]func(evidence) string{
	"host": func(e evidence) string { return or(e.relayHost(), "the relay") },
	"port": func(e evidence) string { return around("port ", number(e.Port), "", "this port") },
	"address": func(e evidence) string {
		return around("this machine's address (", e.ip(), ")", "this machine's address")
	},
	"machine":      func(e evidence) string { return around("this machine (", e.ip(), ")", "this machine") },
	"theip":        func(e evidence) string { return around("IP ", e.ip(), "", "this machine's public IP address") },
	"ehloname":     func(e evidence) string { return around("the EHLO name ", e.quotedName(), "", "the EHLO name") },
	"mailbox":      func(e evidence) string { return or(e.User, "MAILBOX") },
	"loginaddress": func(e evidence) string { return around("the login address ", e.User, "", "the login address") },
	"lookupname":   func(e evidence) string { return or(cmp.Or(e.found(lookupOf), e.Host), "NAME") },
	"certname":     certificateHost,
	"user":         func(e evidence) string { return or(e.User, "the SMTP user") },
	"from":         func(e evidence) string { return or(cmp.Or(e.From, e.found(senderOf)), "the From address") },
	"domain": func(e evidence) string {
		return or(cmp.Or(e.found(domainOf), domain(e.From)), "the From domain")
	},
	"to":   func(e evidence) string { return or(cmp.Or(e.To, e.found(recipientOf)), "the recipient") },
	"name": func(e evidence) string { return or(e.quotedName(), "the announced name") },
	"generic": func(e evidence) string {
		return around("the name ", quoted(e.genericName()), "", "a generic name such as localhost")
	},
	"ip":         func(e evidence) string { return or(e.ip(), "this machine's public IP address") },
	"login":      func(e evidence) string { return or(cmp.Or(e.found(loginOf), e.User), "the SMTP user") },
	"certnames":  func(e evidence) string { return or(e.found(certOf), "other names") },
	"certdate":   certificateDate,
	"lookup":     func(e evidence) string { return or(cmp.Or(e.found(lookupOf), e.Host), "the relay's name") },
	"fullname":   fullName,
	"ehlofix":    func(e evidence) string { return nameCure(e, true) },  // of a relay that judges each EHLO as it comes
	"helofix":    func(e evidence) string { return nameCure(e, false) }, // or the last one only, as Postfix at RCPT
	"altport":    altPort,
	"passwordat": passwordAt,
	"pairs":      pairs,
	"implicit":   implicitTLS,
	"relayfix":   func(e evidence) string { return pocketid.RelayCure(e.SpeaksAs) },
	"upgrade":    func(evidence) string { return pocketid.Upgrade() },
	"lock":       func(e evidence) string { return pocketid.KeyName("UI_CONFIG_DISABLED", e.SpeaksAs) },
	"pocketid":   thisPocketID,
}

// thisPocketID is the version that was spoken as, with the doubt about what is
// known of it.
func thisPocketID(e evidence) string {
	name := strings.TrimSpace("Pocket ID " + e.SpeaksAs.String())
	if e.SpeaksAs.Known() && !pocketid.SpeechOf(e.SpeaksAs, e.TLS, "").Proven {
		name += " (as far as is known)"
	}
	return name
}

var (
	senderOf    = lazy.Compile(`(?i)<([^<>\s@]{1,64}@[A-Za-z0-9.-]{1,190})>:? *Sender address rejected`)
	recipientOf = lazy.Compile(`(?i)<([^<>\s@]{1,64}@[A-Za-z0-9.-]{1,190})>[:.]* *(?:Recipient address rejected|Relay access denied|Relaying denied|User unknown)`)
	loginOf     = lazy.Compile(`(?i)not owned by user ([A-Za-z0-9._%+@-]{1,200})`)
	domainOf    = lazy.Compile(`(?i)\bThe ([a-z0-9-]+(?:\.[a-z0-9-]+)+) domain is not verified`)
	certOf      = lazy.Compile(`certificate is (?:valid )?for ((?:[A-Za-z0-9*-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+(?:, )?){1,3})`)
	lookupOf    = lazy.Compile(`\blookup ([A-Za-z0-9._-]{1,100})(?: on |:)`)
	ipOf        = lazy.Compile(`[0-9A-Fa-f:.]{6,45}`)
)

var dateOf = lazy.Compile(`(?:is after|is before|expired on|not valid before) (\d{4}-\d{2}-\d{2})`)

// certificateDate is the end, or the beginning, of the certificate that was refused.
func certificateDate(e evidence) string { return around(" (", e.found(dateOf), ")", "") }

// certificateHost is what Host can be set to: a name of the certificate that is
// no wildcard, or the domain that a wildcard covers.
func certificateHost(e evidence) string {
	names := strings.Split(e.found(certOf), ", ")
	for _, name := range names {
		if name != "" && !strings.HasPrefix(name, "*.") {
			return name
		}
	}
	return around("a host under ", strings.TrimPrefix(names[0], "*."), "", "the name in the certificate")
}

// found is the first thing of a kind in what was said.
func (e evidence) found(what *lazy.Regexp) string {
	return strings.TrimRight(firstMatch(what, e.raw), ".,;: ")
}

// firstMatch is the last group of an expression where it first matches, or "".
func firstMatch(what *lazy.Regexp, text string) string {
	m := what.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return m[len(m)-1]
}

// ip is the first public address that the relay named: it is the client's own.
func (e evidence) ip() string {
	for _, candidate := range ipOf.Compiled().FindAllString(e.reply, 50) {
		a, err := netip.ParseAddr(strings.Trim(candidate, ".:"))
		if err == nil && a.IsGlobalUnicast() && !a.IsPrivate() {
			return a.String()
		}
	}
	return ""
}

// relayHost is the host where that tells anything: "localhost refused the name
// localhost" would not.
func (e evidence) relayHost() string {
	host := strings.ToLower(strings.TrimSuffix(e.Host, "."))
	if host == "localhost" || host == "localhost.localdomain" || strings.HasSuffix(host, ".localhost") {
		return ""
	}
	return e.Host
}

func (e evidence) quotedName() string { return quoted(e.name()) }

func quoted(name string) string {
	if name == "" {
		return ""
	}
	return `"` + name + `"`
}

// or is a value, made safe and short, or a phrase in its place.
func or(value, phrase string) string {
	if value = reading.OneLine(value); value == "" {
		return phrase
	}
	return text.Shorten(value, 80)
}

// around is a value with what stands before and after it, or a phrase in place of
// all three.
func around(before, value, after, phrase string) string {
	if value == "" {
		return phrase
	}
	return before + or(value, phrase) + after
}

// number is "" for none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func domain(address string) string {
	_, d, _ := strings.Cut(address, "@")
	return d
}
