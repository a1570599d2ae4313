package pocketid

import (
	_ "embed"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/smtpcheck"
)

// variable is one environment variable of Pocket ID.
type variable struct {
	Name      string
	OldName   string `json:"old_name"` // before 1.0.0, or "" when it was always called Name
	Kind      string // what its value must look like: demands say what each version requires
	Since     Version
	Until     Version // the first version that no longer reads it, or zero
	NeedsLock bool    `json:"needs_lock"` // has an effect only while UI_CONFIG_DISABLED is true
	Mails     string  // the kind of mail that a switch turns on
	Risk      string  // and its danger
}

//go:embed knowledge.json
var knowledgeJSON []byte

// known is knowledge.json.
var known = lazy.Table[struct {
	Runtimes []runtimeRow
	Mail     []variable // those that concern mail, and those a new file needs
	Others   []variable // without which Pocket ID does not start if they are invalid
	Public   []string   // settings, apart from Mail, whose values may be shown
	Defaults map[string]string
	Demands  []demand
}]("knowledge.json", knowledgeJSON)

// variables are all of them, those that concern mail first.
func variables() []variable { return slices.Concat(known().Mail, known().Others) }

// Defaults are the default settings by variable. They are the same in every version that
// has the setting, except SMTP_TLS: up to 0.35.2 it was a boolean, by default true.
func Defaults() map[string]string { return known().Defaults }

// variableOf is the row of a variable under either of its names.
func variableOf(key string) (variable, bool) {
	i := slices.IndexFunc(known().Mail, func(v variable) bool { return key == v.Name || key == v.OldName })
	if i < 0 || key == "" {
		return variable{Name: key}, false
	}
	return known().Mail[i], true
}

// in reports whether version v reads the variable.
func (row variable) in(v Version) bool {
	return v.compare(row.Since) >= 0 && !(row.Until.Known() && v.compare(row.Until) >= 0)
}

// MailSwitch is a variable that turns on a kind of mail.
type MailSwitch struct{ Key, Does, Risk string }

// MailSwitches are those that version v knows.
func MailSwitches(v Version) []MailSwitch {
	var list []MailSwitch
	for _, row := range known().Mail {
		if row.Mails != "" && row.in(orNewest(v)) {
			list = append(list, MailSwitch{row.Name, row.Mails, row.Risk})
		}
	}
	return list
}

// KeyName is the name of a variable in version v, given under either name: before 1.0.0
// APP_URL and UI_CONFIG_DISABLED had the prefix PUBLIC_.
func KeyName(key string, v Version) string {
	row, _ := variableOf(key)
	if row.OldName != "" && !orNewest(v).AtLeast(1, 0, 0) {
		return row.OldName
	}
	return row.Name
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
	row, ok := variableOf(key)
	want := KeyName(key, v)
	switch {
	case !ok:
		return nil
	case key != want:
		return fmt.Errorf("%s is not read by Pocket ID %s; there it is called %s", key, v, want)
	case v.compare(row.Since) < 0:
		return fmt.Errorf("%s exists since Pocket ID %s; this is %s", key, row.Since, v)
	case strings.ContainsAny(value, "\r\x00") || key != "SMTP_PASSWORD" && strings.Contains(value, "\n"):
		return fmt.Errorf("%s must be one line without control characters", key)
	}
	d, ok := demandOf(row.Kind, v)
	switch {
	case row.Kind == "url":
		return checkAppURL(key, value, v)
	case ok && !d.satisfiedBy(value):
		return fmt.Errorf("%s must be %s", key, d.Want)
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
