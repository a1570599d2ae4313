package pocketid

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestParseCompose(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, yaml string
		env        map[string]string
		want       composeService // Version is compared as version
		version    string
	}{
		{name: "ghcr, digest, hostname, list of env files", version: "2.9.0", yaml: `
services:
  db: {image: postgres}
  auth:
    image: ghcr.io/pocket-id/pocket-id:v2.9.0-distroless@sha256:0123
    hostname: id.example.com
    container_name: pid
    env_file: [common.env, ./.env]
    environment: {APP_URL: "https://id.example.com", SMTP_HOST: relay, TRUST_PROXY: true}
`, want: composeService{Service: "auth", Image: "ghcr.io/pocket-id/pocket-id:v2.9.0-distroless@sha256:0123",
			Hostname: "id.example.com", AppURL: "https://id.example.com",
			EnvFiles:    []envFile{{Path: "common.env"}, {Path: "./.env"}},
			Environment: []string{"APP_URL", "SMTP_HOST", "TRUST_PROXY"}}},
		{name: "old image, environment list, raw env file, host network", version: "0.30.0", yaml: `
services:
  web:
    image: stonith404/pocket-id:v0.30.0
    network_mode: host
    env_file:
      - path: ./pocket.env
        format: raw
        required: false
      - path: other.env
    environment:
      - PUBLIC_APP_URL=https://id.example.com
      - SMTP_PORT
`, want: composeService{Service: "web", Image: "stonith404/pocket-id:v0.30.0", HostNetwork: true,
			AppURL:      "https://id.example.com",
			EnvFiles:    []envFile{{Path: "./pocket.env", Raw: true}, {Path: "other.env"}},
			Environment: []string{"PUBLIC_APP_URL", "SMTP_PORT"}, Passed: []string{"SMTP_PORT"}}},
		{name: "values handed on, data elsewhere", version: "2.9.0", env: map[string]string{"APP_URL": "https://id.example.com", "DATA": "/srv/data"}, yaml: `
services:
  pocket-id:
    image: pocketid/pocket-id:v2.9.0
    environment:
      APP_URL: ${APP_URL:?}
      SMTP_HOST: $SMTP_HOST
      SMTP_PORT: "${SMTP_PORT:-587}"
      SMTP_USER: id-${SMTP_USER}
    volumes: ["logs:/app/log", {type: bind, source: "${DATA}", target: /app/data/}]
`, want: composeService{Service: "pocket-id", Image: "pocketid/pocket-id:v2.9.0", AppURL: "https://id.example.com",
			Environment: []string{"APP_URL", "SMTP_HOST", "SMTP_PORT", "SMTP_USER"}, Passed: []string{"APP_URL", "SMTP_HOST", "SMTP_PORT"}}},
		{name: "data in a named volume", version: "2.9.0", yaml: `
services: {pocket-id: {image: "pocketid/pocket-id:v2.9.0", volumes: ["data:/app/data"]}}`,
			want: composeService{Service: "pocket-id", Image: "pocketid/pocket-id:v2.9.0"}},
		{name: "tag from a variable", version: "2.8.0", env: map[string]string{"TAG": "v2.8.0"}, yaml: `
services: {pocket-id: {image: "pocketid/pocket-id:${TAG:-v2}"}}`,
			want: composeService{Service: "pocket-id", Image: "pocketid/pocket-id:v2.8.0"}},
		{name: "tag from the default of a variable", version: "2.14.0", yaml: `
services: {pocket-id: {image: "pocketid/pocket-id:${TAG:-v2}"}}`,
			want: composeService{Service: "pocket-id", Image: "pocketid/pocket-id:v2"}},
		{name: "tag from a variable without value", version: "", yaml: `
services: {pocket-id: {image: "pocketid/pocket-id:${TAG}"}}`,
			want: composeService{Service: "pocket-id", Image: "pocketid/pocket-id:"}},
		{name: "by name, with registry port and no tag", version: NewestKnown().String(), yaml: `
services: {pocketid: {image: "registry.lan:5000/mirror/pid"}}`,
			want: composeService{Service: "pocketid", Image: "registry.lan:5000/mirror/pid"}},
		{name: "built from source, mounted .env", version: "", yaml: `
services:
  pocket-id:
    build: .
    volumes: ["./.env:/app/.env:ro"]
`, want: composeService{Service: "pocket-id", MountedEnv: true}},
		{name: "compose's own tags, scalars that are no strings", version: "2.9.0", yaml: `
services:
  pocket-id:
    image: pocketid/pocket-id:v2.9.0
    hostname: !reset null
    env_file: !override [.env]
    environment: {SMTP_PORT: 587, APP_URL: }
    volumes: !reset []
`, want: composeService{Service: "pocket-id", Image: "pocketid/pocket-id:v2.9.0",
			EnvFiles: []envFile{{Path: ".env"}}, Environment: []string{"APP_URL", "SMTP_PORT"}, Passed: []string{"APP_URL"}}},
		{name: "anchors and merge keys", version: "2.9.0", yaml: `
x-base: &base
  env_file: .env
  hostname: id.example.com
services:
  pocket-id:
    <<: *base
    image: pocketid/pocket-id:v2.9.0
`, want: composeService{Service: "pocket-id", Image: "pocketid/pocket-id:v2.9.0", Hostname: "id.example.com",
			EnvFiles: []envFile{{Path: ".env"}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := parseCompose([]byte(tt.yaml), "", tt.env)
			if !ok {
				t.Fatal("no service found")
			}
			if got.Version.String() != tt.version {
				t.Errorf("version %q, want %q", got.Version, tt.version)
			}
			got.Version = Version{}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// What has no service is refused; aliases of aliases and endless nesting must end
// quickly as well.
func TestParseComposeRefuses(t *testing.T) {
	t.Parallel()
	var bomb strings.Builder
	bomb.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&bomb, "a%d: &a%d [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10))
	}
	bomb.WriteString("services: {pocket-id: {image: pocketid/pocket-id, volumes: *a11}}\n")
	for name, in := range map[string]string{
		"nothing": "", "no services": "services:", "another service": "services: {web: {image: nginx}}",
		"no fields": "services: {web: }", "no YAML": "services: [", "a tab": "\t- x", "a number": "services: 3",
		"too large": "services: {pocket-id: {}}\n" + strings.Repeat("#", maxCompose),
		"aliases":   bomb.String(),
		"sequences": strings.Repeat("[", maxCompose),
		"mappings":  strings.Repeat("{a: ", maxCompose/4),
		"dashes":    strings.Repeat("- ", maxCompose/2),
		"itself":    "services: &a {pocket-id: *a}",
		"variables": "services: {pocket-id: {image: '" + strings.Repeat("${A:-", maxCompose/8) + "'}, db: 1}",
	} {
		if c, ok := parseCompose([]byte(in), "", nil); ok {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// Whatever the names, the override must be YAML that says exactly them.
func TestOverrideIsYAML(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"id.example.com", "pocket-id", "on", "null", "1e5", "12", "0x1f", "3f9c2a71b0de",
		"a: b", "x\ny", `"`, "", "bücher", "#x"} {
		var doc struct {
			Services map[string]struct {
				Hostname any `yaml:"hostname"`
			} `yaml:"services"`
		}
		if err := yaml.Unmarshal(Override("s "+name, name), &doc); err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if got := doc.Services["s "+name].Hostname; got != name {
			t.Errorf("%q is read back as %#v", name, got)
		}
	}
}

func FuzzParseCompose(f *testing.F) {
	f.Add([]byte("services:\n  pocket-id:\n    image: pocketid/pocket-id:v2\n    env_file: .env\n"))
	f.Add([]byte("services: {p: {image: 'x/pocket-id:${T:-1}', environment: [A=1], volumes: [{target: /.env}]}}"))
	f.Add([]byte("a: &a [*a]\nservices: *a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, ok := parseCompose(data, "", map[string]string{"T": "2"})
		again, okAgain := parseCompose(data, "", map[string]string{"T": "2"})
		if ok != okAgain || !reflect.DeepEqual(c, again) {
			t.Errorf("the same file gives %+v and %+v", c, again)
		}
		parseCompose(data, "p", nil)
	})
}
