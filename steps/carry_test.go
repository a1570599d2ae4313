package steps

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/wizard"
)

// TestCarriesOver locks an install whose settings were made in the UI, and loses none.
func TestCarriesOver(t *testing.T) {
	t.Parallel()
	recorded, err := os.ReadFile("../pocketid/api/testdata/v0.49.0.json")
	if err != nil {
		t.Fatal(err)
	}
	const key = "pl4nted-api-key"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-API-Key") != key {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = w.Write(recorded)
	}))
	t.Cleanup(server.Close)
	w := newWalk(t, "google", practice.Options{})
	path := filepath.Join(w.dir, ".env")
	put(t, path, "APP_URL="+server.URL+"\nENCRYPTION_KEY=0123456789abcdef0123456789abcdef\n")
	w.begin(w.machine, Answers{EnvFile: path, AppURL: server.URL, MailAnswers: mailFrom("id@example.com")})
	w.to(Write)
	if _, asked := w.machine.Page(w.state).FieldNamed("api_key"); asked {
		t.Error("a key is asked for before the UI is to be locked")
	}
	w.answer("lock_ui", "yes")
	give := func(key string) {
		w.apply(wizard.TypedSecret{Field: "api_key", Secret: secret.New(key)})
		w.enter()
	}
	give("wr0ng-key")
	if err := failed(w.state.Found[Write]); err == nil || strings.Contains(err.Error(), "wr0ng-key") {
		t.Errorf("a wrong key: %v", err)
	}
	w.answer("action", "without")
	w.enter()
	give(key)
	shown := wizard.Session[Answers]{Machine: w.machine, State: w.state}.Page()
	for _, block := range shown.Body {
		if lines, ok := block.(wizard.Verbatim); ok {
			for _, l := range lines.Lines {
				if strings.Contains(l.Text, "pl4nted") {
					t.Errorf("shown: %s", l.Text)
				}
			}
		}
	}
	w.finish()
	env := w.read(path)
	for _, line := range []string{"APP_NAME='Example Login'", "LDAP_ENABLED=true", "LDAP_BIND_PASSWORD=pl4nted-ldap-password",
		"LDAP_ATTRIBUTE_ADMIN_GROUP=admins", "EMAIL_ONE_TIME_ACCESS_AS_ADMIN_ENABLED=true", "UI_CONFIG_DISABLED=true", "SMTP_HOST=localhost"} {
		if !strings.Contains(strings.ReplaceAll(env, `"`, "'"), line+"\n") {
			t.Errorf("no %s in\n%s", line, env)
		}
	}
	if strings.Contains(env, key) || strings.Contains(env, "pl4nted-mail-password") || strings.Contains(env, "BACKGROUND_IMAGE") {
		t.Errorf("too much is in\n%s", env)
	}
}
