package api

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/pocketid"
	"smtp-wizard/secret"
)

const key = "pl4nted-api-key"

// serve is a Pocket ID that gives that answer to the key.
func serve(t *testing.T, answer http.HandlerFunc) (*httptest.Server, *x509.CertPool) {
	t.Helper()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/api/application-configuration/all" || r.Header.Get("X-API-KEY") != key {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return s, pool
}

// TestRecordedShapes reads what versions answer; the shapes are those of their source.
func TestRecordedShapes(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{
		"v0.49.0": "APP_NAME=Example Login SMTP_HOST=smtp.example.com SMTP_PASSWORD=pl4nted-mail-password SMTP_TLS=starttls " +
			"EMAIL_ONE_TIME_ACCESS_AS_ADMIN_ENABLED=true LDAP_ENABLED=true LDAP_BIND_PASSWORD=pl4nted-ldap-password LDAP_ATTRIBUTE_ADMIN_GROUP=admins",
		"v2.9.0": "SESSION_DURATION=480 HOME_PAGE_URL=/settings/apps ACCENT_COLOR=oklch(0.6 0.2 250) ALLOW_USER_SIGNUPS=withToken " +
			`SIGNUP_DEFAULT_USER_GROUP_IDS=["0f7c1de8-9d31-4f0c-a5d0-0c1f6d1f3f11"] LDAP_USER_SEARCH_FILTER=(objectClass=inetOrgPerson)`,
		"v2.14.0": `DISABLE_ANIMATIONS=true LDAP_ADMIN_GROUP_NAME=admins WEBAUTHN_USER_VERIFICATION=preferred CIMD_URL_ALLOWLIST=["https://app.example.com/*"]`,
	} {
		recorded, err := os.ReadFile("testdata/" + version + ".json")
		casetest.Must(t, err)
		s, pool := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(recorded) })
		settings, err := Changed(t.Context(), s.URL+"/", secret.New(key), pool)
		var got []string
		for _, one := range settings {
			got = append(got, one.Name+"="+one.Value.Reveal())
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", version, err, strings.Join(got, " "), want)
		}
		if printed := fmt.Sprintf("%v %+v", settings, settings); strings.Contains(printed, "pl4nted") {
			t.Errorf("%s: %s", version, printed)
		}
	}
}

// TestEverySetting has each setting of every version under its own variable, and the
// defaults of none.
func TestEverySetting(t *testing.T) {
	t.Parallel()
	recorded, err := os.ReadFile("testdata/settings.txt")
	casetest.Must(t, err)
	type setting struct{ Key, Value string }
	var changed, unchanged []setting
	var want []string
	for line := range strings.Lines(string(recorded)) {
		f := strings.Fields(line)
		if f[0] == "#" {
			continue
		}
		changed = append(changed, setting{f[0], "other"})
		if len(f) > 2 {
			want = append(want, f[2])
			unchanged = append(unchanged, setting{f[0], pocketid.Defaults()[f[2]]})
		}
	}
	unchanged = append(unchanged, setting{"smtpTls", "true"}, setting{"smtpPassword", redacted})
	for name := range pocketid.Defaults() {
		if !slices.Contains(want, name) {
			t.Errorf("%s is no setting of any version", name)
		}
	}
	for _, c := range []struct {
		all  []setting
		want []string
	}{{changed, want}, {unchanged, nil}} {
		s, pool := serve(t, func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(c.all) })
		settings, err := Changed(t.Context(), s.URL, secret.New(key), pool)
		var got []string
		for _, one := range settings {
			got = append(got, one.Name)
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", err, got, c.want)
		}
	}
}

func TestKeyGoesNowhereElse(t *testing.T) {
	t.Parallel()
	var elsewhere bool
	other, _ := serve(t, func(http.ResponseWriter, *http.Request) { elsewhere = true })
	for name, answer := range map[string]http.HandlerFunc{
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.URL.Path, http.StatusFound)
		},
		"too much":       func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, maxAnswer+2)) },
		"another page":   func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>\x1b[2J") },
		"a name of evil": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `[{"key":"a\nLD_PRELOAD","value":"x"}]`) },
		"an error":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
	} {
		s, pool := serve(t, answer)
		if settings, err := Changed(t.Context(), s.URL, secret.New(key), pool); err == nil || strings.ContainsAny(err.Error(), "\x1b\n") {
			t.Errorf("%s: %v, %v", name, settings, err)
		}
	}
	s, pool := serve(t, func(http.ResponseWriter, *http.Request) { elsewhere = true })
	for appURL, given := range map[string]string{
		"http://id.example.com": key, "ftp://localhost": key, "https://a:b@id.example.com": key, "": key,
		s.URL: "wr0ng-key", s.URL + "/": "line\nbreak",
	} {
		if _, err := Changed(t.Context(), appURL, secret.New(given), pool); err == nil || strings.Contains(err.Error(), given) {
			t.Errorf("%s: %v", appURL, err)
		}
	}
	if _, err := Changed(t.Context(), s.URL, secret.New(key), x509.NewCertPool()); err == nil {
		t.Error("a certificate that nobody trusts")
	}
	if elsewhere {
		t.Error("the key went where it must not")
	}
}
