package steps

import (
	"strings"
	"testing"

	"smtp-wizard/smtpcheck"
)

func TestParseRelay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want relayAddress
		err  string // a part of the message; "" is none
	}{
		{"smtp.example.com", relayAddress{Host: "smtp.example.com"}, ""},
		{"  smtp.example.com.  ", relayAddress{Host: "smtp.example.com"}, ""},
		{"smtp.example.com:587", relayAddress{Host: "smtp.example.com", Port: 587}, ""},
		{"mail_relay:25", relayAddress{Host: "mail_relay", Port: 25}, ""},
		{"192.0.2.7", relayAddress{Host: "192.0.2.7"}, ""},
		{"192.0.2.7:25", relayAddress{Host: "192.0.2.7", Port: 25}, ""},
		{"2001:db8::1", relayAddress{Host: "2001:db8::1"}, ""},
		{"[2001:db8::1]", relayAddress{Host: "2001:db8::1"}, ""},
		{"[2001:db8::1]:587", relayAddress{Host: "2001:db8::1", Port: 587}, ""},
		{"smtp://smtp.example.com:2525", relayAddress{Host: "smtp.example.com", Port: 2525}, ""},
		{"smtps://smtp.example.com", relayAddress{Host: "smtp.example.com", Port: 465, TLS: smtpcheck.TLSImplicit}, ""},
		{"smtps://smtp.example.com:4650/", relayAddress{Host: "smtp.example.com", Port: 4650, TLS: smtpcheck.TLSImplicit}, ""},
		{"smtp+starttls://[2001:db8::1]:587", relayAddress{Host: "2001:db8::1", Port: 587, TLS: smtpcheck.TLSStartTLS}, ""},
		{"https://smtp.example.com:8443/path", relayAddress{Host: "smtp.example.com"}, ""},
		{"smtp://user:hunter2@smtp.example.com", relayAddress{Host: "smtp.example.com"}, ""},
		{"", relayAddress{}, "host is needed"},
		{"smtp.example.com:70000", relayAddress{}, "70000 is no port"},
		{"smtp.example.com:smtp", relayAddress{}, "a port is a number"},
		{"smtp example com", relayAddress{}, "no spaces"},
		{"id@example.com", relayAddress{}, "mail address"},
		{"smtp.example.com\r\nRCPT", relayAddress{}, "line break"},
		{"smtp\x1b[2Jexample", relayAddress{}, "control character"},
		{"smtp..example.com", relayAddress{}, "between its dots"},
		{"192.0.2", relayAddress{}, "not a whole IPv4"},
		{"ftp://smtp.example.com", relayAddress{}, "not reached by ftp"},
		{"bücher.example", relayAddress{}, "xn--"},
		{"smtp://%zz:hunter2@h", relayAddress{}, "not a URL"},
	} {
		got, err := parseRelay(c.text)
		switch {
		case c.err == "" && (err != nil || got != c.want):
			t.Errorf("parseRelay(%q) = %+v, %v; want %+v", c.text, got, err, c.want)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("parseRelay(%q): error %v, want one with %q", c.text, err, c.err)
		case err != nil && strings.Contains(err.Error(), "hunter2"):
			t.Errorf("parseRelay(%q): the error shows the password", c.text)
		}
	}
}

func FuzzParseRelay(f *testing.F) {
	for _, seed := range []string{"smtp.example.com:587", "[::1]:25", "smtps://u:p@h", "a:b:c", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		addr, err := parseRelay(text)
		if err != nil {
			return
		}
		if addr.Host == "" || strings.ContainsAny(addr.Host, " \r\n\t\x00@/") {
			t.Fatalf("%q gave the host %q", text, addr.Host)
		}
		if again, err := parseRelay(addr.Host); err != nil || again.Host != addr.Host || again.Port != 0 {
			t.Fatalf("%q gave %q, which reads as %+v, %v", text, addr.Host, again, err)
		}
	})
}
