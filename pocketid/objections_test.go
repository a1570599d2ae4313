package pocketid

import (
	"slices"
	"strings"
	"testing"
)

func TestObjections(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		version string
		env     string // KEY=value, separated by spaces
		want    []string
	}{
		{"nothing", "2.9.0", "UI_CONFIG_DISABLED=true SMTP_HOST=mx.example.com SMTP_TLS=tls SMTP_FROM=a@example.com", nil},
		{"no lock", "2.9.0", "SMTP_HOST=mx.example.com", []string{"SMTP_ variables have no effect until UI_CONFIG_DISABLED=true is set."}},
		{"the old name of the lock", "0.40.0", "PUBLIC_UI_CONFIG_DISABLED=1", nil},
		{"the new name in an old version", "0.40.0", "UI_CONFIG_DISABLED=true", []string{"SMTP_ variables have no effect until PUBLIC_UI_CONFIG_DISABLED=true is set."}},
		{"before the variables", "0.30.9", "SMTP_HOST=x", []string{"Pocket ID 0.30.9 reads no SMTP_ variable: they exist since 0.31.0."}},
		{"a flag of a later version", "2.1.0", "UI_CONFIG_DISABLED=true EMAIL_VERIFICATION_ENABLED=true",
			[]string{"EMAIL_VERIFICATION_ENABLED exists since Pocket ID 2.2.0; this is 2.1.0."}},
		{"a password file before its time", "1.6.9", "UI_CONFIG_DISABLED=true SMTP_PASSWORD_FILE=/p",
			[]string{"SMTP_PASSWORD_FILE exists since Pocket ID 1.7.0; this is 1.6.9."}},
		{"a password file", "1.7.0", "UI_CONFIG_DISABLED=true SMTP_PASSWORD_FILE=/p", nil},
		{"no boolean", "2.9.0", "UI_CONFIG_DISABLED=true SMTP_SKIP_CERT_VERIFY=yes", []string{"SMTP_SKIP_CERT_VERIFY must be true or false."}},
		{"no boolean, later", "2.14.0", "UI_CONFIG_DISABLED=true SMTP_SKIP_CERT_VERIFY=yes",
			[]string{"SMTP_SKIP_CERT_VERIFY must be true or false: otherwise Pocket ID 2.14.0 does not start."}},
		{"an empty flag", "2.13.9", "UI_CONFIG_DISABLED=true EMAILS_VERIFIED=", nil},
		{"an empty flag, later", "2.14.0", "UI_CONFIG_DISABLED=true EMAILS_VERIFIED=",
			[]string{"EMAILS_VERIFIED must be true or false: otherwise Pocket ID 2.14.0 does not start."}},
		{"a named sender", "2.14.0", "UI_CONFIG_DISABLED=true SMTP_FROM=ID<a@example.com>",
			[]string{"SMTP_FROM must be the bare address a@example.com; the visible name is APP_NAME: otherwise Pocket ID 2.14.0 does not start."}},
		{"a user alone", "2.9.0", "UI_CONFIG_DISABLED=true SMTP_USER=u", nil},
		{"a user alone, later", "2.10.0", "UI_CONFIG_DISABLED=true SMTP_USER=u", []string{"SMTP_USER is set without a password, which Pocket ID 2.10 and later refuses."}},
		{"a user with a file", "2.10.0", "UI_CONFIG_DISABLED=true SMTP_USER=u SMTP_PASSWORD_FILE=/p", nil},
		{"an empty password over a file", "2.9.0", "UI_CONFIG_DISABLED=true SMTP_PASSWORD= SMTP_PASSWORD_FILE=/p",
			[]string{"SMTP_PASSWORD is present but empty, so it wins over SMTP_PASSWORD_FILE: there is no password."}},
	} {
		values := map[string]string{}
		for pair := range strings.FieldsSeq(tt.env) {
			key, value, _ := strings.Cut(pair, "=")
			values[key] = value
		}
		if got := Objections(values, must(t, tt.version)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
