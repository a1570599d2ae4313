package pocketid

import (
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
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
	tests := casetest.Read[[]struct {
		Key, Value, Version string
		Problem             string // part of it; "" is none
	}](t, "validate")
	for _, tt := range tests {
		err := Validate(tt.Key, tt.Value, must(t, tt.Version))
		switch {
		case tt.Problem == "" && err != nil:
			t.Errorf("%s=%q in %s: %v", tt.Key, tt.Value, tt.Version, err)
		case tt.Problem != "" && (err == nil || !strings.Contains(err.Error(), tt.Problem)):
			t.Errorf("%s=%q in %s: %v, want %q", tt.Key, tt.Value, tt.Version, err, tt.Problem)
		case err != nil && strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%s: %v", tt.Key, err)
		}
	}
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	key, err := NewKey()
	casetest.Must(t, err)
	if other, _ := NewKey(); other == key || len(key) != 44 {
		t.Errorf("NewKey gives %d characters, repeated: %v", len(key), other == key)
	}
	for _, bad := range [][2]string{{"https://id.example.com/x", key}, {"https://id.example.com", "a b c d e f g h i j"},
		{"https://id.example.com", "short"}, {"https://$HOME", key}} {
		if file, err := Template(must(t, "2.9"), bad[0], bad[1]); err == nil {
			t.Errorf("Template%q = %s", bad, file)
		}
	}
}
