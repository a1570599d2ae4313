package smtpcheck

import (
	"strings"

	"smtp-wizard/internal/text"
)

// refusal checks what would go over the wire, before anything does: a line break
// in a name or an address would be a command of its own. It returns nil when all
// is well.
func (p *Plan) refusal() *Failure {
	checks := []struct {
		stage Stage
		err   error
	}{
		{StageDNS, checkHost(p.Host)},
		{StageConnect, checkPort(p.Port, p.TLS)},
		{StageEHLO, p.checkNames()},
		{StageAuth, p.checkLogin()},
		{StageMail, p.checkAddress(StageMail, "sender", p.From)},
		{StageRcpt, p.checkAddress(StageRcpt, "recipient", p.To)},
		{StageData, p.checkMessage()},
	}
	for _, c := range checks {
		if c.err != nil {
			return &Failure{Stage: c.stage, Err: c.err}
		}
	}
	return nil
}

// reaches reports whether the plan goes as far as stage.
func (p *Plan) reaches(stage Stage) bool {
	return p.StopAfter == "" || order(stage) <= order(p.StopAfter)
}

func order(stage Stage) int {
	for i, s := range Stages {
		if s == stage {
			return i
		}
	}
	return len(Stages)
}

func checkHost(host string) error {
	if host == "" || len(host) > 255 || strings.ContainsAny(host, " /[]@\"<>") || text.Clean(host) != host {
		return invalid("the host %q is not a host name or an address", text.Shorten(host, 80))
	}
	return nil
}

func checkPort(port int, mode TLSMode) error {
	if port < 1 || port > 65535 {
		return invalid("the port %d is not between 1 and 65535", port)
	}
	if mode != TLSNone && mode != TLSStartTLS && mode != TLSImplicit {
		return invalid("the TLS mode %q is not one of none, starttls, tls", mode)
	}
	return nil
}

func (p *Plan) checkNames() error {
	if !p.reaches(StageEHLO) {
		return nil
	}
	names := []string{p.Names.First}
	if p.TLS == TLSStartTLS && p.reaches(StageAuth) {
		names = append(names, p.Names.AfterTLS)
	}
	for _, name := range names {
		if name == "" || len(name) > 255 || !printableASCII(name) {
			return invalid("%q cannot be announced with EHLO: it must be a name of ASCII characters without spaces", text.Shorten(name, 80))
		}
	}
	return nil
}

func (p *Plan) checkLogin() error {
	if p.reaches(StageAuth) && strings.ContainsRune(p.User+p.Password.Reveal(), 0) {
		return invalid("a user or password with a NUL character cannot be sent (RFC 4616)")
	}
	return nil
}

func (p *Plan) checkAddress(stage Stage, role, address string) error {
	switch {
	case !p.reaches(stage):
		return nil
	case address == "":
		return invalid("there is no %s address", role)
	case strings.IndexFunc(address, func(r rune) bool { return r > 126 }) >= 0:
		return invalid("the %s %q has characters outside ASCII, which need SMTPUTF8 (RFC 6531)", role, text.Shorten(address, 80))
	case len(address) > 320 || !printableASCII(address) || strings.ContainsAny(address, "<>"):
		return invalid("the %s %q is not a bare address", role, text.Shorten(address, 80))
	}
	return nil
}

func (p *Plan) checkMessage() error {
	if p.reaches(StageData) && len(p.Message) == 0 {
		return invalid("there is no message to deliver")
	}
	return nil
}

// printableASCII excludes spaces and line breaks.
func printableASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 33 || r > 126 }) < 0
}
