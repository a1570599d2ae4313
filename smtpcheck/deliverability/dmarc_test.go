package deliverability

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestParseDMARC(t *testing.T) {
	t.Parallel()
	tests := []struct {
		txt  string
		want DMARC
		ok   bool
	}{
		{"v=DMARC1; p=none", DMARC{"none", "none", false}, true},
		{"v=DMARC1;p=reject;", DMARC{"reject", "reject", false}, true},
		{" V = DMARC1 ; P = Quarantine ; sp=none; rua=mailto:a@example.com; pct=5; x=y", DMARC{"quarantine", "none", true}, true},
		{"v=DMARC1; p=nonsense; rua=mailto:a@example.com", DMARC{"none", "none", true}, true},
		{"v=DMARC1; rua=mailto:a@example.com", DMARC{"none", "none", true}, true},
		{"v=DMARC1; p=reject; sp=x", DMARC{}, false},
		{"v=DMARC1; p=nonsense", DMARC{}, false},
		{"v=DMARC1", DMARC{}, false},
		{"v=dmarc1; p=none", DMARC{}, false},
		{"p=none; v=DMARC1", DMARC{}, false},
		{"v=DMARC10; p=none", DMARC{}, false},
		{"", DMARC{}, false},
		{"v=DMARC1; p=none;" + strings.Repeat(";", mostRecord), DMARC{}, false},
	}
	for _, tt := range tests {
		got, err := ParseDMARC(tt.txt)
		if (err == nil) != tt.ok || tt.ok && got != tt.want {
			t.Errorf("ParseDMARC(%.60q) = %+v, %v; want %+v", tt.txt, got, err, tt.want)
		}
	}
}

func TestDMARC(t *testing.T) {
	t.Parallel()
	txt := map[string][]string{
		"_dmarc.none.example":     {"v=DMARC1; p=none"},
		"_dmarc.firm.co.uk":       {"other", "v=DMARC1; p=reject; sp=quarantine"},
		"_dmarc.own.firm.co.uk":   {"v=DMARC1; p=none"},
		"_dmarc.twice.example":    {"v=DMARC1; p=none", "v=DMARC1; p=reject"},
		"_dmarc.spoilt.example":   {"v=DMARC1; p=maybe"},
		"_dmarc.parent.example":   {"v=DMARC1; p=reject"},
		"_dmarc.nonsense.example": {"v=spf1 -all"},
	}
	for domain, want := range map[string]struct {
		level Level
		say   string
	}{
		"none.example":     {Good, "policy none"},
		"firm.co.uk":       {Good, "policy reject"},
		"id.firm.co.uk":    {Good, "_dmarc.firm.co.uk has the policy quarantine"},
		"own.firm.co.uk":   {Good, "policy none"},
		"a.parent.example": {Good, "_dmarc.parent.example has the policy reject"},
		"twice.example":    {Advice, "2 of them"},
		"spoilt.example":   {Advice, "does not work"},
		"nonsense.example": {Advice, "Add a TXT record to _dmarc.nonsense.example: v=DMARC1; p=none"},
		"nothing.example":  {Advice, "no DMARC record"},
		"slow.example":     {Unknown, "no answer"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		p, err := findDMARC(ctx, &table{txt: txt, silent: map[string]bool{"_dmarc.slow.example": true}}, domain)
		cancel()
		if h := judgeDMARC(domain, p, err); h.Level != want.level || !strings.Contains(h.Text, want.say) {
			t.Errorf("%s: %s, %q; want %s, %q", domain, h.Level, h.Text, want.level, want.say)
		}
	}
}

func FuzzParseDMARC(f *testing.F) {
	for _, s := range []string{"v=DMARC1; p=none", "v=DMARC1;p=reject;sp=none;rua=x", "v=DMARC1", "v=;", "v=DMARC1;=;p"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, txt string) {
		r, err := ParseDMARC(txt)
		if err == nil && (!IsDMARC(txt) || !isPolicy(r.Policy) || !isPolicy(r.Subdomain)) {
			t.Errorf("%q is read as %+v", txt, r)
		}
		if err != nil && r != (DMARC{}) {
			t.Errorf("%q: %+v beside %v", txt, r, err)
		}
	})
}
