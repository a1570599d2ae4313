package pocketid

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/smtpcheck"
)

// kind is what a variable's value must look like; demands says what each version requires.
type kind int

const (
	kindText kind = iota
	kindHost
	kindPort
	kindAddress // a bare mail address
	kindFlag    // true or false
	kindSwitch  // a Go boolean, with or without the lock
	kindTLS     // none, starttls, tls
	kindURL     // http(s)://host[:port], no path
	kindKey     // at least 16 bytes
	kindName
	kindNumber
	kindFilled
	kindSignups
	kindVerification
	kindAuthenticator
	kindStrings // a JSON array of strings
	kindClaims  // a JSON array of claims
)

// variable is one environment variable of Pocket ID.
type variable struct {
	name    string
	oldName string // before 1.0.0, or "" when it was always called name
	kind    kind
	since   Version
	until   Version // the first version that no longer reads it, or zero
	// needsLock: has an effect only while UI_CONFIG_DISABLED is true.
	needsLock bool
	// mails is the kind of mail that a switch turns on, and risk is its danger.
	mails, risk string
}

// vars are the variables that concern mail, and those a new file needs. Source:
// env_config.go, app_config_service.go and appconfig/model.go of
// pocket-id/pocket-id from v0.31.0 to v2.14.0.
var vars = []variable{
	// The address of Pocket ID in the browser, without a path.
	{name: "APP_URL", oldName: "PUBLIC_APP_URL", kind: kindURL},
	// Required in 2.x. Changing it makes the stored data unreadable.
	{name: "ENCRYPTION_KEY", kind: kindKey, since: release(1, 6, 0)},
	// Only with true do the mail variables have an effect.
	{name: "UI_CONFIG_DISABLED", oldName: "PUBLIC_UI_CONFIG_DISABLED", kind: kindSwitch, since: release(0, 31, 0)},
	// The relay. Its certificate must be for this name.
	{name: "SMTP_HOST", kind: kindHost, since: release(0, 31, 0), needsLock: true},
	// From 2.10 an empty port means 465 for tls and 587 otherwise.
	{name: "SMTP_PORT", kind: kindPort, since: release(0, 31, 0), needsLock: true},
	// A bare address; the name shown beside it is APP_NAME.
	{name: "SMTP_FROM", kind: kindAddress, since: release(0, 31, 0), needsLock: true},
	// Empty when the relay wants no login.
	{name: "SMTP_USER", since: release(0, 31, 0), needsLock: true},
	// Even when it is empty it wins over SMTP_PASSWORD_FILE.
	{name: "SMTP_PASSWORD", since: release(0, 31, 0), needsLock: true},
	// Read literally: a newline at the end becomes part of the password.
	{name: "SMTP_PASSWORD_FILE", since: release(1, 7, 0), needsLock: true},
	// none stays in clear text, even if the relay offers STARTTLS.
	{name: "SMTP_TLS", kind: kindTLS, since: release(0, 31, 0), needsLock: true},
	// true accepts any certificate, even an eavesdropper's.
	{name: "SMTP_SKIP_CERT_VERIFY", kind: kindFlag, since: release(0, 31, 0), needsLock: true},
	{name: "EMAIL_LOGIN_NOTIFICATION_ENABLED", kind: kindFlag, since: release(0, 31, 0), needsLock: true,
		mails: "Tell users about a sign-in from a new device"},
	{name: "EMAIL_ONE_TIME_ACCESS_ENABLED", kind: kindFlag, since: release(0, 31, 0), until: release(0, 49, 0), needsLock: true,
		mails: "Mail a login code to whoever asks for one", risk: "whoever reads the mailbox can then sign in"},
	{name: "EMAIL_ONE_TIME_ACCESS_AS_ADMIN_ENABLED", kind: kindFlag, since: release(0, 49, 0), needsLock: true,
		mails: "Let an admin mail a login code to a user"},
	{name: "EMAIL_ONE_TIME_ACCESS_AS_UNAUTHENTICATED_ENABLED", kind: kindFlag, since: release(0, 49, 0), needsLock: true,
		mails: "Mail a login code to whoever asks for one", risk: "whoever reads the mailbox can then sign in"},
	{name: "EMAIL_API_KEY_EXPIRATION_ENABLED", kind: kindFlag, since: release(0, 49, 0), needsLock: true,
		mails: "Warn users before an API key expires"},
	{name: "EMAIL_VERIFICATION_ENABLED", kind: kindFlag, since: release(2, 2, 0), needsLock: true,
		mails: "Ask users to confirm their address"},
	// Treats the addresses of users as verified.
	{name: "EMAILS_VERIFIED", kind: kindFlag, since: release(0, 31, 0), needsLock: true},
	// Whether each user must have an address.
	{name: "REQUIRE_USER_EMAIL", kind: kindFlag, since: release(1, 12, 0), needsLock: true},
}

// otherVars do not concern mail, but Pocket ID does not start if they are invalid.
// Source: the same, and env_config.go from v1.0.0 to v2.14.0.
var otherVars = []variable{
	{name: "APP_NAME", kind: kindName, needsLock: true},
	{name: "SESSION_DURATION", kind: kindNumber, needsLock: true}, // in minutes
	{name: "HOME_PAGE_URL", kind: kindFilled, needsLock: true},
	{name: "DISABLE_ANIMATIONS", kind: kindFlag, needsLock: true},
	{name: "ALLOW_OWN_ACCOUNT_EDIT", kind: kindFlag, needsLock: true},
	{name: "ALLOW_USER_SIGNUPS", kind: kindSignups, needsLock: true},
	{name: "SIGNUP_DEFAULT_USER_GROUP_IDS", kind: kindStrings, needsLock: true},
	{name: "SIGNUP_DEFAULT_CUSTOM_CLAIMS", kind: kindClaims, needsLock: true},
	{name: "LDAP_ENABLED", kind: kindFlag, needsLock: true},
	{name: "LDAP_SKIP_CERT_VERIFY", kind: kindFlag, needsLock: true},
	{name: "LDAP_SOFT_DELETE_USERS", kind: kindFlag, needsLock: true},
	{name: "WEBAUTHN_USER_VERIFICATION", kind: kindVerification, needsLock: true},
	{name: "WEBAUTHN_ALLOW_SYNCED_PASSKEYS", kind: kindFlag, needsLock: true},
	{name: "WEBAUTHN_AUTHENTICATOR_ATTACHMENT", kind: kindAuthenticator, needsLock: true},
	{name: "CIMD_URL_ALLOWLIST", kind: kindStrings, needsLock: true},
	{name: "TRUST_PROXY", kind: kindSwitch, since: release(1, 0, 0), until: release(2, 11, 0)}, // then addresses too
	{name: "ANALYTICS_DISABLED", kind: kindSwitch, since: release(1, 1, 0)},
	{name: "LOG_JSON", kind: kindSwitch, since: release(1, 7, 0)},
	{name: "ALLOW_DOWNGRADE", kind: kindSwitch, since: release(1, 9, 0)},
	{name: "S3_FORCE_PATH_STYLE", kind: kindSwitch, since: release(1, 16, 0)},
	{name: "DISABLE_RATE_LIMITING", kind: kindSwitch, since: release(2, 2, 0)},
	{name: "VERSION_CHECK_DISABLED", kind: kindSwitch, since: release(2, 3, 0)},
	{name: "SYSTEMD_SOCKET", kind: kindSwitch, since: release(2, 8, 0)},
	{name: "ALLOW_INSECURE_CALLBACK_URLS", kind: kindSwitch, since: release(2, 11, 0)},
	{name: "LOG_QUERY_ARGS", kind: kindSwitch, since: release(2, 13, 0)},
	{name: "METRICS_ENABLED", kind: kindSwitch, since: release(0, 52, 0), until: release(2, 10, 0)},
	{name: "TRACING_ENABLED", kind: kindSwitch, since: release(0, 52, 0), until: release(2, 10, 0)},
}

// variableOf is the row of a variable under either of its names.
func variableOf(key string) (variable, bool) {
	i := slices.IndexFunc(vars, func(known variable) bool { return key == known.name || key == known.oldName })
	if i < 0 || key == "" {
		return variable{name: key}, false
	}
	return vars[i], true
}

// MailSwitch is a variable that turns on a kind of mail.
type MailSwitch struct{ Key, Does, Risk string }

// MailSwitches are those that version v knows.
func MailSwitches(v Version) []MailSwitch {
	var list []MailSwitch
	for _, known := range vars {
		gone := known.until.Known() && orNewest(v).compare(known.until) >= 0
		if known.mails != "" && !gone && orNewest(v).compare(known.since) >= 0 {
			list = append(list, MailSwitch{known.name, known.mails, known.risk})
		}
	}
	return list
}

// KeyName is the name of a variable in version v, given under either name: before 1.0.0
// APP_URL and UI_CONFIG_DISABLED had the prefix PUBLIC_.
func KeyName(key string, v Version) string {
	known, _ := variableOf(key)
	if known.oldName != "" && !orNewest(v).AtLeast(1, 0, 0) {
		return known.oldName
	}
	return known.name
}

// TLSValue is the value of SMTP_TLS for a mode in version v; ok is false if the version
// cannot use this mode on this port. Up to 0.35.2 SMTP_TLS was true or false, and the
// port decided between implicit TLS and STARTTLS.
func TLSValue(v Version, mode string, port int) (value string, ok bool) {
	if !boolTLS(orNewest(v)) {
		return mode, true
	}
	if mode == "none" {
		return "false", true
	}
	return "true", (mode == "tls") == (port == 465)
}

// DefaultTLS is version v's default for SMTP_TLS.
func DefaultTLS(v Version) string {
	if boolTLS(orNewest(v)) {
		return "true"
	}
	return "none"
}

// DefaultPort is version v's default for SMTP_PORT, or 0 if it is required.
func DefaultPort(v Version, mode smtpcheck.TLSMode) int {
	switch {
	case !clientOf(v).defaultPort:
		return 0
	case mode == smtpcheck.TLSImplicit:
		return 465
	}
	return 587
}

// boolTLS reports whether SMTP_TLS is true or false instead of a mode.
func boolTLS(v Version) bool { return !v.AtLeast(0, 35, 3) }

func orNewest(v Version) Version {
	if !v.Known() || v.IsNone() {
		return NewestKnown()
	}
	return v
}

// Validate says what is wrong with a value for version v; it is nil for variables not in
// vars. No error contains a secret.
func Validate(key, value string, v Version) error {
	v = orNewest(v)
	known, ok := variableOf(key)
	want := KeyName(key, v)
	switch {
	case !ok:
		return nil
	case key != want:
		return fmt.Errorf("%s is not read by Pocket ID %s; there it is called %s", key, v, want)
	case v.compare(known.since) < 0:
		return fmt.Errorf("%s exists since Pocket ID %s; this is %s", key, known.since, v)
	case strings.ContainsAny(value, "\r\x00") || key != "SMTP_PASSWORD" && strings.Contains(value, "\n"):
		return fmt.Errorf("%s must be one line without control characters", key)
	}
	d, ok := demandOf(known.kind, v)
	switch {
	case known.kind == kindURL:
		return checkAppURL(key, value, v)
	case ok && !d.satisfiedBy(value):
		return fmt.Errorf("%s must be %s", key, d.want)
	}
	return nil
}

// IsTrue parses a boolean as Pocket ID does, including "1" and "TRUE".
func IsTrue(value string) bool {
	on, err := strconv.ParseBool(value)
	return on && err == nil
}

func checkAppURL(key, value string, v Version) error {
	if v.AtLeast(1, 14, 1) { // earlier ones take the slash at the end for a path
		value = strings.TrimRight(value, "/")
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return fmt.Errorf("%s must be a URL such as https://id.example.com", key)
	case u.Path != "":
		return fmt.Errorf("%s must have no path: write %s://%s", key, u.Scheme, u.Host)
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return fmt.Errorf("%s must be scheme, host and port only, such as https://id.example.com", key)
	}
	return nil
}
