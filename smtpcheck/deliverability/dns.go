package deliverability

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"

	"smtp-wizard/internal/text"
)

// Resolver is the part of net.Resolver that is needed.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
	LookupHost(ctx context.Context, host string) ([]string, error)
}

// resolver asks for absolute names, without the search list of resolv.conf, and limits
// the records of an answer. A name that does not exist has no records, without an
// error; other errors are of the type that package spf expects.
type resolver struct{ dns Resolver }

const maxRecords = 100

func (r resolver) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return answer(r.dns.LookupTXT(ctx, canonical(name)+"."))
}

// LookupMX ignores malformed records that net.Resolver reports along with valid ones.
func (r resolver) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	records, err := answer(r.dns.LookupMX(ctx, canonical(name)+"."))
	if len(records) > 0 {
		err = nil
	}
	return records, err
}

func (r resolver) LookupAddr(ctx context.Context, address string) ([]string, error) {
	return answer(r.dns.LookupAddr(ctx, address))
}

func (r resolver) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	addresses, err := r.addresses(ctx, host)
	var list []net.IPAddr
	for _, a := range addresses {
		list = append(list, net.IPAddr{IP: a.AsSlice()})
	}
	return list, err
}

func (r resolver) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	texts, err := answer(r.dns.LookupHost(ctx, canonical(host)+"."))
	var list []netip.Addr
	for _, t := range texts {
		if a, err := netip.ParseAddr(t); err == nil {
			list = append(list, a.Unmap().WithZone(""))
		}
	}
	return list, err
}

func answer[T any](records []T, err error) ([]T, error) {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		err = nil
	} else if err != nil {
		err = &net.DNSError{Err: err.Error(), IsTemporary: true}
	}
	return slices.Clone(records[:min(len(records), maxRecords)]), err
}

// canonical is a name in the form in which names are compared.
func canonical(domain string) string { return strings.TrimSuffix(strings.ToLower(domain), ".") }

// shown makes a name safe to show, and cuts it to the limit of RFC 1035 section 2.3.4.
func shown(name string) string { return text.CleanForeign(text.Shorten(canonical(name), 253)) }

// reserved are names that no public DNS has: RFC 2606 and 6761 (test, example,
// invalid, localhost), 6762 (local), 7686 (onion), 8375 (home.arpa), 9476 (alt),
// and internal, which ICANN set aside.
var reserved = []string{
	"test", "example", "invalid", "localhost", "local", "onion", "alt", "internal", "home.arpa",
	"example.com", "example.net", "example.org",
}

// Reserved reports whether the public DNS has nothing on a domain: a reserved name or
// one below it, a single label, or an address.
func Reserved(domain string) bool {
	domain = strings.Trim(strings.ToLower(domain), "[].")
	if _, err := netip.ParseAddr(domain); err == nil || !strings.Contains(domain, ".") || strings.Contains(domain, ":") {
		return true
	}
	return slices.ContainsFunc(reserved, func(name string) bool { return strings.HasSuffix("."+domain, "."+name) })
}
