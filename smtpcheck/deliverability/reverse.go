package deliverability

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// Source is the address from which this machine would speak to another. It asks
// the kernel for a route; nothing is sent.
func Source(ctx context.Context, to netip.Addr) (netip.Addr, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "udp", netip.AddrPortFrom(to, 25).String())
	if err != nil {
		return netip.Addr{}, err
	}
	defer conn.Close()
	from, err := netip.ParseAddrPort(conn.LocalAddr().String())
	return from.Addr().Unmap().WithZone(""), err
}

// public reports whether the world sees an address as it is: neither private (RFC
// 1918, 4193) nor shared behind a provider's NAT (RFC 6598).
func public(a netip.Addr) bool {
	shared := netip.MustParsePrefix("100.64.0.0/10")
	return a.IsValid() && a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a)
}

// sources are this machine's addresses towards a relay, one a family.
func sources(ctx context.Context, q Query, relay []netip.Addr) []netip.Addr {
	var list []netip.Addr
	for _, to := range relay {
		if !public(to) || slices.ContainsFunc(list, func(a netip.Addr) bool { return a.Is4() == to.Is4() }) {
			continue
		}
		if from, err := q.source(ctx, to); err == nil && from.IsValid() {
			list = append(list, from)
		}
	}
	return list
}

// lookReverse says whether the PTR record of this machine names a host that has
// this very address: forward-confirmed reverse DNS (RFC 8601 section 2.7.3).
func lookReverse(ctx context.Context, dns Resolver, from []netip.Addr, name string) Hint {
	const id = "reverse-dns"
	var fine []string
	for _, a := range from {
		if !public(a) {
			return hint(id, Unknown, fmt.Sprintf("This machine speaks from %s, which the relay does not see. "+
				"Its public address needs a PTR record%s.", a, wish(", best ", name)))
		}
		names, err := dns.LookupAddr(ctx, a.String())
		if err != nil && !missing(err) {
			return unanswered(id, "the PTR record of "+a.String())
		}
		if len(names) == 0 {
			return hint(id, Advice, fmt.Sprintf("The address %s of this machine has no PTR record, and many receivers refuse it for that. "+
				"Have your hoster set it%s.", a, wish(" to ", name)))
		}
		host, err := confirmed(ctx, dns, a, names)
		if err != nil {
			return unanswered(id, "the address of "+shown(fold(names[0]), mostName))
		}
		if host == "" {
			return hint(id, Advice, fmt.Sprintf("The PTR record of %s says %s, but that name does not have this address. "+
				"Add an address record for it, or have your hoster change the PTR record.", a, shown(fold(names[0]), mostName)))
		}
		fine = append(fine, fmt.Sprintf("%s is %s", a, shown(host, mostName)))
	}
	if len(fine) == 0 {
		return unanswered(id, "this machine's address")
	}
	return hint(id, Good, "Reverse DNS of this machine agrees: "+strings.Join(fine, ", ")+".")
}

// wish is the name that a PTR record should have, if it is known.
func wish(before, name string) string {
	if name == "" {
		return ""
	}
	return before + shown(name, mostName)
}

// confirmed is the first of the names that has the address; "" when none has. RFC
// 8601 lets a receiver stop at ten.
func confirmed(ctx context.Context, dns Resolver, a netip.Addr, names []string) (string, error) {
	var failed error
	for _, name := range names[:min(len(names), 10)] {
		addresses, err := lookupHost(ctx, dns, name)
		if slices.Contains(addresses, a) {
			return fold(name), nil
		}
		if err != nil && !missing(err) {
			failed = err
		}
	}
	return "", failed
}
