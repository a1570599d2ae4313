package smtpcheck

import (
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
)

// compare compares a parser's answer; wrong is a part of the error's message, or "".
func compare(t *testing.T, text string, got, want any, err error, wrong string) {
	t.Helper()
	switch {
	case wrong == "" && (err != nil || got != want):
		t.Errorf("%q: %v, %v; want %v", text, got, err, want)
	case wrong != "" && (err == nil || !strings.Contains(err.Error(), wrong)):
		t.Errorf("%q: error %v, want one with %q", text, err, wrong)
	case err != nil && strings.Contains(err.Error(), "hunter2"):
		t.Errorf("%q: the error shows the password", text)
	}
}

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for text, wrong := range casetest.Read[map[string]string](t, "parseaddress") {
		got, err := ParseAddress(text)
		compare(t, text, got, strings.TrimSpace(text), err, wrong)
	}
}

func TestParseRelay(t *testing.T) {
	t.Parallel()
	type where struct {
		host string
		port int
	}
	for _, c := range []struct {
		text  string
		want  where
		wrong string
	}{
		{text: "smtp.example.com", want: where{"smtp.example.com", 0}},
		{text: "  smtp.example.com.  ", want: where{"smtp.example.com", 0}},
		{text: "smtp.example.com:587", want: where{"smtp.example.com", 587}},
		{text: "mail_relay:25", want: where{"mail_relay", 25}},
		{text: "192.0.2.7", want: where{"192.0.2.7", 0}},
		{text: "192.0.2.7:25", want: where{"192.0.2.7", 25}},
		{text: "2001:db8::1", want: where{"2001:db8::1", 0}},
		{text: "[2001:db8::1]", want: where{"2001:db8::1", 0}},
		{text: "[2001:db8::1]:587", want: where{"2001:db8::1", 587}},
		{text: "", wrong: "host is needed"},
		{text: "smtp.example.com:70000", wrong: "70000 is not a port"},
		{text: "smtp.example.com:smtp", wrong: "a port is a number"},
		{text: "smtp example com", wrong: "no spaces"},
		{text: "id@example.com", wrong: "mail address"},
		{text: "smtp.example.com\r\nRCPT", wrong: "line break"},
		{text: "smtp\x1b[2Jexample", wrong: "control character"},
		{text: "smtp..example.com", wrong: "between its dots"},
		{text: "192.0.2", wrong: "not a complete IPv4"},
		{text: "smtp://me:hunter2@smtp.example.com", wrong: "user or password"},
		{text: "me:hunter2@smtp.example.com:587", wrong: "user or password"},
		{text: "smtp://smtp.example.com", wrong: "not a URL"},
		{text: "bücher.example", wrong: "xn--"},
	} {
		host, port, err := ParseRelay(c.text)
		compare(t, c.text, where{host, port}, c.want, err, c.wrong)
	}
}

func FuzzParseRelay(f *testing.F) {
	for _, seed := range []string{"smtp.example.com:587", "[::1]:25", "smtps://u:p@h", "a:b:c", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		host, _, err := ParseRelay(text)
		if err != nil {
			return
		}
		if host == "" || strings.ContainsAny(host, " \r\n\t\x00@/") {
			t.Fatalf("%q gave the host %q", text, host)
		}
		if again, port, err := ParseRelay(host); err != nil || again != host || port != 0 {
			t.Fatalf("%q gave %q, which reads as %s, %d, %v", text, host, again, port, err)
		}
	})
}
