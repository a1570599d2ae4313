package steps

import (
	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
)

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

// prefill takes over what the file says already to that version.
func prefill(a Answers, found Surroundings, v pocketid.Version) Answers {
	set := func(field *string, key string) {
		if value := found.Value(key); value != "" {
			*field = value
		}
	}
	set(&a.Host, "SMTP_HOST")
	set(&a.From, "SMTP_FROM")
	set(&a.User, "SMTP_USER")
	if port, err := parsePort(found.Value("SMTP_PORT")); err == nil {
		a.Port = port
	}
	if found.Value("SMTP_HOST") != "" {
		a.TLS = modeOf(found.Value("SMTP_TLS"), a.Port)
		if _, present := found.Values["SMTP_TLS"]; !present {
			a.TLS = unsetMode(v, a.Port)
		}
		if found.Value("SMTP_PORT") == "" && pocketid.Validate("SMTP_PORT", "", v) == nil {
			a.Port = usualPort(a.TLS)
		}
	}
	if !found.Password.Empty() {
		a.Password = found.Password
	}
	a.SkipVerify = pocketid.IsTrue(found.Value("SMTP_SKIP_CERT_VERIFY"))
	return a
}
