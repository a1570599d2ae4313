package diagnosis

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/internal/lazy"
	"smtp-wizard/smtpcheck"
)

// conditions are what a rule can demand of the evidence beyond its codes, words
// and place, by the name that the tables use.
var conditions = map[string]func(evidence) bool{
	// what was read
	"coded":           coded,
	"relay's-words":   func(e evidence) bool { return !e.all || e.reply == e.whole },
	"reply-code":      func(e evidence) bool { return e.code != 0 },
	"code-501":        func(e evidence) bool { return e.code == 501 },
	"permanent":       func(e evidence) bool { return strings.HasPrefix(e.enhanced, "5.") },
	"unknown-command": func(e evidence) bool { return e.Stage != "" && (e.code == 500 || e.code == 502) }, // RFC 5321 section 4.2.4
	"no-cause":        func(e evidence) bool { return e.kind == "" && e.code == 0 && e.enhanced == "" && e.reply == e.whole },
	"from-text":       func(e evidence) bool { return e.Err == nil },
	"topical":         func(e evidence) bool { return len(topic(e)) > 0 },
	"alert-70":        func(e evidence) bool { return e.Err != nil || says(e.words, "alert protocol version") },
	"certificate": func(e evidence) bool {
		return slices.Contains([]reading.Kind{reading.UnknownCA, reading.SelfSigned, reading.BadCert, reading.WrongName}, e.kind)
	},
	// where
	"stage-known":     func(e evidence) bool { return e.Stage != "" },
	"placed":          func(e evidence) bool { return len(e.stages)+len(e.hint) > 0 },
	"stages-known":    func(e evidence) bool { return len(e.stages) > 0 },
	"at-ehlo":         func(e evidence) bool { return e.Stage == smtpcheck.StageEHLO },
	"at-quit":         func(e evidence) bool { return e.Stage == smtpcheck.StageQuit },
	"handshake-first": func(e evidence) bool { return isFirst(e, smtpcheck.StageTLS) || isFirst(e, smtpcheck.StageStartTLS) },
	"greeting-first":  func(e evidence) bool { return isFirst(e, smtpcheck.StageGreeting) },
	"before-greeting": beforeGreeting,
	"port-25":         func(e evidence) bool { return e.Port == 25 },
	"submission-port": func(e evidence) bool { return e.Port == 587 || e.Port == 465 },
	"in-clear-text":   func(e evidence) bool { return e.TLS == smtpcheck.TLSNone },
	"encrypted":       func(e evidence) bool { return e.TLS == smtpcheck.TLSStartTLS || e.TLS == smtpcheck.TLSImplicit },
	"public-resolver": publicResolver,
	"bare-lookup":     bareLookup,
	"over-ipv6":       overIPv6,
	// the EHLO name
	"generic-name":       func(e evidence) bool { return e.genericName() != "" },
	"generic-before-tls": func(e evidence) bool { return e.genericName() != "" && notAfterTLS(e) },
	"own-name":           func(e evidence) bool { return len(e.Names) > 0 && e.genericName() == "" },
	"bad-name":           func(e evidence) bool { return badName(e.name()) },
	"about-names":        aboutNames,
	"said-of-names":      saidOfNames,
	"at-the-name":        atTheName,
	// what the words are about
	"about-mail":    aboutMail,
	"of-mailer":     func(e evidence) bool { return aboutMail(e) || says(e.trace, "mail|smtp") },
	"about-address": aboutAddress,
	"names-address": func(e evidence) bool { return e.ip() != "" },
	"not-address":   notAddress,
	"not-listed": func(e evidence) bool {
		return aboutMail(e) && !says(e.words, "listed|blocked|spamhaus|connections not")
	},
	"not-recipient": notRecipient,
	"counted":       func(e evidence) bool { return coded(e) || says(e.words, "exceeded|too many|limit|rate|try again") },
}

// coded keeps a rule to what a relay said.
func coded(e evidence) bool { return e.code != 0 || e.enhanced != "" || e.reply != e.whole || e.alone }

func isFirst(e evidence, stage smtpcheck.Stage) bool {
	return len(e.stages) > 0 && e.stages[0] == stage
}

// notAfterTLS reports whether the conversation ended no later; an unknown stage counts.
func notAfterTLS(e evidence) bool {
	return e.Stage == "" || slices.Index(smtpcheck.Stages, e.Stage) <= slices.Index(smtpcheck.Stages, smtpcheck.StageTLS)
}

// beforeGreeting reports whether it was the greeting that did not come: as told,
// or by Go's words for a connection that stands and stays silent.
func beforeGreeting(e evidence) bool {
	return len(e.stages) < 2 && (e.Stage == smtpcheck.StageGreeting || says(e.words, "read tcp *i/o timeout|greeting"))
}

// bareLookup reports whether the name looked up has no dot.
func bareLookup(e evidence) bool {
	name := cmp.Or(e.found(lookupOf), e.Host)
	return name != "" && !strings.Contains(strings.Trim(name, "."), ".")
}

var resolverOf = lazy.Compile(`lookup \S+ on \[?([0-9A-Fa-f.:]+?)\]?:53\b`)

// publicResolver reports whether the resolver that had no answer is one of the
// internet and not of this network.
func publicResolver(e evidence) bool {
	a, err := netip.ParseAddr(e.found(resolverOf))
	return err == nil && !a.IsPrivate() && !a.IsLoopback() && !a.IsLinkLocalUnicast()
}

var ipv6Of = lazy.Compile(`\[?([0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{3,40})\]?`)

func overIPv6(e evidence) bool {
	for _, m := range ipv6Of.FindAllStringSubmatch(e.raw, 20) {
		if a, err := netip.ParseAddr(strings.TrimRight(m[1], ":")); err == nil && a.Is6() {
			return true
		}
	}
	return false
}

// aboutMail keeps phrases that any log may have to lines that speak of mail.
func aboutMail(e evidence) bool {
	return coded(e) || e.Stage != "" ||
		says(e.words, "smtp|mail|relay|action not taken|hop count|forwarding loop|tls library problem|recipient|sender|starttls|auth mechanism|transaction failed|:25:|:465:|:587:|:25 |:465 |:587 ")
}

// atTheName: what was refused at EHLO and does not speak of something else.
func atTheName(e evidence) bool {
	return e.Stage == smtpcheck.StageEHLO && !says(e.words, "client host|ip address|your ip|rdns|reverse|ptr|blocked|listed|reputation|"+
		"too many|sessions|connection|try again|unavailable|synchron")
}

// aboutNames keeps sentences that only say when to send EHLO, and log fields that
// only repeat the name, out of the refusals of a name.
func aboutNames(e evidence) bool {
	return coded(e) && says(e.words, "helo|ehlo|hostname|host name|address literal|localhost|believe you|my_ address") &&
		!says(e.words, "helo first|ehlo first|say helo|say hello|polite people|before helo|send helo|send ehlo|need helo|need ehlo|no ehlo/helo|and mail from|helo=<|helo=[|helo=(")
}

// saidOfNames: the relay itself speaks of EHLO, whatever else it says.
func saidOfNames(e evidence) bool {
	return aboutNames(e) && says(strings.ToLower(e.reply), "helo|ehlo") &&
		(len(e.stages) == 0 || len(reading.Common(e.stages, reading.StagesOf("ehlo mail rcpt data"))) > 0) &&
		!says(e.words, "not implemented|unrecognized|again|too many|timeout|not supported|duplicate|already")
}

// notRecipient: a closed mailbox of the recipient is not the account that sends.
func notRecipient(e evidence) bool {
	if e.code/10 == 55 && !strings.HasPrefix(e.enhanced, "5.7.") &&
		firstStage(e.likelyStages(reading.StagesOf("rcpt mail data auth"))) == smtpcheck.StageRcpt &&
		!says(e.words, "sending|outgoing|outbound|sender|your|activity|abuse|unsolicited|smtp|subscription|activate|server|main account") {
		return false
	}
	return aboutMail(e) && !strings.HasSuffix(e.enhanced, ".2.1") &&
		!says(e.words, "tried to reach|this mailbox|local mailbox|recipient address|cannot be delivered|invalid mailbox|inbound")
}

// notAddress keeps "spam" and "policy" beside a word for an address to the rules
// about addresses.
func notAddress(e evidence) bool {
	return aboutMail(e) && !says(e.words, "do not authorize the use|your ip|sender ip|ip address|client host|adresse ip|block list|blocklist|"+
		"blacklist|black list|black-list|dnsbl|reputation|sending mta|spamhaus.org|bl?ip|spamhaus's list|spamhaus block|listed|listing in|spamcop|antispam.|blocked using|banned sender")
}

// aboutAddress keeps the words for lists to refusals.
func aboutAddress(e evidence) bool {
	return coded(e) && !says(e.words, "mailbox|inactiv") ||
		says(e.words, "spamhaus|spamcop|dnsbl|blacklist|block list|blocklist") && aboutMail(e)
}
