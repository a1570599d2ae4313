package steps

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
)

// SetupFrom is the test of what Pocket ID gets with a .env, as a version speaks; one
// that is not known is the one that was found.
func (w World) SetupFrom(found Discovery, as pocketid.Version) Setup {
	in := found.Install
	if as.Known() {
		found.Via = "" // asked for Pocket ID's own way, to the one in between
	} else {
		as = in.Speaks()
	}
	found = found.asArrives()
	a := prefill(Answers{Runs: string(in.Runs), Version: as.String()}, found)
	if a.To = a.From; a.Via == "" {
		a.Host = found.Value("SMTP_HOST") // as it is, with all that Pocket ID would choke on
		a.Hostname = in.Hostname.Value
	}
	a.Preset = presetOf(a.Host)
	if a.Hostname == "" && in.InContainer() {
		a.Hostname, a.ContainerID = pocketid.ExampleContainerID, true
	}
	s := setupOf(a)
	if as.Known() {
		s.As = as
	}
	return s
}

// prefill takes over what the file already says to that version.
func prefill(a Answers, found Discovery) Answers {
	set := func(field *string, key string) {
		if value := found.Value(key); value != "" {
			*field = value
		}
	}
	set(&a.Host, "SMTP_HOST")
	a.Host = withoutLogin(a.Host)
	set(&a.From, "SMTP_FROM")
	set(&a.User, "SMTP_USER")
	if port, err := parsePort(found.Value("SMTP_PORT")); err == nil {
		a.Port = port
	}
	v := a.version()
	if found.Value("SMTP_HOST") != "" {
		a.TLS = modeOf(found.Value("SMTP_TLS"), a.Port)
		if _, present := found.Values["SMTP_TLS"]; !present {
			a.TLS = unsetMode(v, a.Port)
		}
		if found.Value("SMTP_PORT") == "" {
			a.Port = pocketid.DefaultPort(v, a.TLS)
		}
	}
	if !found.Password.Empty() {
		a.Password = found.Password
	}
	a.SkipVerify = pocketid.IsTrue(found.Value("SMTP_SKIP_CERT_VERIFY"))
	return prefillBehind(a, found)
}

// meant takes away what a reader keeps of a value though it looks like more than the
// value: quotes, and a comment behind it.
func (d Discovery) meant() Discovery {
	d.Values = maps.Clone(d.Values)
	for _, w := range d.Install.Warnings {
		value, public := d.Values[w.Key]
		switch {
		case w.ID == "inline-comment" && public:
			value, _, _ = strings.Cut(value, " #")
			d.Values[w.Key] = strings.TrimSpace(value)
		case w.ID == "quotes-kept" && public:
			d.Values[w.Key] = strings.Trim(value, value[:min(1, len(value))])
		case w.ID == "quotes-kept" && w.Key == "SMTP_PASSWORD":
			password := d.Password.Reveal()
			d.Password = secret.New(strings.Trim(password, password[:min(1, len(password))]))
		}
	}
	return d
}

// alreadySet reports whether Pocket ID takes value for a key from the file as it
// is. What the admin wrote in other words, or left to a default, is not rewritten.
func (r FileRequest) alreadySet(now map[string]string, key, value string, v pocketid.Version) bool {
	have, present := now[key]
	if have == value && (present || value == "") {
		return true
	}
	used := now["SMTP_HOST"] != "" // else a default was never chosen
	switch key {
	case "APP_URL", "PUBLIC_APP_URL":
		return strings.TrimRight(have, "/") == value && pocketid.Validate(key, have, v) == nil
	case "SMTP_SKIP_CERT_VERIFY":
		on, err := strconv.ParseBool(have)
		return err == nil && strconv.FormatBool(on) == value
	case "SMTP_PORT":
		return used && have == "" && value == portText(pocketid.DefaultPort(v, r.TLS))
	case "SMTP_TLS":
		return used && !present && unsetMode(v, r.Port) == r.TLS
	}
	return false
}

// modeOf reads SMTP_TLS. Up to 0.35.2 it was true or false, and the port chose
// between the two kinds of TLS; empty is none.
func modeOf(value string, port int) smtpcheck.TLSMode {
	switch {
	case value == "" || value == "false":
		return smtpcheck.TLSNone
	case value == "true" && port == 465:
		return smtpcheck.TLSImplicit
	case value == "true":
		return smtpcheck.TLSStartTLS
	}
	return smtpcheck.TLSMode(value)
}

// unsetMode is what an absent SMTP_TLS means: clear text, but TLS as the port
// has it up to 0.35.2.
func unsetMode(v pocketid.Version, port int) smtpcheck.TLSMode {
	return modeOf(pocketid.DefaultTLS(v), port)
}

// Candidates are the names that Pocket ID could announce.
func (d Discovery) Candidates(appURL string, typed ...string) []pocketid.Candidate {
	src := pocketid.Sources{Hostname: d.Hostname, AppURL: appURL, Typed: typed}
	if in := d.Install; in.InContainer() && in.Hostname.Kind != install.KindMachine {
		src.Compose, src.ContainerID = in.Hostname.Value, in.Hostname.Value == ""
	}
	return pocketid.Candidates(src)
}

// said are the warnings of an install that are said in other words, or elsewhere.
var said = []string{"ui-config-not-true", "version-unknown", "password-unreadable", "legacy-names", "short-hostname"}

// warnings are what keeps the settings from their effect from outside, in an install
// that is perhaps a planned one.
func (w World) warnings(found Discovery, in install.Install, host string, runtime pocketid.Runtime) []string {
	var list []string
	if found.Rights != "" {
		list = append(list, found.Rights)
	}
	for _, warning := range in.Warnings {
		if !slices.Contains(said, warning.ID) {
			list = append(list, warning.Text)
		}
	}
	for _, warning := range []string{w.ownLoopback(host, in, runtime), w.ofThisMachine(host, in, runtime)} {
		if warning != "" {
			list = append(list, warning)
		}
	}
	return list
}

// ownLoopback warns of a relay that Pocket ID would look for in its own
// container. The relay of a demo is none that Pocket ID is to use.
func (w World) ownLoopback(host string, in install.Install, runtime pocketid.Runtime) string {
	shared := in.Runs == runtime && in.Network == "host"
	if !isLoopback(host) || !runtime.InContainer() || shared || w.Practice {
		return ""
	}
	return "In the container of Pocket ID, " + host + " is the container itself and not this machine. " +
		runtime.HostSetting()
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.IsLoopback()
}
