package deliverability

import (
	"context"
	"errors"
	"net"
	"net/netip"
)

// Resolver is the part of net.Resolver that is needed.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
	LookupHost(ctx context.Context, host string) ([]string, error)
}

// mostAnswers is how many records of one answer are looked at.
const mostAnswers = 100

// missing reports whether the DNS said that there is no such name or record, as
// opposed to saying nothing.
func missing(err error) bool {
	var e *net.DNSError
	return errors.As(err, &e) && e.IsNotFound
}

// absolute keeps the search list of resolv.conf out of a look-up.
func absolute(name string) string { return fold(name) + "." }

func lookupTXT(ctx context.Context, dns Resolver, name string) ([]string, error) {
	texts, err := dns.LookupTXT(ctx, absolute(name))
	return texts[:min(len(texts), mostAnswers)], err
}

// lookupMX passes over malformed records that net.Resolver reports beside good
// ones.
func lookupMX(ctx context.Context, dns Resolver, domain string) ([]*net.MX, error) {
	records, err := dns.LookupMX(ctx, absolute(domain))
	if len(records) > 0 {
		err = nil
	}
	return records[:min(len(records), mostAnswers)], err
}

func lookupHost(ctx context.Context, dns Resolver, host string) ([]netip.Addr, error) {
	texts, err := dns.LookupHost(ctx, absolute(host))
	var addresses []netip.Addr
	for _, text := range texts[:min(len(texts), mostAnswers)] {
		if a, err := netip.ParseAddr(text); err == nil {
			addresses = append(addresses, a.Unmap().WithZone(""))
		}
	}
	return addresses, err
}
