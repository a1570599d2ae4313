package steps

import (
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, want string
		named      bool
		err        string
	}{
		{"id@example.com", "id@example.com", false, ""},
		{" id@example.com ", "id@example.com", false, ""},
		{"root@localhost", "root@localhost", false, ""},
		{"Pocket ID <id@example.com>", "id@example.com", true, ""},
		{"<id@example.com>", "id@example.com", true, ""},
		{"", "", false, "address is needed"},
		{"example.com", "", false, "no @"},
		{"@example.com", "", false, "before the @"},
		{"id@", "", false, "after it"},
		{"a@b@example.com", "", false, "one @"},
		{"a b@example.com", "", false, "without spaces"},
		{"a@example.com, b@example.com", "", false, "one address"},
		{"id@example.com\r\nRCPT TO:<x@y>", "", false, "line break"},
		{"ïd@example.com", "", false, "ASCII"},
		{"id@exam ple.com", "", false, "without spaces"},
		{"Name <a@b", "", false, "one bare address"},
		{strings.Repeat("a", 65) + "@example.com", "", false, "64"},
	} {
		got, named, err := ParseAddress(c.text)
		switch {
		case c.err == "" && (err != nil || got != c.want || named != c.named):
			t.Errorf("ParseAddress(%q) = %q, %v, %v; want %q, %v", c.text, got, named, err, c.want, c.named)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("ParseAddress(%q): error %v, want one with %q", c.text, err, c.err)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"id@example.com", "Name <a@b.c>", "\"a b\"@c", "a@[192.0.2.7]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		address, _, err := ParseAddress(text)
		if err == nil && strings.ContainsAny(address, " \r\n\t\x00<>") {
			t.Fatalf("%q gave %q", text, address)
		}
	})
}
