package pocketid

import (
	"slices"
	"strings"
)

// public are the settings, apart from vars, whose values may be shown.
var public = map[string]bool{
	"ACCENT_COLOR": true, "ACTORS_HOST": true, "ACTORS_PORT": true, "ALLOW_INSECURE_CALLBACK_URLS": true,
	"ALLOW_OWN_ACCOUNT_EDIT": true, "ALLOW_USER_SIGNUPS": true, "ANALYTICS_DISABLED": true, "APP_ENV": true,
	"APP_NAME": true, "AUDIT_LOG_RETENTION_DAYS": true, "CADDY_DISABLED": true, "DB_PROVIDER": true,
	"DISABLE_ANIMATIONS": true, "FILE_BACKEND": true, "GEOLITE_DB_PATH": true, "HOME_PAGE_URL": true, "HOST": true,
	"INTERNAL_APP_URL": true, "KEYS_STORAGE": true, "LDAP_ENABLED": true, "LOCAL_IPV6_RANGES": true, "LOG_JSON": true,
	"LOG_LEVEL": true, "METRICS_ENABLED": true, "PGID": true, "PORT": true, "PUID": true, "SESSION_DURATION": true,
	"TRACING_ENABLED": true, "TRUST_PROXY": true, "TZ": true, "UI_CONFIG_DISABLED": true, "UNIX_SOCKET": true,
	"UPLOAD_PATH": true, "VERSION_CHECK_DISABLED": true,
}

// IsPublic reports whether a value of a variable may be shown: never that of an unknown
// variable, nor what looks like a login in a host or URL, or like a secret in place of
// its path.
func IsPublic(key, value string) bool {
	switch key {
	case "SMTP_PASSWORD_FILE":
		return strings.Contains(value, "/")
	case "SMTP_USER", "SMTP_FROM":
		return true
	}
	known := public[key]
	for _, v := range vars {
		if key != "" && (v.name == key || v.oldName == key) {
			known = v.name != "SMTP_PASSWORD" && v.kind != kindKey
		}
	}
	return known && !strings.Contains(value, "@")
}

// NeedsLock reports whether a variable counts only while UI_CONFIG_DISABLED is true.
func NeedsLock(key string) bool {
	return slices.ContainsFunc(slices.Concat(vars, otherVars), func(v variable) bool { return v.name == key && v.needsLock })
}

// NeedLock lists the mail variables that count only while UI_CONFIG_DISABLED is true.
func NeedLock() []string {
	var keys []string
	for _, v := range vars {
		if v.needsLock {
			keys = append(keys, v.name)
		}
	}
	return keys
}
