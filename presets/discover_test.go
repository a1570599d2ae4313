package presets

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
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
		r, ok := FromMX(tt.hosts)
		if ok != (tt.id != "") || ok && r.Preset.ID != tt.id {
			t.Errorf("FromMX(%v) = %q, %v; want %q", tt.hosts, r.Preset.ID, ok, tt.id)
		}
	}
}

type resolverFunc func(ctx context.Context, name string) ([]*net.MX, error)

func (f resolverFunc) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	return f(ctx, name)
}

func TestReceiverOf(t *testing.T) {
	t.Parallel()
	google := &net.MX{Host: "ASPMX.l.google.com.", Pref: 10}
	records := []*net.MX{{Host: "mx.example.net.", Pref: 5}, {Host: "in1-smtp.messagingengine.com.", Pref: 20}, google}
	tests := []struct {
		name    string
		records []*net.MX
		err     error
		id      string
		fails   bool
	}{
		{name: "the most preferred that is known", records: records, id: "google-workspace-relay"},
		{name: "good records beside an error", records: []*net.MX{google}, err: errors.New("one record is malformed"), id: "google-workspace-relay"},
		{name: "no records"},
		{name: "an error", err: errors.New("no such host"), fails: true},
	}
	for _, tt := range tests {
		var asked string
		r, ok, err := ReceiverOf(t.Context(), resolverFunc(func(_ context.Context, name string) ([]*net.MX, error) {
			asked = name
			return slices.Clone(tt.records), tt.err
		}), "example.com")
		if r.Preset.ID != tt.id || ok != (tt.id != "") || (err != nil) != tt.fails || asked != "example.com." {
			t.Errorf("%s: %+v %v %v after asking for %q", tt.name, r, ok, err, asked)
		}
		if ok && r.MX != "aspmx.l.google.com" {
			t.Errorf("%s: known by %q", tt.name, r.MX)
		}
		if err != nil && !strings.Contains(err.Error(), "example.com") {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// A resolver that does not listen to the context must not hold it up.
func TestReceiverOfEndsWithContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // where the wait has no end is a deadlock, and reported at once
		release := make(chan struct{})
		defer close(release)
		deaf := resolverFunc(func(context.Context, string) ([]*net.MX, error) { <-release; return nil, nil })
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		_, _, err := ReceiverOf(ctx, deaf, "example.com")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
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
		if domain := DomainOf(addr); strings.ContainsAny(domain, " \r\n/:") {
			t.Errorf("%q has the domain %q", addr, domain)
		}
		FromMX([]string{addr})
	})
}
