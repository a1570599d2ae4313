package deliverability

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestReadPolicy(t *testing.T) {
	t.Parallel()
	for txt, want := range map[string]policy{
		"v=DMARC1; p=none":       {p: "none", sp: "none"},
		"v=DMARC1;p=reject;":     {p: "reject", sp: "reject"},
		"v=DMARC1; p=none;psd=Y": {p: "none", sp: "none", psd: "y"},
		" V = DMARC1 ; P = Quarantine ; sp=none; rua=mailto:a@example.com; pct=x; x": {p: "quarantine", sp: "none"},
		"v=DMARC1; p=nonsense; rua=mailto:a@example.com":                             {p: "none", sp: "none"},
		"v=DMARC1; rua=mailto:a@example.com":                                         {p: "none", sp: "none"},
	} {
		if got := readPolicy("", []string{txt}); got != want {
			t.Errorf("%q is read as %+v, want %+v", txt, got, want)
		}
	}
	for _, txt := range []string{"v=DMARC1; p=reject; sp=x", "v=DMARC1; p=nonsense", "v=DMARC1"} {
		if got := readPolicy("", []string{txt}); got.problem == "" {
			t.Errorf("%q is read as %+v", txt, got)
		}
	}
	for _, txt := range []string{"v=dmarc1; p=none", "p=none; v=DMARC1", "v=DMARC10; p=none", ""} {
		if tags(txt) != nil {
			t.Errorf("%q is taken for a record", txt)
		}
	}
}

func TestDMARC(t *testing.T) {
	t.Parallel()
	txt := map[string][]string{
		"_dmarc.none.example":       {"v=DMARC1; p=none"},
		"_dmarc.firm.co.uk":         {"other", "v=DMARC1; p=reject; sp=quarantine"},
		"_dmarc.own.firm.co.uk":     {"v=DMARC1; p=none"},
		"_dmarc.twice.example":      {"v=DMARC1; p=none", "v=DMARC1; p=reject"},
		"_dmarc.spoilt.example":     {"v=DMARC1; p=maybe"},
		"_dmarc.parent.example":     {"v=DMARC1; p=reject"},
		"_dmarc.nonsense.example":   {"v=spf1 -all"},
		"_dmarc.gov":                {"v=DMARC1; p=reject; psd=y"},
		"_dmarc.office.gov":         {"v=DMARC1; p=quarantine"},
		"_dmarc.deep.town.gov":      {"v=DMARC1; p=none"},
		"_dmarc.branch.big.example": {"v=DMARC1; p=quarantine; psd=n"},
		"_dmarc.big.example":        {"v=DMARC1; p=reject"},
		"_dmarc.in.slow.example":    {"v=DMARC1; p=reject"},
	}
	for domain, want := range map[string]struct {
		level Level
		say   string
	}{
		"none.example":             {Good, "policy none"},
		"firm.co.uk":               {Good, "policy reject"},
		"id.firm.co.uk":            {Good, "_dmarc.firm.co.uk has the policy quarantine"},
		"own.firm.co.uk":           {Good, "policy none"},
		"a.parent.example":         {Good, "_dmarc.parent.example has the policy reject"},
		"a.b.c.parent.example":     {Good, "_dmarc.parent.example has the policy reject"},
		"a.own.firm.co.uk":         {Good, "_dmarc.firm.co.uk has the policy quarantine"}, // the record with the fewest labels
		"id.office.gov":            {Good, "_dmarc.office.gov has the policy quarantine"}, // below a public suffix
		"a.deep.town.gov":          {Good, "_dmarc.gov has the policy reject"},            // town.gov is the organization, and has none
		"id.other.gov":             {Good, "_dmarc.gov has the policy reject"},
		"a.branch.big.example":     {Good, "_dmarc.branch.big.example has the policy quarantine"}, // an organization of its own
		"twice.example":            {Advice, "2 of them"},
		"spoilt.example":           {Advice, "does not work"},
		"nonsense.example":         {Advice, "Add a TXT record to _dmarc.nonsense.example: v=DMARC1; p=none"},
		"nothing.example":          {Advice, "no DMARC record"},
		"slow.example":             {Unknown, ""},
		"a.slow.example":           {Unknown, ""},
		"a.in.slow.example":        {Good, "_dmarc.in.slow.example has the policy reject"},
		"1.2.3.4.5.6.7.8.co.uk":    {Advice, "no DMARC record"},
		"1.2.3.4.5.6.7.firm.co.uk": {Good, "_dmarc.firm.co.uk has"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		dns := &table{txt: txt, silent: map[string]bool{"_dmarc.slow.example": true}}
		level, says := lookDMARC(ctx, resolver{dns}, domain)
		cancel()
		if level != want.level || !strings.Contains(says, want.say) {
			t.Errorf("%s: %s, %q; want %s, %q", domain, level, says, want.level, want.say)
		}
		if len(dns.asked) > 8 {
			t.Errorf("%s: asked for %v", domain, dns.asked)
		}
	}
}
