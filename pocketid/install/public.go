package install

import (
	"strings"

	"smtp-wizard/pocketid"
)

// publicSettings are the variables of Pocket ID, besides those that concern mail,
// whose values are no secret. What is not listed is never shown.
var publicSettings = map[string]bool{
	"ACCENT_COLOR": true, "ACTORS_HOST": true, "ACTORS_PORT": true, "ALLOW_INSECURE_CALLBACK_URLS": true,
	"ALLOW_OWN_ACCOUNT_EDIT": true, "ALLOW_USER_SIGNUPS": true, "ANALYTICS_DISABLED": true, "APP_ENV": true,
	"APP_NAME": true, "AUDIT_LOG_RETENTION_DAYS": true, "CADDY_DISABLED": true, "DB_PROVIDER": true,
	"DISABLE_ANIMATIONS": true, "FILE_BACKEND": true, "GEOLITE_DB_PATH": true, "HOME_PAGE_URL": true, "HOST": true,
	"INTERNAL_APP_URL": true, "KEYS_STORAGE": true, "LDAP_ENABLED": true, "LOCAL_IPV6_RANGES": true, "LOG_JSON": true,
	"LOG_LEVEL": true, "METRICS_ENABLED": true, "PGID": true, "PORT": true, "PUID": true, "SESSION_DURATION": true,
	"TRACING_ENABLED": true, "TRUST_PROXY": true, "TZ": true, "UI_CONFIG_DISABLED": true, "UNIX_SOCKET": true,
	"UPLOAD_PATH": true, "VERSION_CHECK_DISABLED": true,
}

func init() {
	for _, v := range pocketid.Vars(pocketid.Version{}) {
		switch v.Name {
		case "SMTP_PASSWORD", "ENCRYPTION_KEY":
			continue
		}
		publicSettings[v.Name] = true
		if v.OldName != "" {
			publicSettings[v.OldName] = true
		}
	}
}

// Public is the value that arrives for a key when it may be shown: the setting is
// known to be public, no secret is part of it, and it can be seen from here.
func (in Install) Public(key string) (string, bool) {
	s, ok := in.env.get(key)
	if !ok || s.unknown || !publicSettings[key] || in.holdsSecret(s.value) {
		return "", false
	}
	if _, rest, found := strings.Cut(s.value, "://"); found && strings.Contains(rest, "@") {
		return "", false // somebody's login is part of the URL
	}
	return s.value, true
}

// holdsSecret reports whether a text has a secret that arrives, or arrived and lost.
func (in Install) holdsSecret(text string) bool {
	const least = 6 // a shorter one would hide half of all values, and says little
	for key, all := range in.env {
		if publicSettings[key] {
			continue
		}
		for _, s := range all {
			if len(s.value) >= least && looksSecret(key) && strings.Contains(text, s.value) {
				return true
			}
		}
	}
	password := in.Password.value
	return len(password) >= least && strings.Contains(text, password)
}

// looksSecret tells from a name that its value is one.
func looksSecret(key string) bool {
	for _, sign := range []string{"PASS", "KEY", "SECRET", "TOKEN", "DATABASE", "CONNECTION"} {
		if strings.Contains(strings.ToUpper(key), sign) {
			return true
		}
	}
	return false
}
