package deliverability

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// Source is the address from which this machine would reach another. It asks the
// kernel for a route; nothing is sent.
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

// shared is the address space behind carrier-grade NAT (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

// public reports whether an address is visible to the Internet as it is.
func public(a netip.Addr) bool {
	return a.IsValid() && a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a)
}

// route has the addresses of both ends: the relay's, and this machine's towards it,
// one per family.
type route struct{ relay, from []netip.Addr }

func findRoute(ctx context.Context, dns resolver, q Query) route {
	var r route
	if a, err := netip.ParseAddr(q.Host); err == nil {
		r.relay = []netip.Addr{a.Unmap().WithZone("")}
	} else if !Reserved(q.Host) {
		r.relay, _ = dns.addresses(ctx, q.Host)
	}
	if !q.Direct {
		return r
	}
	source := q.Source
	if source == nil {
		source = Source
	}
	for _, to := range r.relay {
		if !public(to) || slices.ContainsFunc(r.from, func(a netip.Addr) bool { return a.Is4() == to.Is4() }) {
			continue
		}
		if from, err := source(ctx, to); err == nil && from.IsValid() {
			r.from = append(r.from, from)
		}
	}
	return r
}

// senders are the public addresses that mail may be sent from: those of the admin's
// own relay, and this machine's if the relay identifies it by address.
func (r route) senders(q Query) []netip.Addr {
	list := slices.Clone(r.from)
	if q.Own {
		list = append(list, r.relay...)
	}
	return slices.DeleteFunc(list, func(a netip.Addr) bool { return !public(a) })
}

// checkReverse says whether this machine has forward-confirmed reverse DNS (RFC 8601
// section 2.7.3).
func checkReverse(ctx context.Context, dns resolver, from []netip.Addr, name string) (Level, string) {
	wish := func(before string) string {
		if name == "" {
			return ""
		}
		return before + shown(name)
	}
	var fine []string
	for _, a := range from {
		if !public(a) {
			return Unknown, fmt.Sprintf("This machine speaks from %s, which the relay does not see. "+
				"Its public address needs a PTR record%s.", a, wish(", best "))
		}
		names, err := dns.LookupAddr(ctx, a.String())
		if err == nil && len(names) == 0 {
			return Advice, fmt.Sprintf("The address %s of this machine has no PTR record, and many receivers "+
				"refuse it for that. Have your hoster set it%s.", a, wish(" to "))
		}
		i := slices.IndexFunc(names[:min(len(names), 10)], func(host string) bool { // ten is RFC 8601's limit
			addresses, failed := dns.addresses(ctx, host)
			err = errors.Join(err, failed)
			return slices.Contains(addresses, a)
		})
		switch {
		case i >= 0:
			fine = append(fine, fmt.Sprintf("%s is %s", a, shown(names[i])))
		case err != nil:
			return Unknown, ""
		default:
			return Advice, fmt.Sprintf("The PTR record of %s says %s, but that name does not have this address. "+
				"Add an address record for it, or have your hoster change the PTR record.", a, shown(names[0]))
		}
	}
	if len(fine) == 0 {
		return Unknown, ""
	}
	return Good, "Reverse DNS of this machine agrees: " + strings.Join(fine, ", ") + "."
}
