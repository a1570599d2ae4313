package presets

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"smtp-wizard/internal/casetest"
)

var hostForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

func TestTableIsWellFormed(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	for _, p := range All() {
		if ids[p.ID] || !hostForm.MatchString(p.ID) {
			t.Errorf("id %q is not unique or not well-formed", p.ID)
		}
		ids[p.ID] = true
		if p.Name == "" || !slices.Contains([]string{"relay", "transactional", "mailbox", "local", "local-test", "custom"}, p.Category) {
			t.Errorf("%s: name %q, category %q", p.ID, p.Name, p.Category)
		}
		// A list that scrolls writes a whole name for one key: on a slow line too
		// that is to be one small packet.
		if len(p.Name) > 27 {
			t.Errorf("%s: the name %q has %d bytes", p.ID, p.Name, len(p.Name))
		}
		if u, err := url.Parse(p.DocURL); err != nil || u.Scheme != "https" || u.Host == "" {
			t.Errorf("%s: doc_url %q", p.ID, p.DocURL)
		}
		if p.Hosted() && !regexp.MustCompile(`\b20[2-9]\d\b`).MatchString(p.Source) {
			t.Errorf("%s: the source %q has no date", p.ID, p.Source)
		}
		checkHosts(t, p)
		checkEndpoints(t, p)
		checkTexts(t, p)
		checkUse(t, p)
	}
	usable := slices.DeleteFunc(All(), func(p Preset) bool { return !p.Usable || !p.Hosted() })
	if len(usable) < 75 {
		t.Errorf("%d usable providers", len(usable))
	}
}

func checkHosts(t *testing.T, p Preset) {
	seen := map[string]bool{}
	for _, h := range p.Hosts {
		_, err := netip.ParseAddr(h.Host)
		if err != nil && !hostForm.MatchString(h.Host) || seen[h.Host] {
			t.Errorf("%s: host %q", p.ID, h.Host)
		}
		if len(p.Hosts) > 1 && h.Region == "" || len(h.Region) > 60 {
			t.Errorf("%s: %s has the region %q", p.ID, h.Host, h.Region)
		}
		seen[h.Host] = true
	}
	if p.Usable && len(p.Hosts) == 0 && p.HostHint == "" {
		t.Errorf("%s: neither a host nor a hint", p.ID)
	}
	for _, name := range slices.Concat(p.Domains, p.MX, p.SPF) {
		if bare := strings.TrimPrefix(name, "_"); !hostForm.MatchString(bare) || !strings.Contains(bare, ".") {
			t.Errorf("%s: domain %q", p.ID, name)
		}
	}
}

func checkEndpoints(t *testing.T, p Preset) {
	recommended := 0
	seen := map[Endpoint]bool{}
	for _, e := range p.Endpoints {
		if e.Recommended {
			recommended++
		}
		key := Endpoint{Port: e.Port, TLS: e.TLS}
		if seen[key] || e.Port < 1 || e.Port > 65535 || !slices.Contains([]string{"none", "starttls", "tls"}, e.TLS) {
			t.Errorf("%s: endpoint %+v", p.ID, e)
		}
		// RFC 8314: 465 is implicit TLS, 587 is not.
		if e.Port == 465 && e.TLS != "tls" || e.Port == 587 && e.TLS != "starttls" {
			t.Errorf("%s: port %d with %s", p.ID, e.Port, e.TLS)
		}
		seen[key] = true
	}
	if p.Usable && recommended != 1 {
		t.Errorf("%s: %d recommended endpoints", p.ID, recommended)
	}
}

func checkTexts(t *testing.T, p Preset) {
	texts := map[string]string{"username": p.Username, "password": p.Password, "from": p.From, "helo": p.Helo,
		"notes": p.Notes, "why_not": p.WhyNot, "host_hint": p.HostHint, "name": p.Name, "keywords": p.Keywords}
	for field, text := range texts {
		if len(text) > 200 || strings.ContainsFunc(text, unicode.IsControl) || strings.TrimSpace(text) != text {
			t.Errorf("%s: %s is %q", p.ID, field, text)
		}
		sentence := field != "name" && field != "keywords"
		if sentence && text != "" && !strings.HasSuffix(text, ".") {
			t.Errorf("%s: %s is no sentence: %q", p.ID, field, text)
		}
	}
}

func checkUse(t *testing.T, p Preset) {
	if p.Usable == (p.WhyNot != "") {
		t.Errorf("%s: usable %v, because %q", p.ID, p.Usable, p.WhyNot)
	}
	if !slices.Contains([]Login{LoginRequired, loginOptional, LoginNone}, p.Login) {
		t.Errorf("%s: login %q", p.ID, p.Login)
	}
	if p.Usable && (p.Username == "" || p.Password == "" || p.From == "") {
		t.Errorf("%s lacks a rule for user name, password or sender", p.ID)
	}
	if p.UserLiteral != "" && !strings.Contains(p.Username, "Literally "+p.UserLiteral) {
		t.Errorf("%s: the rule %q does not name %s", p.ID, p.Username, p.UserLiteral)
	}
	plain := slices.Contains(p.Auth, "PLAIN") || slices.Contains(p.Auth, "LOGIN")
	if p.Usable && p.Login == LoginRequired && len(p.Auth) > 0 && !plain {
		t.Errorf("%s is usable without PLAIN or LOGIN: %v", p.ID, p.Auth)
	}
}

// finds checks by what a provider is found; "" is none.
func finds(t *testing.T, find func(string) (Preset, bool), want map[string]string) {
	t.Helper()
	for text, id := range want {
		if p, ok := find(text); ok != (id != "") || ok && p.ID != id {
			t.Errorf("%q finds %q, %v; want %q", text, p.ID, ok, id)
		}
	}
}

func TestByHost(t *testing.T) {
	t.Parallel()
	finds(t, ByHost, casetest.Read[map[string]string](t, "byhost"))
}

// TestRows: what advice goes by is not gained or lost by mistake, such as a port, or
// the provider with it.
func TestRows(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/rows.txt")
	casetest.Must(t, err)
	rows := strings.Split(strings.TrimSpace(string(want)), "\n")
	all := All()
	for i, p := range all {
		got := fmt.Sprintf("%s %s usable=%v user=%s spf=%s", p.ID, p.Login, p.Usable, p.UserLiteral, strings.Join(p.SPF, ","))
		for _, e := range p.Endpoints {
			got += fmt.Sprintf(" %d/%s%s", e.Port, e.TLS, map[bool]string{true: "!"}[e.Recommended])
		}
		if i >= len(rows) || rows[i] != got || i == len(all)-1 && i != len(rows)-1 {
			t.Fatalf("%q is not row %d of %d in testdata/rows.txt; write it there too if it is meant", got, i+1, len(rows))
		}
	}
	all[0] = Preset{}
	if All()[0].ID == "" {
		t.Error("a caller can change the table")
	}
}

func TestInWords(t *testing.T) {
	t.Parallel()
	finds(t, func(text string) (Preset, bool) { p, other, ok := InWords(text); return p, ok && !other }, map[string]string{
		"535 5.7.8 Error: see https://app.BREVO.com": "brevo", "mx.zoho.eu": "zoho", "smtppro.zoho.com": "zoho",
		"foo.mailgun.org": "mailgun", "host smtp-relay.gmail.com said": "google-workspace-relay", "550 no": "", "": "",
	})
	if _, other, _ := InWords("mailgun, then sendgrid"); !other {
		t.Error("a second provider is not noticed")
	}
}

// TestAProviderIsOneRow adds one, and looks for it in everything that knows
// providers. It runs alone, because it changes the table.
func TestAProviderIsOneRow(t *testing.T) {
	before := table
	t.Cleanup(func() { table = before })
	var added Preset
	err := json.Unmarshal([]byte(`{"id": "pigeon", "name": "Pigeon Post", "category": "transactional",
		"hosts": [{"host": "smtp.pigeon.example", "region": ""}], "host_patterns": ["smtp.*.pigeon.example"],
		"endpoints": [{"port": 587, "tls": "starttls", "recommended": true}, {"port": 587, "tls": "none"}, {"port": 2465, "tls": "tls"}],
		"domains": ["pigeon.example"], "mx": ["mx.pigeon.example"], "words": ["coo coo"], "keywords": "dove", "usable": true}`), &added)
	casetest.Must(t, err)
	with := append(slices.Clone(before()), added)
	table = func() []Preset { return with }
	found := map[string]Preset{}
	found["the list"] = All()[len(All())-1]
	found["its id"], _ = ByID(" Pigeon ")
	found["its host"], _ = ByHost("smtp.pigeon.example")
	found["its pattern"], _ = ByHost("smtp.eu.pigeon.example")
	found["its words"], _, _ = InWords("550 Coo Coo, no")
	found["an address"], _ = ForAddress("a@pigeon.example")
	found["a keyword"] = Filter("dove")[0]
	found["its MX"], _ = receiverOf("a.mx.pigeon.example.")
	for by, p := range found {
		if p.ID != "pigeon" {
			t.Errorf("by %s: %s", by, p.ID)
		}
	}
	if e, ok := added.With("tls"); !ok || e.Port != 2465 || !added.Hosted() || !slices.Equal(added.Ports(), []int{587, 2465}) {
		t.Errorf("its endpoint with implicit TLS: %+v of %v", e, added.Ports())
	}
}
