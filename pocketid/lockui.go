package pocketid

// LockEffects explains what UI_CONFIG_DISABLED=true does, by its name in version v.
// Source: app_config_service.go (v0.31.0 to v2.9.0), appconfig/service.go
// (v2.14.0), and pocket-id/pocket-id issues 509, 617, 922 and 1284.
func LockEffects(v Version) string {
	key := KeyName("UI_CONFIG_DISABLED", v)
	return "Without " + key + "=true Pocket ID ignores every SMTP_ variable. " +
		"With it, every application setting comes from the environment or its default, not only mail: " +
		"application name, session length, sign-ups, accent color, LDAP, passkey rules. " +
		"The settings pages of the admin UI become read-only. " +
		"What was set there is hidden, not deleted; turning it off brings it back. " +
		"On an existing install, carry your own settings over as variables first."
}

// lockSummary is the same in one sentence.
func lockSummary(v Version) string {
	return KeyName("UI_CONFIG_DISABLED", v) + "=true: settings in the admin UI become read-only."
}

// LockMissing warns that the mail variables of a file have no effect yet.
func LockMissing(v Version) string {
	return "SMTP_ variables have no effect until " + KeyName("UI_CONFIG_DISABLED", v) + "=true is set."
}
