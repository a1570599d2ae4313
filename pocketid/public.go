package pocketid

import (
	"slices"
	"strings"
)

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
	public := slices.Contains(known().Public, key)
	if row, ok := variableOf(key); ok {
		public = row.Name != "SMTP_PASSWORD" && row.Kind != "key"
	}
	return public && !strings.Contains(value, "@")
}

// NeedsLock reports whether a variable counts only while UI_CONFIG_DISABLED is true.
func NeedsLock(key string) bool {
	return slices.ContainsFunc(variables(), func(row variable) bool { return row.Name == key && row.NeedsLock })
}

// NeedLock lists the mail variables that count only while UI_CONFIG_DISABLED is true.
func NeedLock() []string {
	var keys []string
	for _, row := range known().Mail {
		if row.NeedsLock {
			keys = append(keys, row.Name)
		}
	}
	return keys
}
