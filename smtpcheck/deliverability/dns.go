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

// Bounds of what is looked at and shown: the records of one answer, the bytes of
// a record, and of a name (RFC 1035 section 2.3.4).
const (
	mostAnswers = 100
	mostShown   = 200
	mostName    = 253
)

// shown makes text from the DNS safe to show; what is too long is cut.
func shown(s string, most int) string {
	if len(s) > most {
		s = s[:most] + "..."
	}
	return text.Clean(s)
}

// missing reports whether the DNS said that there is no such name or record, as
// opposed to saying nothing.
func missing(err error) bool {
	var e *net.DNSError
	return errors.As(err, &e) && e.IsNotFound
}

// fold brings a name to the form in which names are compared.
func fold(domain string) string { return strings.TrimSuffix(strings.ToLower(domain), ".") }

// absolute keeps the search list of resolv.conf out of a look-up.
func absolute(name string) string { return fold(name) + "." }

func lookupTXT(ctx context.Context, dns Resolver, name string) ([]string, error) {
	texts, err := dns.LookupTXT(ctx, absolute(name))
	return slices.Clone(texts[:min(len(texts), mostAnswers)]), err
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

// reserved are names that no public DNS has: RFC 2606 and 6761 (test, example,
// invalid, localhost), 6762 (local), 7686 (onion), 8375 (home.arpa), 9476 (alt),
// and internal, which ICANN set aside.
var reserved = []string{
	"test", "example", "invalid", "localhost", "local", "onion", "alt", "internal", "home.arpa",
	"example.com", "example.net", "example.org",
}

// Reserved reports whether there is nothing to ask the DNS about a domain: a
// reserved name or one below it, a single label, or an address.
func Reserved(domain string) bool {
	domain = strings.Trim(strings.ToLower(domain), "[].")
	if _, err := netip.ParseAddr(domain); err == nil || !strings.Contains(domain, ".") || strings.Contains(domain, ":") {
		return true
	}
	return slices.ContainsFunc(reserved, func(name string) bool {
		return domain == name || strings.HasSuffix(domain, "."+name)
	})
}
