package pocketid

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// fine is a file that every version from 1.0.0 on starts with and sends with.
const fine = "UI_CONFIG_DISABLED=true|SMTP_HOST=mx.example.com|SMTP_PORT=587|SMTP_TLS=tls|SMTP_FROM=a@example.com|"

var effects = map[Effect]string{NoStart: "no start", Ignored: "ignored", NoMail: "no mail", Notice: "notice"}

// TestObjections puts lines over a good file and lists what each range of versions
// makes of them, by key and effect.
func TestObjections(t *testing.T) {
	t.Parallel()
	flags := []string{"EMAILS_VERIFIED", "REQUIRE_USER_EMAIL", "SMTP_SKIP_CERT_VERIFY", "EMAIL_VERIFICATION_ENABLED",
		"LDAP_ENABLED", "ALLOW_OWN_ACCOUNT_EDIT", "WEBAUTHN_ALLOW_SYNCED_PASSKEYS", "DISABLE_ANIMATIONS"}
	for _, tt := range []struct {
		env      string // KEY=value, with | between; one without = takes the key away
		versions string
		want     string
	}{
		{"", "1.0.0 2.9.0 2.13.0 2.14.0", ""},
		{"EMAILS_VERIFIED=false|APP_NAME=Müller & Söhne, 30 Zeichen lan|SESSION_DURATION=-5|HOME_PAGE_URL=/|SMTP_PASSWORD=x|SMTP_USER=u", "2.14.0", ""},
		{"APP_URL=https://id.example.com/|SIGNUP_DEFAULT_CUSTOM_CLAIMS=[]|CIMD_URL_ALLOWLIST=", "2.14.0", ""},
		{"UI_CONFIG_DISABLED", "1.0.0 2.14.0", "UI_CONFIG_DISABLED ignored"},
		{"UI_CONFIG_DISABLED=|SMTP_TLS=true|EMAILS_VERIFIED=1", "2.14.0", "UI_CONFIG_DISABLED ignored"},
		{"UI_CONFIG_DISABLED=false", "2.9.0", "UI_CONFIG_DISABLED ignored"},
		{"UI_CONFIG_DISABLED=TRUE", "2.9.0 2.14.0", ""},
		{"UI_CONFIG_DISABLED=yes", "1.0.0 2.9.0 2.14.0", "UI_CONFIG_DISABLED no start, UI_CONFIG_DISABLED ignored"},
		{"UI_CONFIG_DISABLED=on", "0.40.0", "PUBLIC_UI_CONFIG_DISABLED ignored"},
		{"UI_CONFIG_DISABLED|PUBLIC_UI_CONFIG_DISABLED=1", "0.40.0", ""},
		{"PUBLIC_UI_CONFIG_DISABLED=on", "0.40.0", "PUBLIC_UI_CONFIG_DISABLED no start, PUBLIC_UI_CONFIG_DISABLED ignored"},
		{"", "0.30.9", " notice"},
		{"SMTP_TLS=true", "2.9.0 2.13.0", "SMTP_TLS no mail"},
		{"PUBLIC_UI_CONFIG_DISABLED=true|SMTP_TLS=true", "0.35.3", "SMTP_TLS no mail"},
		{"PUBLIC_UI_CONFIG_DISABLED=true|SMTP_TLS=starttls", "0.35.2", "SMTP_TLS no mail"},
		{"PUBLIC_UI_CONFIG_DISABLED=true|SMTP_TLS=true", "0.35.2", ""},
		{"SMTP_TLS=true", "2.14.0", "SMTP_TLS no start"},
		{"SMTP_TLS=STARTTLS", "2.9.0", "SMTP_TLS no mail"},
		{"SMTP_TLS=", "2.9.0", "SMTP_TLS no mail"},
		{"SMTP_TLS=", "2.10.0 2.13.0", ""},
		{"SMTP_TLS=", "2.14.0", "SMTP_TLS no start"},
		{"SMTP_TLS", "2.9.0 2.10.0 2.14.0", ""},
		{"SMTP_FROM=a@localhost", "2.9.0 2.13.0", ""},
		{"SMTP_FROM=a@localhost", "2.14.0", "SMTP_FROM no start"},
		{"SMTP_FROM=a@[192.0.2.1]", "2.14.0", "SMTP_FROM no start"},
		{"SMTP_FROM=a@id.123", "2.14.0", "SMTP_FROM no start"},
		{"SMTP_FROM=a@id.c0m", "2.14.0", ""},
		{"SMTP_FROM=a@my_id.example.com", "2.14.0", "SMTP_FROM no start"},
		{"SMTP_FROM=a@bücher.example", "2.14.0", ""},
		{"SMTP_FROM=ID <a@example.com>", "2.9.0 2.10.0", "SMTP_FROM no mail"},
		{"SMTP_FROM=ID <a@example.com>", "2.14.0", "SMTP_FROM no start"},
		{"SMTP_FROM=", "2.9.0 2.14.0", "SMTP_FROM no mail"},
		{"SMTP_FROM", "2.9.0 2.14.0", "SMTP_FROM no mail"},
		{"SMTP_HOST=", "2.9.0 2.14.0", "SMTP_HOST no mail"},
		{"SMTP_HOST=smtp://mx.example.com", "2.9.0 2.14.0", "SMTP_HOST no mail"},
		{"SMTP_HOST=mx.example.com:587", "2.9.0", "SMTP_HOST no mail"},
		{"SMTP_HOST=[::1]", "2.9.0", ""},
		{"SMTP_PORT=", "2.9.0", "SMTP_PORT no mail"},
		{"SMTP_PORT", "2.9.0", "SMTP_PORT no mail"},
		{"SMTP_PORT", "2.10.0", ""},
		{"SMTP_PORT=", "2.10.0 2.14.0", ""},
		{"SMTP_PORT=587 ", "2.9.0 2.14.0", "SMTP_PORT no mail"},
		{"SMTP_PORT=70000", "2.9.0 2.14.0", "SMTP_PORT no mail"},
		{"APP_NAME=", "2.13.0", ""},
		{"APP_NAME=", "2.14.0", "APP_NAME no start"},
		{"APP_NAME=Die Anmeldung der Müller GmbH & Co", "2.14.0", "APP_NAME no start"},
		{"SESSION_DURATION=", "2.14.0", "SESSION_DURATION no start"},
		{"SESSION_DURATION=1h", "2.14.0", "SESSION_DURATION no start"},
		{"HOME_PAGE_URL=|ALLOW_USER_SIGNUPS=|WEBAUTHN_USER_VERIFICATION=", "2.13.0", ""},
		{"HOME_PAGE_URL=|ALLOW_USER_SIGNUPS=|WEBAUTHN_USER_VERIFICATION=", "2.14.0",
			"HOME_PAGE_URL no start, ALLOW_USER_SIGNUPS no start, WEBAUTHN_USER_VERIFICATION no start"},
		{"ALLOW_USER_SIGNUPS=true|WEBAUTHN_USER_VERIFICATION=discouraged|WEBAUTHN_AUTHENTICATOR_ATTACHMENT=usb", "2.14.0",
			"ALLOW_USER_SIGNUPS no start, WEBAUTHN_USER_VERIFICATION no start, WEBAUTHN_AUTHENTICATOR_ATTACHMENT no start"},
		{"SIGNUP_DEFAULT_USER_GROUP_IDS=null|SIGNUP_DEFAULT_CUSTOM_CLAIMS=[{}]|CIMD_URL_ALLOWLIST=*", "2.14.0",
			"SIGNUP_DEFAULT_USER_GROUP_IDS no start, SIGNUP_DEFAULT_CUSTOM_CLAIMS no start, CIMD_URL_ALLOWLIST no start"},
		{"ANALYTICS_DISABLED=yes", "2.9.0", "ANALYTICS_DISABLED no start"},
		{"TRUST_PROXY=10.0.0.1|METRICS_ENABLED=on", "2.9.0", "TRUST_PROXY no start, METRICS_ENABLED no start"},
		{"TRUST_PROXY=10.0.0.1|METRICS_ENABLED=on", "2.11.0 2.14.0", ""},
		{"APP_URL=https://id.example.com/auth", "2.9.0 2.14.0", "APP_URL no start"},
		{"APP_URL=id.example.com", "2.9.0", "APP_URL no start"},
		{"APP_URL=https://id.example.com/", "1.14.0", "APP_URL no start"},
		{"ENCRYPTION_KEY=hunter2", "1.16.0", ""},
		{"ENCRYPTION_KEY=hunter2", "2.0.0 2.14.0", "ENCRYPTION_KEY no start"},
		{"ENCRYPTION_KEY=", "2.9.0", "ENCRYPTION_KEY no start"},
		{"ENCRYPTION_KEY=|ENCRYPTION_KEY_FILE=/run/key", "2.9.0", ""},
		{"EMAIL_VERIFICATION_ENABLED=true", "2.1.0", "EMAIL_VERIFICATION_ENABLED notice"},
		{"SMTP_PASSWORD_FILE=/p", "1.6.9", "SMTP_PASSWORD_FILE notice"},
		{"SMTP_PASSWORD_FILE=/p|SMTP_USER=u", "1.7.0 2.10.0", ""},
		{"SMTP_PASSWORD=|SMTP_PASSWORD_FILE=/p", "2.9.0", "SMTP_PASSWORD notice"},
		{"SMTP_USER=u", "2.9.0", ""},
		{"SMTP_USER=u", "2.10.0 2.14.0", "SMTP_USER no mail"},
		{"SMTP_USER=u|SMTP_PASSWORD=|SMTP_PASSWORD_FILE=/p", "2.10.0", "SMTP_USER no mail, SMTP_PASSWORD notice"},
		{strings.Join(flags, "=yes|") + "=yes", "2.14.0", "EMAIL_VERIFICATION_ENABLED no start"},
	} {
		for version := range strings.FieldsSeq(tt.versions) {
			var got []string
			for _, o := range Objections(settingsOf(fine+tt.env), must(t, version)) {
				if got = append(got, o.Key+" "+effects[o.Effect]); o.Cure == "" || strings.Contains(o.String()+o.Cure, "KEY=") ||
					strings.Contains(o.String()+o.Value, "hunter2") {
					t.Errorf("%s in %s: %s %s", tt.env, version, o, o.Cure)
				}
			}
			if strings.HasPrefix(tt.env, flags[0]+"=yes") { // all of them, each named
				for _, key := range flags {
					if !slices.Contains(got, key+" no start") {
						t.Errorf("%s=yes in %s: %q", key, version, got)
					}
				}
			} else if strings.Join(got, ", ") != tt.want {
				t.Errorf("%s in %s: %q, want %q", tt.env, version, got, tt.want)
			}
		}
	}
}

// Each flag of the table is judged the same way: 1 and TRUE were good up to 2.13.
func TestFlags(t *testing.T) {
	t.Parallel()
	for _, known := range slices.Concat(vars, otherVars) {
		for _, value := range []string{"1", "TRUE", "True", "t", ""} {
			values := settingsOf(fine + known.name + "=" + value)
			before, later := Objections(values, must(t, "2.13.0")), Objections(values, must(t, "2.14.0"))
			if known.until.Known() {
				continue // 2.14.0 does not read it
			}
			if known.kind == kindFlag && (len(before) > 0 || len(later) != 1 || later[0].Effect != NoStart) {
				t.Errorf("%s=%s: %v, %v", known.name, value, before, later)
			}
		}
	}
}

func TestObjectionWords(t *testing.T) {
	t.Parallel()
	for env, want := range map[string]string{
		"SMTP_TLS=true": `SMTP_TLS must be none, starttls or tls (it is "true"): otherwise Pocket ID 2.14.0 does not start. ` + writeTLS,
		"SMTP_FROM=ID <a@example.com>": `SMTP_FROM must be a bare mail address with a domain such as example.com (it is "ID <a@example.com>"): ` +
			`otherwise Pocket ID 2.14.0 does not start. Write SMTP_FROM=a@example.com; the visible name is APP_NAME.`,
		"SMTP_HOST=u:hunter2@mx.example.com": `SMTP_HOST must be a host name or an address: otherwise Pocket ID 2.14.0 cannot send mail. ` +
			`Write the name alone, as in SMTP_HOST=smtp.example.com: no scheme, port or login.`,
	} {
		list := Objections(settingsOf(fine+env), must(t, "2.14.0"))
		if got := fmt.Sprint(list[0], " ", list[0].Cure); len(list) != 1 || got != want {
			t.Errorf("%s: %s", env, got)
		}
	}
}

func settingsOf(env string) map[string]string {
	values := map[string]string{}
	for pair := range strings.SplitSeq(env, "|") {
		if key, value, set := strings.Cut(pair, "="); set {
			values[key] = value
		} else {
			delete(values, key)
		}
	}
	return values
}
