package deliverability

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// mostLookups is how many terms that ask the DNS a receiver follows (RFC 7208
// section 4.6.4); one more is a permanent error.
const mostLookups = 10

// The ways in which an SPF check ends without a result. A permanentError is the
// domain owner's to mend; everything else is a look-up without an answer.
var (
	errNoSPF   = errors.New("there is no SPF record")
	errTooMany = permanentError{"it needs more than 10 DNS look-ups, at which receivers give up"}
)

type permanentError struct{ reason string }

func (e permanentError) Error() string { return e.reason }

// walk follows the records of a domain as a receiver would, for mail that comes
// from a relay known by the names of its SPF records, by addresses, or by both.
type walk struct {
	dns       Resolver
	names     []string
	addresses []netip.Addr

	lookups int
	// opaque is set when a term was passed over that only a receiver can judge:
	// a macro, ptr or exists.
	opaque bool
	open   bool       // a +all was reached
	top    SPF        // the record of the domain itself
	hit    netip.Addr // the last of addresses that a term listed
}

// check is check_host of RFC 7208 section 4 for that relay: the qualifier of
// the first term that matches, or '?' when none does.
func (w *walk) check(ctx context.Context, domain string, depth int) (byte, error) {
	record, err := fetchSPF(ctx, w.dns, domain)
	if err != nil {
		return 0, err
	}
	if depth == 0 {
		w.top = record
	}
	for _, t := range record.Terms {
		if t.Mechanism == "all" {
			w.open = w.open || t.Qualifier == '+'
			return t.Qualifier, nil // what follows is never looked at (section 5.1)
		}
		matches, err := w.matches(ctx, t, domain, depth)
		if err != nil {
			return 0, err
		}
		if matches {
			return t.Qualifier, nil
		}
	}
	if record.Redirect == "" {
		return '?', nil
	}
	result, err := w.follow(ctx, record.Redirect, "redirect=", depth)
	return w.named(record.Redirect, result, err)
}

// named makes a pass of the relay's own record, whatever it lists: only a
// mistake that spoils the whole check outweighs it.
func (w *walk) named(domain string, result byte, err error) (byte, error) {
	var permanent permanentError
	if slices.Contains(w.names, domain) && !errors.As(err, &permanent) {
		return '+', nil
	}
	return result, err
}

// follow checks the record that an include or redirect names; that it must have
// one is said in RFC 7208 sections 5.2 and 6.1.
func (w *walk) follow(ctx context.Context, domain, how string, depth int) (byte, error) {
	if err := w.count(); err != nil {
		return 0, err
	}
	if strings.Contains(domain, "%") {
		w.opaque = true
		return '?', nil
	}
	result, err := w.check(ctx, domain, depth+1)
	if errors.Is(err, errNoSPF) {
		err = permanentError{how + shown(domain, mostName) + " leads to a name without an SPF record"}
	}
	return result, err
}

func (w *walk) count() error {
	if w.lookups++; w.lookups > mostLookups {
		return errTooMany
	}
	return nil
}

func (w *walk) matches(ctx context.Context, t Term, domain string, depth int) (bool, error) {
	switch t.Mechanism {
	case "ip4", "ip6":
		return w.within(t.Prefix), nil
	case "include":
		result, err := w.follow(ctx, t.Domain, "include:", depth)
		result, err = w.named(t.Domain, result, err)
		return result == '+', err
	}
	if err := w.count(); err != nil {
		return false, err
	}
	if t.Domain != "" {
		domain = t.Domain
	}
	if t.Mechanism == "ptr" || t.Mechanism == "exists" || strings.Contains(domain, "%") {
		w.opaque = true
		return false, nil
	}
	if len(w.addresses) == 0 {
		return false, nil
	}
	return w.matchesHosts(ctx, t, domain)
}

// matchesHosts compares with the addresses of a domain, or of its MX hosts (RFC
// 7208 sections 5.3 and 5.4).
func (w *walk) matchesHosts(ctx context.Context, t Term, domain string) (bool, error) {
	hosts := []string{domain}
	if t.Mechanism == "mx" {
		records, err := lookupMX(ctx, w.dns, domain)
		if err != nil && !missing(err) {
			return false, err
		}
		hosts = nil
		for _, mx := range records[:min(len(records), mostLookups)] {
			hosts = append(hosts, mx.Host)
		}
	}
	for _, host := range hosts {
		addresses, err := lookupHost(ctx, w.dns, host)
		if err != nil && !missing(err) {
			return false, err
		}
		if slices.ContainsFunc(addresses, func(a netip.Addr) bool { return w.near(a, t) }) {
			return true, nil
		}
	}
	return false, nil
}

// near reports whether one of the relay's addresses is in the network of a host
// that a or mx names.
func (w *walk) near(host netip.Addr, t Term) bool {
	bits := t.Bits6
	if host.Is4() {
		bits = t.Bits4
	}
	network, err := host.Prefix(bits)
	return err == nil && w.within(network)
}

func (w *walk) within(network netip.Prefix) bool {
	i := slices.IndexFunc(w.addresses, network.Contains)
	if i >= 0 {
		w.hit = w.addresses[i]
	}
	return i >= 0
}

// fetchSPF gets the one SPF record of a domain. Two are a permanent error (RFC
// 7208 section 4.5).
func fetchSPF(ctx context.Context, dns Resolver, domain string) (SPF, error) {
	texts, err := lookupTXT(ctx, dns, domain)
	if err != nil && !missing(err) {
		return SPF{}, err
	}
	texts = slices.DeleteFunc(texts, func(t string) bool { return !IsSPF(t) })
	switch len(texts) {
	case 0:
		return SPF{}, errNoSPF
	case 1:
	default:
		return SPF{}, permanentError{fmt.Sprintf("%s has %d SPF records, and only one is allowed: merge them into one",
			shown(domain, mostName), len(texts))}
	}
	record, err := ParseSPF(texts[0])
	if err != nil {
		return SPF{}, permanentError{fmt.Sprintf("the SPF record of %s cannot be read: %s", shown(domain, mostName), err)}
	}
	return record, nil
}
