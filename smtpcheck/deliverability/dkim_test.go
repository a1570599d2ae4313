package deliverability

import (
	"testing"

	"smtp-wizard/internal/casetest"
)

func TestDKIM(t *testing.T) {
	t.Parallel()
	for name, c := range casetest.Read[map[string]struct {
		Keys  []Key
		Txt   map[string][]string
		Level Level
		Say   string
	}](t, "dkim") {
		dns := &table{txt: c.Txt}
		hintOf(t, dns, Query{Domain: "example.com", Provider: "Relay", Keys: c.Keys}, "dkim").expect(t, name, c.Level, c.Say)
	}
}
