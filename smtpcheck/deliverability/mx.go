package deliverability

import (
	"context"
	"fmt"
	"net"
	"strings"
)

// lookMX says whether replies and bounces have a place to go: a receiver may
// refuse a sender who has none.
func lookMX(ctx context.Context, dns Resolver, domain string) Hint {
	records, err := lookupMX(ctx, dns, domain)
	if err != nil && !missing(err) {
		return unanswered("mx", "the MX record of "+domain)
	}
	if len(records) > 0 {
		return judgeMX(domain, records)
	}
	addresses, err := lookupHost(ctx, dns, domain)
	switch {
	case len(addresses) > 0:
		return hint("mx", Advice, fmt.Sprintf("%s has no MX record, so replies and bounces go to the host %s itself. "+
			"If that takes no mail, add an MX record that names your mail server.", domain, domain))
	case err != nil && !missing(err):
		return unanswered("mx", "the addresses of "+domain)
	}
	return hint("mx", Advice, fmt.Sprintf("%s has neither an MX record nor an address: it cannot receive replies or bounces, "+
		"and some receivers refuse such a sender. Add an MX record that names your mail server.", domain))
}

func judgeMX(domain string, records []*net.MX) Hint {
	best := records[0]
	for _, mx := range records {
		if mx.Pref < best.Pref {
			best = mx
		}
	}
	host := strings.TrimSuffix(best.Host, ".")
	if host == "" { // RFC 7505 section 3
		return hint("mx", Advice, fmt.Sprintf("%s says with a null MX record (RFC 7505) that it takes no mail, and some receivers refuse such a sender. "+
			"Send from a domain that can receive.", domain))
	}
	return hint("mx", Good, fmt.Sprintf("Replies to %s go to %s.", domain, shown(host, mostName)))
}
