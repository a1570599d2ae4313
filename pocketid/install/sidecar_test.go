package install_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtp-wizard/between"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
)

// A sidecar is put into each of these, and compose's own loader then finds it with
// all that it needs. What is there already stays.
func TestPutSidecar(t *testing.T) {
	t.Parallel()
	const base = "services:\n  pocket-id:\n    image: ghcr.io/pocket-id/pocket-id:v2.10.0\n    env_file: .env\n"
	relay := between.Relay{Name: "id.example.com", Settings: smtpcheck.Settings{Host: "smtp.example.com", Port: 587,
		TLS: smtpcheck.TLSStartTLS, User: "a$b", Password: secret.New("hidden"), From: "id@example.com", To: "you@example.org"}}
	for name, c := range map[string]struct{ base, override, has string }{
		"no override":           {base: base},
		"override":              {base: base, override: "# mine\nservices:\n  pocket-id:\n    hostname: id.example.com # name\n", has: "hostname: id.example.com # name"},
		"another service":       {base: base, override: "services:\n  db:\n    image: postgres\n", has: "    image: postgres"},
		"depends on a list":     {base: base + "  db:\n    image: postgres\n", override: "services:\n  pocket-id:\n    depends_on:\n      - db\n", has: "- db"},
		"depends on a mapping":  {base: base + "  db:\n    image: postgres\n", override: "services:\n  pocket-id:\n    depends_on:\n      db:\n        condition: service_started\n", has: "db:"},
		"own network":           {base: base + "    networks: [inside]\nnetworks:\n  inside:\n    internal: true\n"},
		"foreign network alone": {base: base + "    networks: [proxy]\nnetworks:\n  proxy:\n    external: true\n"},
		"secrets, no line end":  {base: base, override: "secrets:\n  other:\n    file: ./other", has: "file: ./other"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write := func(file, text string) {
				casetest.Must(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
			}
			discover := func() install.Install { return install.Discover(install.ThisMachine(), filepath.Join(dir, ".env")) }
			write(".env", "SMTP_HOST=msmtpd\n")
			write("other", "")
			write("compose.yaml", c.base)
			if c.override != "" {
				write("compose.override.yaml", c.override)
			}
			before := discover()
			put := func(in install.Install, data []byte) []byte {
				out, err := install.PutSidecar(data, in, between.Service, between.Image, relay.Variables(), between.SecretName, "./"+between.SecretName)
				casetest.Must(t, err)
				return out
			}
			made := put(before, []byte(c.override))
			write("compose.override.yaml", string(made))
			in := discover()
			if in.Refused != "" || in.Service != "pocket-id" || !strings.Contains(string(made), c.has) {
				t.Fatalf("%s\n%s", in.Refused, made)
			}
			car, ok := in.Sidecar(between.Service)
			if !ok || car.Published || car.Image != between.Image || car.Path != filepath.Join(dir, between.SecretName) {
				t.Fatalf("%+v\n%s", car, made)
			}
			if got, ok := between.FromVariables(func(key string) string { return car.Variables[key] }); !ok ||
				got.Host != relay.Host || got.TLS != relay.TLS || got.User != "a$b" || got.Name != relay.Name {
				t.Errorf("%+v\n%s", got, made)
			}
			if len(in.Compose.Networks) == 0 {
				t.Errorf("Pocket ID shares no network of the project with it\n%s", made)
			}
			if again := string(put(in, made)); again != string(made) {
				t.Errorf("a second time it is\n%s", again)
			}
			if strings.Contains(string(made), "ports:") || strings.Contains(string(made), "hidden") {
				t.Errorf("%s", made)
			}
		})
	}
}
