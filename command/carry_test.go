package command

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestApplyCarriesOver locks an install with what was set in its admin UI. The key is
// nowhere in what is printed or written.
func TestApplyCarriesOver(t *testing.T) {
	t.Parallel()
	const key = "pl4nted-api-key"
	recorded, err := os.ReadFile("../pocketid/api/testdata/v0.49.0.json")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-API-Key") != key {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write(recorded)
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	s := &site{t: t, dir: dir}
	env, old := filepath.Join(dir, ".env"), "APP_URL="+server.URL+"\n"
	args := func(more ...string) []string {
		return append([]string{"apply", "--env-file", env, "--no-check", "--host", "smtp.example.com", "--port", "465", "--tls", "tls",
			"--from", "id@example.com"}, more...)
	}
	right, wrong := s.file("key", key+"\n"), s.file("wrong", "wr0ng-key\n")
	for _, c := range []struct {
		args []string
		exit int
		says string
	}{
		{[]string{"--carry-over", "--api-key-file", right}, exitUsage, "needs --lock-ui"},
		{[]string{"--lock-ui", "--api-key-file", right}, exitUsage, "needs --carry-over"},
		{[]string{"--lock-ui", "--carry-over"}, exitUsage, "--api-key-file or SMTP_WIZARD_API_KEY"},
		{[]string{"--lock-ui", "--carry-over", "--api-key-file", filepath.Join(dir, "none")}, exitFile, "no such file"},
		{[]string{"--lock-ui", "--carry-over", "--api-key-file", wrong}, exitFile, "did not accept the API key"},
		{[]string{"--lock-ui", "--carry-over", "--api-key-file", right, "--dry-run"}, exitOK, "LDAP_ENABLED=true"},
	} {
		s.file(".env", old)
		out, errs, exit := s.run(args(c.args...)...)
		if exit != c.exit || !strings.Contains(out+errs, c.says) || strings.Contains(out+errs, "pl4nted") || strings.Contains(out+errs, "wr0ng-key") {
			t.Errorf("%v: exit code %d\n%s%s", c.args, exit, out, errs)
		}
		if now, _ := os.ReadFile(env); string(now) != old {
			t.Errorf("%v: written:\n%s", c.args, now)
		}
	}
	out, errs, exit := s.run(args("--lock-ui", "--carry-over", "--api-key-file", right)...)
	now, _ := os.ReadFile(env)
	for _, line := range []string{"UI_CONFIG_DISABLED=true", "LDAP_BIND_PASSWORD=pl4nted-ldap-password", "SMTP_HOST=smtp.example.com"} {
		if exit != exitOK || !strings.Contains(string(now), line+"\n") || strings.Contains(string(now), key) || strings.Contains(out+errs, "pl4nted") {
			t.Errorf("exit code %d, %s:\n%s\n%s%s", exit, line, now, out, errs)
		}
	}
}
