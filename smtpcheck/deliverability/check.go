// Package deliverability checks the DNS records by which receivers judge mail: SPF,
// DKIM, DMARC and MX of the From domain, and the reverse DNS of a machine that
// delivers without a login. Its findings are advice, never an error: the relay has
// accepted the message.
package deliverability

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"smtp-wizard/internal/wait"

	"golang.org/x/net/idna"
)

// Level is what a hint means to the admin.
type Level string

// The levels.
const (
	Good    Level = "good"    // nothing to do
	Advice  Level = "advice"  // mail may end up in the spam folder, or be refused
	Unknown Level = "unknown" // DNS did not answer, or cannot tell
)

// Hint is one finding: a sentence or two, with the record to add if known. Text is
// safe to show.
type Hint struct {
	ID    string // spf, dkim, dmarc, mx, reverse-dns or foreign-domain
	Level Level
	Text  string
}

// Query describes a mail that a relay accepted.
type Query struct {
	Domain string // of the From address
	// Owner is the mail provider that this domain belongs to, if the relay is somebody
	// else's: no record that the admin could add would help.
	Owner string

	Host     string   // the relay
	Provider string   // its name, or ""
	Includes []string // the names to include in SPF for it; empty if unknown
	Keys     []Key    // that its operator signs with; empty if unknown
	// Own: the relay is not a mail provider's, so it may send from its own addresses.
	Own bool
	// Direct: the relay identifies this machine by its address (port 25, no login).
	Direct bool
	Name   string // the EHLO name if it is an FQDN, or ""

	// Source finds this machine's address towards another; nil is the function Source.
	Source func(ctx context.Context, to netip.Addr) (netip.Addr, error)
}

// operator names the relay in a sentence.
func (q Query) operator() string { return cmp.Or(q.Provider, shown(q.Host)) }

// Check asks the DNS in parallel and returns its findings in the order SPF, DKIM,
// DMARC, MX, reverse DNS. It returns when ctx ends, even if the resolver does not;
// what is missing by then is Unknown.
func Check(ctx context.Context, dns Resolver, q Query) []Hint {
	r := resolver{dns}
	q.Domain = shown(q.Domain)
	if ascii, err := idna.Lookup.ToASCII(q.Domain); err == nil {
		q.Domain = ascii
	}
	if q.Owner != "" {
		return []Hint{{"foreign-domain", Advice, fmt.Sprintf("%s is a domain of another provider (%s), whose SPF and DKIM "+
			"do not speak for mail through %s: receivers are likely to take it for spam. "+
			"Send from a domain of your own.", q.Domain, q.Owner, q.operator())}}
	}
	routes := sync.OnceValue(func() route { return findRoute(ctx, r, q) })
	checks := []lookup{
		{"spf", "the SPF record of " + q.Domain, func() (Level, string) {
			var senders []netip.Addr
			if len(q.Includes) == 0 && (q.Own || q.Direct) {
				senders = routes().senders(q)
			}
			return checkSPF(ctx, r, q, senders)
		}},
		{"dkim", "the DKIM keys of " + q.Domain, func() (Level, string) { return checkDKIM(ctx, r, q) }},
		{"dmarc", "the DMARC record of " + q.Domain, func() (Level, string) { return checkDMARC(ctx, r, q.Domain) }},
		{"mx", "the MX record of " + q.Domain, func() (Level, string) { return checkMX(ctx, r, q.Domain) }},
	}
	if len(q.Keys) == 0 {
		checks = slices.Delete(checks, 1, 2)
	}
	if q.Direct {
		checks = append(checks, lookup{"reverse-dns", "the reverse DNS of this machine", func() (Level, string) {
			return checkReverse(ctx, r, routes().from, q.Name)
		}})
	}
	return gather(ctx, checks)
}

// lookup is one of the things to find out, and what it is about. Its text is ""
// where the DNS gave no answer.
type lookup struct {
	id, about string
	find      func() (Level, string)
}

// gather runs lookups in parallel and takes what finishes in time.
func gather(ctx context.Context, checks []lookup) []Hint {
	hints := make([]Hint, len(checks))
	var all sync.WaitGroup
	for i, l := range checks {
		all.Go(func() {
			hint, _ := wait.For(ctx, func() (Hint, error) {
				level, text := l.find()
				return Hint{l.id, level, text}, nil
			})
			if hint.Text == "" {
				hint = Hint{l.id, Unknown, "DNS gave no answer about " + l.about + "."}
			}
			hints[i] = hint
		})
	}
	all.Wait()
	return hints
}

// checkMX says whether replies and bounces can be delivered: receivers may refuse a
// sender to whom they cannot.
func checkMX(ctx context.Context, dns resolver, domain string) (Level, string) {
	records, err := dns.LookupMX(ctx, domain)
	if err != nil {
		return Unknown, ""
	}
	if len(records) == 0 {
		return Advice, domain + " has no MX record: replies and bounces reach it only if a host of that name takes mail, " +
			"and some receivers refuse such a sender. Add an MX record that names your mail server."
	}
	best := slices.MinFunc(records, func(a, b *net.MX) int { return int(a.Pref) - int(b.Pref) })
	if strings.Trim(best.Host, ".") == "" { // RFC 7505 section 3
		return Advice, domain + " says with a null MX record (RFC 7505) that it takes no mail, " +
			"and some receivers refuse such a sender. Send from a domain that can receive."
	}
	return Good, fmt.Sprintf("Replies to %s go to %s.", domain, shown(best.Host))
}
