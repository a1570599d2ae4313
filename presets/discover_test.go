package presets

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
)

func TestForAddress(t *testing.T) {
	t.Parallel()
	finds(t, ForAddress, map[string]string{
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
	})
}

func TestFromMX(t *testing.T) {
	t.Parallel()
	find := func(hosts string) (Preset, bool) { r, ok := FromMX(strings.Fields(hosts)); return r.Preset, ok }
	finds(t, find, map[string]string{
		"aspmx.l.google.com. alt1.aspmx.l.google.com.": "google-workspace-relay",
		"SMTP.google.com.":                         "google-workspace-relay",
		"aspmx2.googlemail.com.":                   "google-workspace-relay",
		"example-com.mail.protection.outlook.com.": "microsoft-365",
		"in1-smtp.messagingengine.com.":            "fastmail",
		"mx01.mail.icloud.com.":                    "icloud",
		"mail.protonmail.ch.":                      "proton-smtp",
		"aspmx1.migadu.com.":                       "migadu",
		"mx.zoho.eu.":                              "zoho",
		"mx.example.net. aspmx.l.google.com.":      "google-workspace-relay",
		"google.com.evil.example. notgoogle.com.":  "",
		".": "", // RFC 7505: no mail at all
		"":  "",
	})
}

func TestReceiverOf(t *testing.T) {
	t.Parallel()
	google := &net.MX{Host: "ASPMX.l.google.com.", Pref: 10}
	for _, tt := range []struct {
		name    string
		records []*net.MX
		err     error
		ok      bool
	}{
		{name: "the most preferred that is known", ok: true, records: []*net.MX{{Host: "mx.example.net.", Pref: 5},
			{Host: "in1-smtp.messagingengine.com.", Pref: 20}, google}},
		{name: "good records beside an error", records: []*net.MX{google}, err: errors.New("one record is malformed"), ok: true},
		{name: "no records"},
		{name: "an error", err: errors.New("no such host")},
	} {
		var asked string
		r, ok := ReceiverOf(t.Context(), func(_ context.Context, name string) ([]*net.MX, error) {
			asked = name
			return tt.records, tt.err
		}, "example.com")
		if ok != tt.ok || asked != "example.com." {
			t.Errorf("%s: %+v %v after asking for %q", tt.name, r, ok, asked)
		}
		if ok && (r.Preset.ID != "google-workspace-relay" || r.MX != "aspmx.l.google.com") {
			t.Errorf("%s: %s, known by %q", tt.name, r.Preset.ID, r.MX)
		}
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
		if domain := DomainOf(addr); strings.ContainsAny(domain, " \r\n/:") {
			t.Errorf("%q has the domain %q", addr, domain)
		}
		FromMX([]string{addr})
	})
}
