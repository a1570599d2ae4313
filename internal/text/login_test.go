package text

import "testing"

func TestWithoutLogin(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"smtp.example.com": "smtp.example.com", "smtp.example.com:587": "smtp.example.com:587", "smtp.example.com:": "smtp.example.com:",
		"id@example.com": "id@example.com", "https://id.example.com:8443/path": "https://id.example.com:8443/path",
		"2001:db8::1": "2001:db8::1", "[2001:db8::1]:587": "[2001:db8::1]:587", "2001:db8:": "2001:db8:",
		"bob:pw@smtp.example.com:587": "smtp.example.com:587", "bob:p@w@h": "h", "bob:pa/ss@h": "h", ":pw@h": "h",
		"smtp://bob:pw@h:25": "smtp://h:25", "smtps://token@h": "smtps://h",
		"bob:hunter2": "bob", "bob:123456": "bob", "smtp://bob:hunter2": "smtp://bob", "bob:hunter2@": "", "bob:5x": "bob",
	} {
		if got := WithoutLogin(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
