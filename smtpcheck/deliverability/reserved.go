package deliverability

import (
	"net/netip"
	"slices"
	"strings"
)

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
