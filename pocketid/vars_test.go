package pocketid

import (
	"strings"
	"testing"
)

func TestKeyName(t *testing.T) {
	t.Parallel()
	for key, want := range map[string][2]string{ // before 1.0.0, and later
		"APP_URL":            {"PUBLIC_APP_URL", "APP_URL"},
		"PUBLIC_APP_URL":     {"PUBLIC_APP_URL", "APP_URL"},
		"UI_CONFIG_DISABLED": {"PUBLIC_UI_CONFIG_DISABLED", "UI_CONFIG_DISABLED"},
		"SMTP_HOST":          {"SMTP_HOST", "SMTP_HOST"},
		"OTHER":              {"OTHER", "OTHER"},
		"":                   {"", ""},
	} {
		old, later, unknown := KeyName(key, must(t, "0.53.0")), KeyName(key, must(t, "1.0.0")), KeyName(key, Version{})
		if old != want[0] || later != want[1] || unknown != want[1] {
			t.Errorf("KeyName(%s) = %s, %s, %s", key, old, later, unknown)
		}
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		key, value, version string
		problem             string // part of it; "" is none
	}{
		{"SMTP_PORT", "587", "2.9", ""},
		{"SMTP_PORT", "", "2.14", ""},
		{"SMTP_PORT", "", "2.9", "1 to 65535"},
		{"SMTP_PORT", "70000", "2.9", "1 to 65535"},
		{"SMTP_PORT", "0", "2.9", "1 to 65535"},
		{"SMTP_TLS", "tls", "2.9", ""},
		{"SMTP_TLS", "ssl", "2.9", "none, starttls or tls"},
		{"SMTP_TLS", "", "2.9", "none, starttls or tls"},
		{"SMTP_TLS", "starttls", "0.35.2", "true or false"},
		{"SMTP_TLS", "true", "0.35.2", ""},
		{"SMTP_TLS", "true", "0.35.3", "none, starttls or tls"},
		{"SMTP_FROM", "no-reply@example.com", "2.9", ""},
		{"SMTP_FROM", "Pocket ID <a@example.com>", "2.9", "bare mail address"},
		{"SMTP_FROM", "example.com", "2.9", "mail address"},
		{"SMTP_FROM", "a@localhost", "2.9", ""},
		{"SMTP_FROM", "a@localhost", "2.14", "bare mail address"},
		{"SMTP_HOST", "a\nb", "2.9", "one line"},
		{"SMTP_HOST", "a", "0.30", "since Pocket ID 0.31.0"},
		{"SMTP_HOST", "a", "0.31", ""},
		{"SMTP_PASSWORD_FILE", "/p", "1.6.4", "since Pocket ID 1.7.0"},
		{"EMAIL_VERIFICATION_ENABLED", "true", "2.1", "since Pocket ID 2.2.0"},
		{"EMAIL_API_KEY_EXPIRATION_ENABLED", "true", "0.48", "since Pocket ID 0.49.0"},
		{"ENCRYPTION_KEY", "0123456789abcdef", "1.5", "since Pocket ID 1.6.0"},
		{"REQUIRE_USER_EMAIL", "true", "1.11", "since Pocket ID 1.12.0"},
		{"SMTP_SKIP_CERT_VERIFY", "yes", "2.9", "true or false"},
		{"UI_CONFIG_DISABLED", "1", "2.9", ""},
		{"UI_CONFIG_DISABLED", "true", "0.53", "PUBLIC_UI_CONFIG_DISABLED"},
		{"PUBLIC_UI_CONFIG_DISABLED", "true", "0.53", ""},
		{"APP_URL", "https://id.example.com", "2.9", ""},
		{"APP_URL", "https://id.example.com/", "2.9", ""},
		{"APP_URL", "https://id.example.com/", "1.0.0", "write https://id.example.com"},
		{"APP_URL", "https://id.example.com/auth", "2.9", "write https://id.example.com"},
		{"APP_URL", "id.example.com", "2.9", "https://id.example.com"},
		{"APP_URL", "https://id.example.com?x=1", "2.9", "host and port only"},
		{"ENCRYPTION_KEY", "0123456789abcdef", "2.9", ""},
		{"ENCRYPTION_KEY", "hunter2", "2.9", "at least 16 bytes"},
		{"SMTP_PASSWORD", "hunter2\r", "2.9", "one line"},
		{"SMTP_PASSWORD", "two\nlines", "2.9", ""},
		{"OTHER", "\n", "2.9", ""},
	}
	for _, tt := range tests {
		err := Validate(tt.key, tt.value, must(t, tt.version))
		switch {
		case tt.problem == "" && err != nil:
			t.Errorf("%s=%q in %s: %v", tt.key, tt.value, tt.version, err)
		case tt.problem != "" && (err == nil || !strings.Contains(err.Error(), tt.problem)):
			t.Errorf("%s=%q in %s: %v, want %q", tt.key, tt.value, tt.version, err, tt.problem)
		case err != nil && strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%s: %v", tt.key, err)
		}
	}
}

func TestTLSValue(t *testing.T) {
	t.Parallel()
	tests := []struct {
		version, mode string
		port          int
		want          string
		ok            bool
	}{
		{"2.9", "starttls", 587, "starttls", true},
		{"0.35.3", "tls", 2465, "tls", true},
		{"0.35.2", "none", 25, "false", true},
		{"0.35.2", "tls", 465, "true", true},
		{"0.35.2", "tls", 2465, "true", false},
		{"0.35.2", "starttls", 587, "true", true},
		{"0.35.2", "starttls", 465, "true", false},
	}
	for _, tt := range tests {
		got, ok := TLSValue(must(t, tt.version), tt.mode, tt.port)
		if got != tt.want || ok != tt.ok {
			t.Errorf("TLSValue(%s, %s, %d) = %s, %v", tt.version, tt.mode, tt.port, got, ok)
		}
	}
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	key, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	if other, _ := NewKey(); other == key || len(key) != 44 {
		t.Errorf("NewKey gives %d characters, repeated: %v", len(key), other == key)
	}
	file, err := Template(must(t, "2.9"), "https://id.example.com/", key)
	for _, line := range []string{"APP_URL=https://id.example.com", "ENCRYPTION_KEY=" + key, "TRUST_PROXY=false",
		"MAXMIND_LICENSE_KEY=", "PUID=1000", "PGID=1000"} {
		if err != nil || !strings.Contains("\n"+string(file), "\n"+line+"\n") || strings.Contains(string(file), "SMTP_") {
			t.Errorf("no line %q, or mail variables: %v", line, err)
		}
	}
	old, err := Template(must(t, "0.53"), "https://id.example.com", "")
	if err != nil || !strings.Contains(string(old), "\nPUBLIC_APP_URL=") || strings.Contains(string(old), "ENCRYPTION_KEY") {
		t.Errorf("for 0.53: %s, %v", old, err)
	}
	for _, bad := range [][2]string{{"https://id.example.com/x", key}, {"https://id.example.com", "a b c d e f g h i j"},
		{"https://id.example.com", "short"}, {"https://$HOME", key}} {
		if file, err := Template(must(t, "2.9"), bad[0], bad[1]); err == nil {
			t.Errorf("Template%q = %s", bad, file)
		}
	}
}
