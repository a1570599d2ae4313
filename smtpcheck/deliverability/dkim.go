package deliverability

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A Key is a DKIM key: its selector and the CNAME to publish, in which DOMAIN stands
// for the domain and DASHED for the domain with dashes; "" if it is not known.
type Key struct{ Selector, CNAME string }

// record is the name of the key in a domain, and what to publish there.
func (k Key) record(domain string) (name, value string) {
	dashed := strings.ReplaceAll(domain, ".", "-")
	return k.Selector + "._domainkey." + domain, strings.NewReplacer("DOMAIN", domain, "DASHED", dashed).Replace(k.CNAME)
}

// checkDKIM says whether any of the keys that the relay's operator signs with is
// published: one is enough, even an old one.
func checkDKIM(ctx context.Context, dns resolver, q Query) (Level, string) {
	var add, names []string
	for _, key := range q.Keys {
		name, value := key.record(q.Domain)
		texts, err := dns.LookupTXT(ctx, name)
		switch {
		case err != nil:
			return Unknown, ""
		case slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, "p=") }): // RFC 6376 section 3.6.1
			return Good, fmt.Sprintf("A DKIM key of %s is published at %s.", q.operator(), name)
		}
		names = append(names, name)
		if value != "" {
			add = append(add, fmt.Sprintf("Add a CNAME record to %s: %s", name, value))
		}
	}
	why := fmt.Sprintf("No DKIM key of %s was found for %s, so its signature does not speak for your domain. ", q.operator(), q.Domain)
	if len(add) > 0 {
		return Advice, why + strings.Join(add, " · ")
	}
	return Advice, why + fmt.Sprintf("Its settings show the record to add to %s, unless you have chosen another selector.", strings.Join(names, " and "))
}
