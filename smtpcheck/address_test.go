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
		Host string
		Port int
	}
	for _, c := range casetest.Read[[]struct {
		Text  string
		Want  where
		Wrong string
	}](t, "parserelay") {
		host, port, err := ParseRelay(c.Text)
		compare(t, c.Text, where{host, port}, c.Want, err, c.Wrong)
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
