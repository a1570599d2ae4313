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
	for domain, want := range casetest.Read[map[string]struct {
		Level Level
		Say   string
	}](t, "dmarcsays") {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		dns := &table{txt: txt, silent: map[string]bool{"_dmarc.slow.example": true}}
		level, says := checkDMARC(ctx, resolver{dns}, domain)
		cancel()
		if level != want.Level || !strings.Contains(says, want.Say) {
			t.Errorf("%s: %s, %q; want %s, %q", domain, level, says, want.Level, want.Say)
		}
		if len(dns.asked) > 8 {
			t.Errorf("%s: asked for %v", domain, dns.asked)
		}
	}
}
