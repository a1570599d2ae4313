package presets

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"
)

func TestForAddress(t *testing.T) {
	t.Parallel()
	for addr, id := range map[string]string{
		"a@gmail.com":            "gmail",
		"A@GoogleMail.Com":       "gmail",
		"Name <a@outlook.com>":   "outlook-com",
		" a@icloud.com ":         "icloud",
		"a@fastmail.com":         "fastmail",
		"a@gmx.de":               "gmx",
		"a@gmx.com":              "gmx",
		"a@web.de":               "web-de",
		"a@proton.me":            "proton-bridge",
		"a@tuta.com":             "tuta",
		"a@example.com":          "",
		"a@notgmail.com":         "",
		"a@gmail.com.evil.exmpl": "",
		"gmail.com":              "",
		"":                       "",
		"a@[192.0.2.1]":          "",
	} {
		p, ok := ForAddress(addr)
		if ok != (id != "") || ok && p.ID != id {
			t.Errorf("ForAddress(%q) = %q, %v; want %q", addr, p.ID, ok, id)
		}
	}
}

func TestFromMX(t *testing.T) {
	t.Parallel()
	tests := []struct {
		hosts []string
		id    string
	}{
		{[]string{"aspmx.l.google.com.", "alt1.aspmx.l.google.com."}, "google-workspace-relay"},
		{[]string{"SMTP.google.com."}, "google-workspace-relay"},
		{[]string{"aspmx2.googlemail.com."}, "google-workspace-relay"},
		{[]string{"example-com.mail.protection.outlook.com."}, "microsoft-365"},
		{[]string{"in1-smtp.messagingengine.com."}, "fastmail"},
		{[]string{"mx01.mail.icloud.com."}, "icloud"},
		{[]string{"mail.protonmail.ch."}, "proton-smtp"},
		{[]string{"aspmx1.migadu.com."}, "migadu"},
		{[]string{"mx.zoho.eu."}, "zoho"},
		{[]string{"mx.example.net.", "aspmx.l.google.com."}, "google-workspace-relay"},
		{[]string{"google.com.evil.example.", "notgoogle.com."}, ""},
		{[]string{"."}, ""}, // RFC 7505: no mail at all
		{nil, ""},
	}
	for _, tt := range tests {
		p, ok := FromMX(tt.hosts)
		if ok != (tt.id != "") || ok && p.ID != tt.id {
			t.Errorf("FromMX(%v) = %q, %v; want %q", tt.hosts, p.ID, ok, tt.id)
		}
	}
}

type resolverFunc func(ctx context.Context, name string) ([]*net.MX, error)

func (f resolverFunc) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	return f(ctx, name)
}

func TestLookup(t *testing.T) {
	t.Parallel()
	var asked string
	answer := func(records []*net.MX, err error) resolverFunc {
		return func(_ context.Context, name string) ([]*net.MX, error) { asked = name; return records, err }
	}
	records := []*net.MX{{Host: "mx.example.net.", Pref: 5}, {Host: "in1-smtp.messagingengine.com.", Pref: 20},
		{Host: "aspmx.l.google.com.", Pref: 10}}
	p, ok, err := Lookup(t.Context(), answer(records, nil), "a@example.com")
	if err != nil || !ok || p.ID != "google-workspace-relay" || asked != "example.com." {
		t.Errorf("%q %v %v after asking for %q", p.ID, ok, err, asked)
	}
	if p, ok, err := Lookup(t.Context(), answer(nil, errors.New("asked for gmail.com")), "a@gmail.com"); err != nil || !ok || p.ID != "gmail" {
		t.Errorf("%q %v %v", p.ID, ok, err)
	}
	if _, ok, err := Lookup(t.Context(), answer(nil, errors.New("no such host")), "a@example.com"); ok || err == nil ||
		!strings.Contains(err.Error(), "example.com") {
		t.Errorf("%v %v", ok, err)
	}
	if _, ok, err := Lookup(t.Context(), answer(nil, nil), "a@example.com"); ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
	if _, ok, err := Lookup(t.Context(), answer(nil, nil), "example.com"); ok || err == nil {
		t.Errorf("%v %v", ok, err)
	}
	if p, ok, err := Lookup(t.Context(), answer(records[2:], errors.New("one record is malformed")), "a@example.com"); err != nil || !ok || p.ID == "" {
		t.Errorf("good records beside an error: %v %v", ok, err)
	}
}

// A resolver that does not listen to the context must not hold Lookup up.
func TestLookupEndsWithContext(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	defer close(release)
	deaf := resolverFunc(func(context.Context, string) ([]*net.MX, error) { <-release; return nil, nil })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, _, err := Lookup(ctx, deaf, "a@example.com")
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 5*time.Second {
		t.Errorf("%v after %s", err, time.Since(start))
	}
}

func FuzzForAddress(f *testing.F) {
	for _, s := range []string{"a@gmail.com", "<a@gmx.de>", "@", "a@[::1]", "\"a b\"@web.de", "a@b@c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, addr string) {
		p, ok := ForAddress(addr)
		if ok && p.ID == "" {
			t.Errorf("%q finds a preset without id", addr)
		}
		if domain := domainOf(addr); strings.ContainsAny(domain, " \r\n/:") {
			t.Errorf("%q has the domain %q", addr, domain)
		}
		p.HostFor(addr)
		FromMX([]string{addr})
	})
}
