package deliverability

import (
	"context"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
)

func TestDMARC(t *testing.T) {
	t.Parallel()
	txt := casetest.Read[map[string][]string](t, "dmarc")
	for domain, want := range map[string]struct {
		level Level
		say   string
	}{
		"none.example":             {Good, "policy none"},
		"spaced.example":           {Good, "policy quarantine"},
		"reports.example":          {Good, "policy none"},
		"sub.example":              {Advice, "does not work"},
		"lower.example":            {Advice, "no DMARC record"},
		"second.example":           {Advice, "no DMARC record"},
		"ten.example":              {Advice, "no DMARC record"},
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
		level, says := checkDMARC(ctx, resolver{dns}, domain)
		cancel()
		if level != want.level || !strings.Contains(says, want.say) {
			t.Errorf("%s: %s, %q; want %s, %q", domain, level, says, want.level, want.say)
		}
		if len(dns.asked) > 8 {
			t.Errorf("%s: asked for %v", domain, dns.asked)
		}
	}
}
