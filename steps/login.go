package steps

import (
	"net/url"
	"slices"
	"strings"

	"smtp-wizard/internal/lazy"

	"smtp-wizard/presets"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
)

// login is what was given for one relay. It is kept in memory alone.
type login struct {
	host, user string
	password   secret.Value
	typed      bool
}

// atRelay goes to another relay, whose password is another one: what was given for it
// before, if anything.
func (a Answers) atRelay(host string) Answers {
	if host == a.Host {
		return a
	}
	if a.Host != "" {
		a.Logins = append(slices.Clone(a.Logins), login{a.Host, a.User, a.Password, a.PasswordTyped})
	}
	a.Host, a.Password, a.PasswordTyped = host, secret.Value{}, false
	a.SkipVerify, a.Untested = false, false // they were said of another relay
	for _, known := range slices.Backward(a.Logins) {
		if known.host == host {
			a.User, a.Password, a.PasswordTyped = known.user, known.password, known.typed
			break
		}
	}
	return a
}

// passwordOf is the password that was given for a user of this relay.
func (a Answers) passwordOf(user string) secret.Value {
	if user == a.User || a.User == "" { // it came alone
		return a.Password
	}
	for _, known := range slices.Backward(a.Logins) {
		if known.host == a.Host && known.user == user {
			return known.password
		}
	}
	return secret.Value{}
}

// pasted is a relay as a URL, or with a login before it.
type pasted struct {
	relay, user string
	tls         smtpcheck.TLSMode
	password    secret.Value
}

var schemes = map[string]smtpcheck.TLSMode{"smtps": smtpcheck.TLSImplicit, "ssl": smtpcheck.TLSImplicit,
	"tls": smtpcheck.TLSImplicit, "submissions": smtpcheck.TLSImplicit, "smtp": "", "submission": ""}

// takeApart understands smtps://user:password@host:port/ and the same without a
// scheme; false where the text is neither.
func takeApart(text string) (p pasted, ok bool) {
	scheme, rest, isURL := strings.Cut(strings.TrimSpace(text), "://")
	if !isURL {
		rest = scheme
	} else if p.tls, ok = schemes[strings.ToLower(scheme)]; !ok {
		return p, false
	}
	at := strings.LastIndexByte(rest, '@')
	if p.relay = rest[at+1:]; isURL {
		p.relay, _, _ = strings.Cut(p.relay, "/")
		p.relay, _, _ = strings.Cut(p.relay, "?")
	}
	if at < 0 {
		return p, isURL
	}
	user, password, both := strings.Cut(rest[:at], ":")
	if isURL {
		user, password = unescaped(user), unescaped(password)
	}
	if isURL || both { // else it is an address, or half of a login
		p.user, p.password = user, secret.New(password)
	}
	return p, true
}

func unescaped(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

var (
	apiKey      = lazy.Compile(`^(SG\.|re_|xsmtpsib-|xkeysib-)[\w.-]{8,}$`)
	appPassword = lazy.Compile(`^[a-z]{4}([\s\x{a0}-]?[a-z]{4}){3}$`)
)

// looksSecret reports whether a text is one that this provider gives out as a
// password.
func looksSecret(p presets.Preset, text string) bool {
	return apiKey.MatchString(text) || givesAppPasswords(p) && appPassword.MatchString(text)
}

func givesAppPasswords(p presets.Preset) bool {
	return strings.Contains(strings.ToLower(p.Password), "app password")
}

// withoutSpaces is an app password without the spaces that it is shown with.
func withoutSpaces(p presets.Preset, s secret.Value) secret.Value {
	if text := strings.TrimSpace(s.Reveal()); givesAppPasswords(p) && appPassword.MatchString(text) {
		return secret.New(strings.Join(strings.Fields(text), ""))
	}
	return s
}
