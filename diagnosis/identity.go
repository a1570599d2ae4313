package diagnosis

import (
	"strconv"
	"strings"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/smtpcheck"
)

// era groups the Pocket ID versions that greet alike.
type era int

const (
	eraUnknown   era = iota
	eraLocalhost     // up to 0.27.0: localhost
	eraHostname      // 0.27.1 to 0.35.5: the hostname, also before STARTTLS
	eraMixed         // 0.35.6 to 2.9: localhost before STARTTLS, else the hostname
	eraUnproven      // 2.10 and later: localhost as far as known, not proven
)

func eraOf(version string) era {
	v, ok := parseVersion(version)
	switch {
	case !ok:
		return eraUnknown
	case before(v, [3]int{0, 27, 1}):
		return eraLocalhost
	case before(v, [3]int{0, 35, 6}):
		return eraHostname
	case before(v, [3]int{2, 10, 0}):
		return eraMixed
	}
	return eraUnproven
}

func parseVersion(s string) (v [3]int, ok bool) {
	s, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimSpace(s), "v"), "-")
	for i, part := range strings.SplitN(s, ".", 3) {
		n, err := strconv.Atoi(strings.TrimRight(part, "x+ "))
		if err != nil {
			return v, i > 0
		}
		v[i] = n
	}
	return v, s != ""
}

func before(a, b [3]int) bool {
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

const (
	fixUpgrade  = "Upgrade Pocket ID to a version from 0.27.2 to 2.9: 2.10 and later may say localhost again (not proven). Use Port 465 with TLS tls there, because with STARTTLS it says localhost first from 0.35.6 on. Give its container or machine a full hostname such as "
	fixUnproven = "As far as known (not proven), Pocket ID 2.10 and later always says localhost and has no setting for it. Let a local Postfix with a real myhostname relay in between; `smtp-wizard listen` shows what yours says."
	fixEither   = "Give Pocket ID a full hostname (compose `hostname: %`), and up to version 2.9 set Port 465 and TLS tls. From 2.10 on it may say localhost whatever is set (not proven): then put a local Postfix with a real name in between."
	fixBetween  = "Pocket ID {v} says localhost before STARTTLS and cannot be told otherwise, and this relay has no port 465. Let a local Postfix with a real myhostname relay in between, and point SMTP_HOST at it."
)

// ehloFix cures a relay that judges each EHLO as it comes: there the name before
// STARTTLS counts too.
func ehloFix(e evidence) string {
	switch era := eraOf(e.SpeaksAs); {
	case era == eraUnknown:
		return strings.Replace(fixEither, "%", fullName(e), 1)
	case era != eraMixed || e.TLS != smtpcheck.TLSStartTLS:
		return heloFix(e)
	case hasWord(noImplicitTLS, e.provider):
		return strings.Replace(fixBetween, "{v}", or(e.SpeaksAs, "here"), 1)
	}
	return "Set Port 465 and TLS tls (implicit): Pocket ID " + or(e.SpeaksAs, "2.9") + " then greets with its hostname alone. Make that a full name: compose `hostname: " + fullName(e) + "`, or the machine's hostname."
}

// heloFix cures a relay that judges the last EHLO only, as Postfix does at RCPT:
// there the hostname is enough.
func heloFix(e evidence) string {
	switch eraOf(e.SpeaksAs) {
	case eraLocalhost:
		return fixUpgrade + fullName(e) + "."
	case eraUnproven:
		return fixUnproven
	case eraUnknown:
		return "Give Pocket ID a full hostname: compose `hostname: " + fullName(e) + "`, or the machine's hostname. From 2.10 on it may say localhost whatever is set (not proven): then put a local Postfix with a real name in between."
	}
	return "Give Pocket ID a full hostname: compose `hostname: " + fullName(e) + "`, or the machine's hostname where no container is used."
}

// fullName is an example of a good name, on the sender's own domain when known.
func fullName(e evidence) string {
	if d := domain(e.From); strings.Contains(d, ".") && !strings.HasPrefix(d, "[") && !badName(d) {
		return reading.Shorten("id."+d, 80)
	}
	return "id.example.com"
}
