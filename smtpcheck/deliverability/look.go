// Package deliverability looks at the DNS records by which receivers judge a
// mail: SPF, DMARC and MX of the From domain, and the reverse DNS of a machine
// that delivers without a login. What it finds is advice and never an error: a
// relay that took a message took it.
package deliverability

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"

	"golang.org/x/net/idna"
)

// Level is what a hint means to the admin.
type Level string

// The levels.
const (
	Good    Level = "good"    // nothing to do
	Advice  Level = "advice"  // mail may end in the spam folder, or be refused
	Unknown Level = "unknown" // DNS did not answer, or cannot tell
)

// Hint is one finding: a sentence or two, with the record to add where it is
// known. Text is safe to show.
type Hint struct {
	ID    string // spf, dmarc, mx, reverse-dns or foreign-domain
	Level Level
	Text  string
}

func hint(id string, level Level, text string) Hint { return Hint{id, level, text} }

// unanswered is said of a look-up without a result.
func unanswered(id, what string) Hint {
	return hint(id, Unknown, "DNS gave no answer about "+what+".")
}

// Query is what is known of a mail that a relay took.
type Query struct {
	Domain string // of the From address
	// Owner is the mail provider that this domain belongs to, where the relay is
	// somebody else's: nothing that the admin could add would help. "" is none.
	Owner string

	Host     string   // the relay
	Provider string   // its name, or ""
	Includes []string // the names that an SPF record includes for it; none: not known
	// Own says that the relay is no mail provider's, so that its addresses may be
	// those that it sends from.
	Own bool
	// Direct says that the relay knows this machine by its address: port 25, no
	// login.
	Direct bool
	Name   string // the EHLO name, or "" where it is no FQDN

	// Source is how this machine's address towards another is found; nil is the
	// function Source.
	Source func(ctx context.Context, to netip.Addr) (netip.Addr, error)
}

func (q Query) source(ctx context.Context, to netip.Addr) (netip.Addr, error) {
	if q.Source != nil {
		return q.Source(ctx, to)
	}
	return Source(ctx, to)
}

// operator names the relay in a sentence.
func (q Query) operator() string {
	if q.Provider != "" {
		return q.Provider
	}
	return shown(q.Host, mostName)
}

// Look asks the DNS, everything side by side, and returns what it found, in the
// order SPF, DMARC, MX, reverse DNS. It ends with ctx, also where the resolver
// does not; what is missing by then is Unknown.
func Look(ctx context.Context, dns Resolver, q Query) []Hint {
	q.Domain = shown(fold(q.Domain), mostName)
	if ascii, err := idna.Lookup.ToASCII(q.Domain); err == nil {
		q.Domain = ascii
	}
	if q.Owner != "" {
		return []Hint{foreign(q)}
	}
	routes := sync.OnceValue(func() route { return findRoute(ctx, dns, q) })
	looks := []look{
		{"spf", "the SPF record of " + q.Domain, func() Hint {
			if len(q.Includes) > 0 || !q.Own && !q.Direct {
				return lookSPF(ctx, dns, q, nil)
			}
			return lookSPF(ctx, dns, q, routes().senders(q))
		}},
		{"dmarc", "the DMARC record of " + q.Domain, func() Hint { return lookDMARC(ctx, dns, q.Domain) }},
		{"mx", "the MX record of " + q.Domain, func() Hint { return lookMX(ctx, dns, q.Domain) }},
	}
	if q.Direct {
		looks = append(looks, look{"reverse-dns", "this machine's address", func() Hint {
			return lookReverse(ctx, dns, routes().from, q.Name)
		}})
	}
	return gather(ctx, looks)
}

// look is one of the things to find out, and what it is about.
type look struct {
	id, what string
	find     func() Hint
}

// gather does them side by side and takes what comes in time.
func gather(ctx context.Context, looks []look) []Hint {
	type found struct {
		at   int
		hint Hint
	}
	hints := make([]Hint, len(looks))
	done := make(chan found, len(looks))
	for i, l := range looks {
		hints[i] = unanswered(l.id, l.what)
		go func() { done <- found{i, l.find()} }()
	}
	for range looks {
		select {
		case f := <-done:
			hints[f.at] = f.hint
		case <-ctx.Done():
			return hints
		}
	}
	return hints
}

func foreign(q Query) Hint {
	return hint("foreign-domain", Advice, fmt.Sprintf("%s is a domain of another provider (%s), whose SPF and DKIM do not speak for mail through %s: "+
		"receivers are likely to take it for spam. Send from a domain of your own.", q.Domain, q.Owner, q.operator()))
}

// route is the addresses at both ends.
type route struct{ relay, from []netip.Addr }

func findRoute(ctx context.Context, dns Resolver, q Query) route {
	var r route
	if a, err := netip.ParseAddr(q.Host); err == nil {
		r.relay = []netip.Addr{a.Unmap().WithZone("")}
	} else if !Reserved(q.Host) {
		r.relay, _ = lookupHost(ctx, dns, q.Host)
	}
	if q.Direct {
		r.from = sources(ctx, q, r.relay)
	}
	return r
}

// senders are the public addresses that mail may leave from: the relay's, where
// it is nobody else's service, and this machine's, where the relay knows it by
// address.
func (r route) senders(q Query) []netip.Addr {
	list := slices.Clone(r.from)
	if q.Own {
		list = append(list, r.relay...)
	}
	return slices.DeleteFunc(list, func(a netip.Addr) bool { return !public(a) })
}
