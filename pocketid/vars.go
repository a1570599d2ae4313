package pocketid

import (
	"fmt"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
)

// Kind is what a variable's value has to look like.
type Kind string

// The kinds of values.
const (
	KindText    Kind = "text"
	KindPort    Kind = "port"
	KindAddress Kind = "address" // a bare mail address
	KindBool    Kind = "bool"    // true or false
	KindTLS     Kind = "tls"     // none, starttls, tls
	KindURL     Kind = "url"     // http(s)://host[:port], no path
	KindPath    Kind = "path"
	KindKey     Kind = "key" // at least 16 bytes
)

// Var is one environment variable of Pocket ID.
type Var struct {
	Name    string
	OldName string // before 1.0.0, or "" when it was always called Name
	Kind    Kind
	Since   Version
	Default string // what an absent variable means, or ""
	// NeedsLock: counts only while UI_CONFIG_DISABLED is true.
	NeedsLock bool
}

// vars are the variables that concern mail, and those a new file needs. Source:
// env_config.go, app_config_service.go and appconfig/model.go of
// pocket-id/pocket-id from v0.31.0 to v2.14.0.
var vars = []Var{
	// The address of Pocket ID in the browser, without a path.
	{Name: "APP_URL", OldName: "PUBLIC_APP_URL", Kind: KindURL},
	// Required in 2.x. Changing it makes the stored data unreadable.
	{Name: "ENCRYPTION_KEY", Kind: KindKey, Since: release(1, 6, 0)},
	// Only with true do the mail variables have an effect.
	{Name: "UI_CONFIG_DISABLED", OldName: "PUBLIC_UI_CONFIG_DISABLED", Kind: KindBool, Since: release(0, 31, 0), Default: "false"},
	// The relay. Its certificate must be for this name.
	{Name: "SMTP_HOST", Kind: KindText, Since: release(0, 31, 0), NeedsLock: true},
	// From 2.10 an empty port means 465 for tls and 587 otherwise.
	{Name: "SMTP_PORT", Kind: KindPort, Since: release(0, 31, 0), NeedsLock: true},
	// A bare address; the name shown beside it is APP_NAME.
	{Name: "SMTP_FROM", Kind: KindAddress, Since: release(0, 31, 0), NeedsLock: true},
	// Empty when the relay wants no login.
	{Name: "SMTP_USER", Kind: KindText, Since: release(0, 31, 0), NeedsLock: true},
	// Even when it is empty it wins over SMTP_PASSWORD_FILE.
	{Name: "SMTP_PASSWORD", Kind: KindText, Since: release(0, 31, 0), NeedsLock: true},
	// Read as it is: a newline at the end becomes part of the password.
	{Name: "SMTP_PASSWORD_FILE", Kind: KindPath, Since: release(1, 7, 0), NeedsLock: true},
	// none stays in clear text, also when the relay offers STARTTLS.
	{Name: "SMTP_TLS", Kind: KindTLS, Since: release(0, 31, 0), Default: "none", NeedsLock: true},
	// true accepts any certificate, also that of an eavesdropper.
	{Name: "SMTP_SKIP_CERT_VERIFY", Kind: KindBool, Since: release(0, 31, 0), Default: "false", NeedsLock: true},
	// Mails a user about a sign-in from a new device.
	{Name: "EMAIL_LOGIN_NOTIFICATION_ENABLED", Kind: KindBool, Since: release(0, 31, 0), Default: "false", NeedsLock: true},
	// Lets an admin mail a login code to a user.
	{Name: "EMAIL_ONE_TIME_ACCESS_AS_ADMIN_ENABLED", Kind: KindBool, Since: release(0, 49, 0), Default: "false", NeedsLock: true},
	// Lets anyone ask for a login code by mail: whoever reads the mailbox can then sign in.
	{Name: "EMAIL_ONE_TIME_ACCESS_AS_UNAUTHENTICATED_ENABLED", Kind: KindBool, Since: release(0, 49, 0), Default: "false", NeedsLock: true},
	// Mails a user before an API key expires.
	{Name: "EMAIL_API_KEY_EXPIRATION_ENABLED", Kind: KindBool, Since: release(0, 49, 0), Default: "false", NeedsLock: true},
	// Asks users to confirm their address by mail.
	{Name: "EMAIL_VERIFICATION_ENABLED", Kind: KindBool, Since: release(2, 2, 0), Default: "false", NeedsLock: true},
	// Treats the addresses of users as verified.
	{Name: "EMAILS_VERIFIED", Kind: KindBool, Since: release(0, 31, 0), Default: "false", NeedsLock: true},
	// Whether each user must have an address.
	{Name: "REQUIRE_USER_EMAIL", Kind: KindBool, Since: release(1, 12, 0), Default: "true", NeedsLock: true},
}

// Vars are the variables that version v reads, under the names it reads them by.
// A version that is not known is taken for the newest.
func Vars(v Version) []Var {
	v = orNewest(v)
	var out []Var
	for _, known := range vars {
		if v.Compare(known.Since) < 0 {
			continue
		}
		known.Name = KeyName(known.Name, v)
		if known.Kind == KindTLS && boolTLS(v) {
			known.Default = "true"
		}
		out = append(out, known)
	}
	return out
}

// KeyName is the name by which version v reads a variable: before 1.0.0 APP_URL
// and UI_CONFIG_DISABLED have the prefix PUBLIC_. Either name may be given.
func KeyName(key string, v Version) string {
	old := !orNewest(v).AtLeast(1, 0, 0)
	for _, known := range vars {
		if known.OldName == "" || (key != known.Name && key != known.OldName) {
			continue
		}
		if old {
			return known.OldName
		}
		return known.Name
	}
	return key
}

// TLSValue is what version v wants in SMTP_TLS for a mode; ok is false when the
// version cannot be told to use this mode on this port. Up to 0.35.2 SMTP_TLS
// was true or false, and the port chose between implicit TLS and STARTTLS.
func TLSValue(v Version, mode string, port int) (value string, ok bool) {
	if !boolTLS(orNewest(v)) {
		return mode, true
	}
	switch mode {
	case "none":
		return "false", true
	case "tls":
		return "true", port == 465
	default:
		return "true", port != 465
	}
}

// boolTLS reports whether SMTP_TLS is true or false instead of a mode.
func boolTLS(v Version) bool { return !v.AtLeast(0, 35, 3) }

func orNewest(v Version) Version {
	if !v.Known() || v.IsNone() {
		return NewestKnown()
	}
	return v
}

// Validate says what is wrong with a value for version v; nil when it is fine or
// the variable is not one of ours. No error contains a secret.
func Validate(key, value string, v Version) error {
	v = orNewest(v)
	for _, known := range vars {
		if key != known.Name && key != known.OldName {
			continue
		}
		if want := KeyName(key, v); key != want {
			return fmt.Errorf("%s is not read by Pocket ID %s; there it is called %s", key, v, want)
		}
		if v.Compare(known.Since) < 0 {
			return fmt.Errorf("%s exists since Pocket ID %s; this is %s", key, known.Since, v)
		}
		if strings.ContainsAny(value, "\r\x00") || known.Name != "SMTP_PASSWORD" && strings.Contains(value, "\n") {
			return fmt.Errorf("%s must be one line without control characters", key)
		}
		return known.check(value, v)
	}
	return nil
}

func (known Var) check(value string, v Version) error {
	switch known.Kind {
	case KindPort:
		return checkPort(known.Name, value, v)
	case KindAddress:
		return checkAddress(known.Name, value)
	case KindBool:
		if _, err := strconv.ParseBool(value); err != nil {
			return fmt.Errorf("%s must be true or false", known.Name)
		}
	case KindTLS:
		return checkTLS(value, v)
	case KindURL:
		return checkAppURL(KeyName(known.Name, v), value, v)
	case KindKey:
		if len(value) < 16 {
			return fmt.Errorf("%s must be at least 16 bytes long", known.Name)
		}
	}
	return nil
}

// IsTrue reads a boolean of the file as Pocket ID does, "1" and "TRUE" included.
func IsTrue(value string) bool {
	on, err := strconv.ParseBool(value)
	return on && err == nil
}

func checkPort(key, value string, v Version) error {
	if value == "" && v.AtLeast(2, 10, 0) {
		return nil
	}
	if n, err := strconv.Atoi(value); err != nil || n < 1 || n > 65535 {
		return fmt.Errorf("%s must be a number from 1 to 65535", key)
	}
	return nil
}

func checkAddress(key, value string) error {
	addr, err := mail.ParseAddress(value)
	switch {
	case err != nil:
		return fmt.Errorf("%s must be a mail address such as no-reply@example.com", key)
	case addr.Address != value:
		return fmt.Errorf("%s must be the bare address %s; the visible name is APP_NAME", key, addr.Address)
	}
	return nil
}

func checkTLS(value string, v Version) error {
	if boolTLS(v) {
		if value != "true" && value != "false" {
			return fmt.Errorf("SMTP_TLS must be true or false in Pocket ID %s", v)
		}
		return nil
	}
	switch value {
	case "none", "starttls", "tls":
		return nil
	}
	return fmt.Errorf("SMTP_TLS must be none, starttls or tls")
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
