package steps

import (
	"strings"
	"testing"

	"smtp-wizard/smtpcheck"
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

func TestParseRelay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want RelayAddress
		err  string // a part of the message; "" is none
	}{
		{"smtp.example.com", RelayAddress{Host: "smtp.example.com"}, ""},
		{"  smtp.example.com.  ", RelayAddress{Host: "smtp.example.com"}, ""},
		{"smtp.example.com:587", RelayAddress{Host: "smtp.example.com", Port: 587}, ""},
		{"mail_relay:25", RelayAddress{Host: "mail_relay", Port: 25}, ""},
		{"192.0.2.7", RelayAddress{Host: "192.0.2.7"}, ""},
		{"192.0.2.7:25", RelayAddress{Host: "192.0.2.7", Port: 25}, ""},
		{"2001:db8::1", RelayAddress{Host: "2001:db8::1"}, ""},
		{"[2001:db8::1]", RelayAddress{Host: "2001:db8::1"}, ""},
		{"[2001:db8::1]:587", RelayAddress{Host: "2001:db8::1", Port: 587}, ""},
		{"smtp://smtp.example.com:2525", RelayAddress{Host: "smtp.example.com", Port: 2525}, ""},
		{"smtps://smtp.example.com", RelayAddress{Host: "smtp.example.com", Port: 465, TLS: smtpcheck.TLSImplicit}, ""},
		{"smtps://smtp.example.com:4650/", RelayAddress{Host: "smtp.example.com", Port: 4650, TLS: smtpcheck.TLSImplicit}, ""},
		{"smtp+starttls://[2001:db8::1]:587", RelayAddress{Host: "2001:db8::1", Port: 587, TLS: smtpcheck.TLSStartTLS}, ""},
		{"https://smtp.example.com:8443/path", RelayAddress{Host: "smtp.example.com"}, ""},
		{"smtp://user:hunter2@smtp.example.com", RelayAddress{Host: "smtp.example.com"}, ""},
		{"", RelayAddress{}, "host is needed"},
		{"smtp.example.com:70000", RelayAddress{}, "70000 is not a port"},
		{"smtp.example.com:smtp", RelayAddress{}, "a port is a number"},
		{"smtp example com", RelayAddress{}, "no spaces"},
		{"id@example.com", RelayAddress{}, "mail address"},
		{"smtp.example.com\r\nRCPT", RelayAddress{}, "line break"},
		{"smtp\x1b[2Jexample", RelayAddress{}, "control character"},
		{"smtp..example.com", RelayAddress{}, "between its dots"},
		{"192.0.2", RelayAddress{}, "not a complete IPv4"},
		{"ftp://smtp.example.com", RelayAddress{}, "reached by ftp"},
		{"bücher.example", RelayAddress{}, "xn--"},
		{"smtp://%zz:hunter2@h", RelayAddress{}, "not a valid URL"},
	} {
		got, err := ParseRelay(c.text)
		switch {
		case c.err == "" && (err != nil || got != c.want):
			t.Errorf("ParseRelay(%q) = %+v, %v; want %+v", c.text, got, err, c.want)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("ParseRelay(%q): error %v, want one with %q", c.text, err, c.err)
		case err != nil && strings.Contains(err.Error(), "hunter2"):
			t.Errorf("ParseRelay(%q): the error shows the password", c.text)
		}
	}
}

func FuzzParseRelay(f *testing.F) {
	for _, seed := range []string{"smtp.example.com:587", "[::1]:25", "smtps://u:p@h", "a:b:c", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		addr, err := ParseRelay(text)
		if err != nil {
			return
		}
		if addr.Host == "" || strings.ContainsAny(addr.Host, " \r\n\t\x00@/") {
			t.Fatalf("%q gave the host %q", text, addr.Host)
		}
		if again, err := ParseRelay(addr.Host); err != nil || again.Host != addr.Host || again.Port != 0 {
			t.Fatalf("%q gave %q, which reads as %+v, %v", text, addr.Host, again, err)
		}
	})
}
