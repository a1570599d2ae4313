package deliverability

import "testing"

func TestDKIM(t *testing.T) {
	t.Parallel()
	keys := []Key{{"a1", "a1.DOMAIN.relay.example"}, {"a2", "a2.DASHED.relay.example"}}
	for name, c := range map[string]struct {
		keys  []Key
		txt   map[string][]string
		level Level
		say   string
	}{
		"published":       {keys, map[string][]string{"a2._domainkey.example.com": {"v=DKIM1; k=rsa; p=MIIB"}}, Good, "at a2._domainkey.example.com"},
		"something else":  {keys, map[string][]string{"a1._domainkey.example.com": {"hello"}}, Advice, "No DKIM key of Relay"},
		"none":            {keys, nil, Advice, "Add a CNAME record to a1._domainkey.example.com: a1.example.com.relay.example"},
		"dashes":          {keys, nil, Advice, "Add a CNAME record to a2._domainkey.example.com: a2.example-com.relay.example"},
		"of each account": {[]Key{{Selector: "s1"}}, nil, Advice, "the record to add to s1._domainkey.example.com"},
	} {
		dns := &table{txt: c.txt}
		hintOf(t, dns, Query{Domain: "example.com", Provider: "Relay", Keys: c.keys}, "dkim").expect(t, name, c.level, c.say)
	}
}
