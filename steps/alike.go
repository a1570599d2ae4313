package steps

import (
	"strconv"
	"strings"

	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
)

// saysAlready reports whether Pocket ID takes value for a key from the file as it
// is. What the admin wrote in other words, or left to a default, is not rewritten.
func (d *Draft) saysAlready(now map[string]string, key, value string, v pocketid.Version) bool {
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
		return used && have == "" && pocketid.Validate(key, "", v) == nil && value == strconv.Itoa(usualPort(d.Order.TLS))
	case "SMTP_TLS":
		return used && !present && unsetMode(v, d.Order.Port) == d.Order.TLS
	}
	return false
}

// usualPort is what Pocket ID 2.10 and later take for an empty SMTP_PORT.
func usualPort(mode smtpcheck.TLSMode) int {
	if mode == smtpcheck.TLSImplicit {
		return 465
	}
	return 587
}

// unsetMode is what an absent SMTP_TLS means: clear text, but TLS as the port
// has it up to 0.35.2.
func unsetMode(v pocketid.Version, port int) smtpcheck.TLSMode {
	return modeOf(pocketid.DefaultTLS(v), port)
}
