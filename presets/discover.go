package presets

import (
	"cmp"
	"context"
	"fmt"
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

// MXResolver is the part of net.Resolver that ReceiverOf needs.
type MXResolver interface {
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
}

// ReceiverOf is FromMX of what the DNS says of a domain. It ends with ctx; a
// domain without a known provider is no error.
func ReceiverOf(ctx context.Context, resolver MXResolver, domain string) (Receiver, bool, error) {
	records, err := lookupMX(ctx, resolver, domain)
	if err != nil {
		return Receiver{}, false, fmt.Errorf("no MX of %s: %w", domain, err)
	}
	slices.SortStableFunc(records, func(a, b *net.MX) int { return cmp.Compare(a.Pref, b.Pref) })
	hosts := make([]string, len(records))
	for i, mx := range records {
		hosts[i] = mx.Host
	}
	r, ok := FromMX(hosts)
	return r, ok, nil
}

// lookupMX gives up when ctx ends, even when the resolver does not.
func lookupMX(ctx context.Context, resolver MXResolver, domain string) ([]*net.MX, error) {
	type answer struct {
		records []*net.MX
		err     error
	}
	done := make(chan answer, 1)
	go func() {
		// The dot keeps the search list of resolv.conf out of it.
		records, err := resolver.LookupMX(ctx, domain+".")
		done <- answer{records, err}
	}()
	select {
	case a := <-done:
		if len(a.records) > 0 {
			return a.records, nil // net.Resolver reports malformed ones beside the good
		}
		return nil, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
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
