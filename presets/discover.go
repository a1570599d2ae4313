package presets

import (
	"cmp"
	"context"
	"net"
	"net/mail"
	"slices"
	"strings"
)

// ForAddress is the provider whose own users have addresses like this one, such
// as gmail.com. It asks nobody.
func ForAddress(addr string) (Preset, bool) {
	domain := DomainOf(addr)
	if domain == "" {
		return Preset{}, false
	}
	return find(func(p Preset) bool { return slices.Contains(p.Domains, domain) })
}

// Receiver is the provider that receives the mail of a domain. That it also sends
// for the domain is only likely.
type Receiver struct {
	Preset Preset
	MX     string // the host by which it is known
}

// FromMX finds the provider among the MX hosts of a domain, the most preferred
// first.
func FromMX(mxHosts []string) (Receiver, bool) {
	for _, host := range mxHosts {
		host = cleanHost(host)
		p, ok := find(func(p Preset) bool {
			return slices.ContainsFunc(p.MX, func(suffix string) bool {
				return host == suffix || strings.HasSuffix(host, "."+suffix)
			})
		})
		if ok {
			return Receiver{p, host}, true
		}
	}
	return Receiver{}, false
}

// ReceiverOf is FromMX of what the DNS says of a domain; lookupMX is that of a
// net.Resolver. ok is false without a known provider.
func ReceiverOf(
	ctx context.Context, lookupMX func(context.Context, string) ([]*net.MX, error), domain string,
) (Receiver, bool) {
	// The dot keeps the search list of resolv.conf out of it.
	records, _ := lookupMX(ctx, domain+".") // it reports malformed records beside the good ones
	slices.SortStableFunc(records, func(a, b *net.MX) int { return cmp.Compare(a.Pref, b.Pref) })
	hosts := make([]string, len(records))
	for i, mx := range records {
		hosts[i] = mx.Host
	}
	return FromMX(hosts)
}

// DomainOf is the domain of a mail address, or of "Name <address>", in lower
// case; "" when there is none.
func DomainOf(addr string) string {
	parsed, err := mail.ParseAddress(strings.TrimSpace(addr))
	if err != nil {
		return ""
	}
	domain := cleanHost(parsed.Address[strings.LastIndex(parsed.Address, "@")+1:])
	if strings.HasPrefix(domain, "[") || strings.ContainsAny(domain, " /\\:") {
		return ""
	}
	return domain
}
