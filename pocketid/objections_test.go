package pocketid

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
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
	for _, tt := range casetest.Read[[]struct {
		Env      string // KEY=value, with | between; one without = takes the key away
		Versions string
		Want     string
	}](t, "objections") {
		for version := range strings.FieldsSeq(tt.Versions) {
			var got []string
			for _, o := range Objections(settingsOf(fine+tt.Env), must(t, version)) {
				if got = append(got, o.Key+" "+effects[o.Effect]); o.Cure == "" || strings.Contains(o.String()+o.Cure, "KEY=") ||
					strings.Contains(o.String()+o.Value, "hunter2") {
					t.Errorf("%s in %s: %s %s", tt.Env, version, o, o.Cure)
				}
			}
			if strings.HasPrefix(tt.Env, flags[0]+"=yes") { // all of them, each named
				for _, key := range flags {
					if !slices.Contains(got, key+" no start") {
						t.Errorf("%s=yes in %s: %q", key, version, got)
					}
				}
			} else if strings.Join(got, ", ") != tt.Want {
				t.Errorf("%s in %s: %q, want %q", tt.Env, version, got, tt.Want)
			}
		}
	}
}

// Each flag of the table is judged the same way: 1 and TRUE were good up to 2.13.
func TestFlags(t *testing.T) {
	t.Parallel()
	for _, known := range variables() {
		for _, value := range []string{"1", "TRUE", "True", "t", ""} {
			values := settingsOf(fine + known.Name + "=" + value)
			before, later := Objections(values, must(t, "2.13.0")), Objections(values, must(t, "2.14.0"))
			if known.Until.Known() {
				continue // 2.14.0 does not read it
			}
			if known.Kind == "flag" && (len(before) > 0 || len(later) != 1 || later[0].Effect != NoStart) {
				t.Errorf("%s=%s: %v, %v", known.Name, value, before, later)
			}
		}
	}
}

func TestObjectionWords(t *testing.T) {
	t.Parallel()
	for env, want := range map[string]string{
		"SMTP_TLS=true": `SMTP_TLS must be none, starttls or tls (it is "true"): otherwise Pocket ID 2.14.0 does not start. ` +
			"Write SMTP_TLS=starttls for port 587, SMTP_TLS=tls for port 465, or SMTP_TLS=none.",
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
