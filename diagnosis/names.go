package diagnosis

import (
	"net"
	"strings"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/internal/text"
	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
)

var heloQuoted = lazy.Compile(`(?i)<([^<>\s]{1,255})>:? *Helo command rejected`)

// genericName reports whether a relay can tell nothing from an EHLO name:
// localhost, a name without a dot such as a container id, an address, or a name
// of a private network.
func genericName(name string) bool {
	name = strings.TrimSuffix(name, ".")
	return name == "" || strings.HasPrefix(name, "[") || net.ParseIP(name) != nil ||
		pocketid.CheckName(name).Grade == pocketid.GradeSometimes
}

// badName reports whether an EHLO name breaks the syntax of RFC 5321 section
// 4.1.2, as an underscore from a compose project does.
func badName(name string) bool {
	if strings.HasPrefix(name, "[") && strings.HasSuffix(name, "]") {
		return false
	}
	return name != "" && strings.ContainsFunc(name, func(r rune) bool {
		return !(r == '.' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
	})
}

// nameCure is what pocketid advises for a refused name; atEHLO is whether the
// name before STARTTLS counts too.
func nameCure(e evidence, atEHLO bool) string {
	p, _ := e.preset()
	_, implicit := p.With(string(smtpcheck.TLSImplicit))
	return pocketid.Refusal{
		Version: e.SpeaksAs, TLS: e.TLS, FullName: fullName(e), AtEHLO: atEHLO, NoImplicitTLS: !implicit,
	}.Cure()
}

// fullName is an example of a good name, on the sender's own domain when known.
func fullName(e evidence) string {
	if d := domain(e.From); strings.Contains(d, ".") && !strings.HasPrefix(d, "[") && !badName(d) {
		return text.Shorten("id."+d, 80)
	}
	return "id.example.com"
}

// name is the EHLO name that the relay judged last, or "".
func (e evidence) name() string {
	if n := firstMatch(heloQuoted, e.raw); n != "" {
		return n
	}
	if len(e.Names) > 0 {
		return e.Names[len(e.Names)-1]
	}
	return ""
}

// genericName is the announced name to blame, or "". At EHLO that can only be the
// last one: those before it were accepted.
func (e evidence) genericName() string {
	names := e.Names
	if e.Stage == smtpcheck.StageEHLO && len(names) > 0 {
		names = names[len(names)-1:]
	}
	for _, n := range names {
		if genericName(n) {
			return n
		}
	}
	return ""
}
