package deliverability

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"blitiri.com.ar/go/spf"
)

// stranger is an address that no record lists (RFC 1112 section 4): who asks
// with it passes only where everybody does.
var stranger = netip.MustParseAddr("240.0.0.1")

// lookSPF says whether the From domain's SPF record lets the relay send. It is
// the envelope sender's domain that receivers check (RFC 7208 section 2.4);
// Pocket ID's is the From address, but a relay may put its own there.
//
// A relay that is known by the names of its own SPF records passes where the
// check gets to the end of one of them: that is where the recorder adds the
// stranger's address.
func lookSPF(ctx context.Context, dns Resolver, q Query, addresses []netip.Addr) Hint {
	r := &recorder{dns: dns, relay: q.Includes, texts: map[string][]string{}}
	senders := addresses
	if len(senders) == 0 {
		senders = []netip.Addr{stranger}
	}
	var result spf.Result
	var err error
	var sender netip.Addr
	for _, sender = range senders {
		if result, err = checkSPF(ctx, r, q.Domain, sender); result == spf.Pass {
			break
		}
	}
	problem := r.malformed()
	if problem == "" && result == spf.PermError && !r.opaque() {
		problem = r.problem(err)
	}
	switch {
	case result == spf.None:
		return absent(q, addresses)
	case problem != "":
		return hint("spf", Advice, fmt.Sprintf("The SPF check of %s fails for every mail: %s.", q.Domain, problem))
	case result == spf.TempError:
		return unanswered("spf", "the SPF record of "+q.Domain)
	case result != spf.Pass:
		return r.unlisted(q, addresses)
	case r.passesAll(ctx, q.Domain):
		return hint("spf", Advice, fmt.Sprintf("The SPF record of %s lets everybody send in its name (+all), "+
			"and receivers distrust that. Make it ~all.", q.Domain))
	}
	who := q.operator()
	if sender != stranger {
		who = sender.String()
	}
	return hint("spf", Good, fmt.Sprintf("The SPF record of %s lists %s.", q.Domain, who))
}

// recorder is the resolver of an SPF check. It keeps the SPF records that were
// read, because the result of a check does not name them.
type recorder struct {
	dns   Resolver
	relay []string            // the names of the relay's own SPF records
	asked []string            // the names that were asked for a record, in order
	texts map[string][]string // the SPF records by name
}

func (r *recorder) LookupTXT(ctx context.Context, name string) ([]string, error) {
	name = fold(name)
	r.asked = append(r.asked, name)
	records, known := r.texts[name]
	if !known {
		texts, err := lookupTXT(ctx, r.dns, name)
		if err != nil {
			return nil, spfError(err)
		}
		records = slices.DeleteFunc(texts, func(t string) bool { return !isSPF(t) })
		r.texts[name] = records
	}
	if len(records) == 1 && slices.ContainsFunc(r.relay, func(own string) bool { return fold(own) == name }) {
		return []string{withTerm(records[0], "ip4:"+stranger.String())}, nil
	}
	return records, nil
}

func (r *recorder) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	records, err := lookupMX(ctx, r.dns, name)
	return records, spfError(err)
}

func (r *recorder) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	addresses, err := lookupHost(ctx, r.dns, host)
	var list []net.IPAddr
	for _, a := range addresses {
		list = append(list, net.IPAddr{IP: a.AsSlice()})
	}
	return list, spfError(err)
}

func (r *recorder) LookupAddr(ctx context.Context, address string) ([]string, error) {
	names, err := r.dns.LookupAddr(ctx, address)
	return names, spfError(err)
}

// spfError gives an error the one form in which package spf tells a name that
// does not exist from a name server that does not answer.
func spfError(err error) error {
	if err == nil {
		return nil
	}
	return &net.DNSError{Err: err.Error(), IsNotFound: missing(err), IsTemporary: !missing(err)}
}

// passesAll reports whether a sender passes who is neither the relay nor listed.
func (r *recorder) passesAll(ctx context.Context, domain string) bool {
	r.relay = nil
	result, _ := checkSPF(ctx, r, domain, stranger)
	return result == spf.Pass
}

func checkSPF(ctx context.Context, dns spf.DNSResolver, domain string, sender netip.Addr) (spf.Result, error) {
	return spf.CheckHostWithSender(sender.AsSlice(), domain, "postmaster@"+domain, spf.WithContext(ctx), spf.WithResolver(dns))
}

// malformed quotes the first term that spoils a record, also one that the check
// did not get to (RFC 7208 section 4.6), or is "".
func (r *recorder) malformed() string {
	for _, name := range r.asked {
		for _, record := range r.texts[name] {
			for _, term := range strings.Split(record, " ")[1:] {
				if result, err := checkSPF(context.Background(), oneTerm(term), "term.invalid", stranger); result == spf.PermError {
					return fmt.Sprintf("the SPF record of %s cannot be read: %q is not valid (%s)", shown(name, mostName), shown(term, 80), err)
				}
			}
		}
	}
	return ""
}

// oneTerm resolves the SPF record of term.invalid, which is that term, and
// nothing else.
type oneTerm string

func (t oneTerm) LookupTXT(_ context.Context, name string) ([]string, error) {
	if name == "term.invalid" {
		return []string{"v=spf1 " + string(t)}, nil
	}
	return []string{"v=spf1"}, nil
}
func (oneTerm) LookupMX(context.Context, string) ([]*net.MX, error)        { return nil, nil }
func (oneTerm) LookupIPAddr(context.Context, string) ([]net.IPAddr, error) { return nil, nil }
func (oneTerm) LookupAddr(context.Context, string) ([]string, error)       { return nil, nil }

// problem says what is wrong with a record that a receiver gives up on.
func (r *recorder) problem(err error) string {
	last := r.asked[len(r.asked)-1]
	switch {
	case errors.Is(err, spf.ErrLookupLimitReached):
		return "it needs more than 10 DNS look-ups, at which receivers give up"
	case errors.Is(err, spf.ErrVoidLookupLimitReached):
		return "more than two of the names in it do not exist, at which receivers give up"
	case errors.Is(err, spf.ErrMultipleRecords):
		return fmt.Sprintf("%s has %d SPF records, and only one is allowed: merge them into one", shown(last, mostName), len(r.texts[last]))
	case errors.Is(err, spf.ErrNoResult):
		return fmt.Sprintf("it includes or redirects to %s, which has no SPF record", shown(last, mostName))
	}
	return "it cannot be read: " + shown(err.Error(), mostShown)
}

// receiverOnly are terms that depend on what only a receiver knows: ptr, exists,
// and macros in any mechanism or in redirect=.
var receiverOnly = regexp.MustCompile(`(?i)(?:^| )(?:[-+~?]?(?:ptr|exists)\b|redirect=[^ ]*%|[^ =]*%)`)

// opaque reports whether a record that was read has such a term.
func (r *recorder) opaque() bool {
	return slices.ContainsFunc(r.asked, func(name string) bool { return slices.ContainsFunc(r.texts[name], receiverOnly.MatchString) })
}

// isSPF is the test of RFC 7208 section 4.5.
func isSPF(txt string) bool {
	version, _, _ := strings.Cut(txt, " ")
	return strings.EqualFold(version, "v=spf1")
}

// withTerm adds a term to a record, before its "all".
func withTerm(record, term string) string {
	words := strings.Fields(record)
	at := slices.IndexFunc(words, func(word string) bool {
		word = strings.TrimLeft(strings.ToLower(word), "+-~?")
		return word == "all" || strings.HasPrefix(word, "redirect=")
	})
	if at < 0 {
		at = len(words)
	}
	return strings.Join(slices.Insert(words, at, term), " ")
}

// terms are what to add to a record for the relay to pass; "" when that is not
// known. One of the relay's names is enough: the others are older or regional.
func terms(q Query, addresses []netip.Addr) string {
	if len(q.Includes) > 0 {
		return "include:" + fold(q.Includes[0])
	}
	var list []string
	for _, a := range addresses {
		kind := "ip6:"
		if a.Is4() {
			kind = "ip4:"
		}
		list = append(list, kind+a.String())
	}
	return strings.Join(list, " ")
}

func absent(q Query, addresses []netip.Addr) Hint {
	text := q.Domain + " has no SPF record, so receivers cannot tell who may send in its name."
	switch add := terms(q, addresses); {
	case len(q.Includes) > 0:
		text += fmt.Sprintf(" Add a TXT record to %s: v=spf1 %s ~all", q.Domain, add)
	case add != "":
		text += fmt.Sprintf(" If mail leaves from the addresses at hand, add a TXT record to %s: v=spf1 %s ~all", q.Domain, add)
	case q.Provider != "":
		text += fmt.Sprintf(" Ask %s which one it wants, if any.", q.Provider)
	default:
		text += fmt.Sprintf(" Add a TXT record to %s with the address that mail leaves from: v=spf1 ip4:ADDRESS ~all", q.Domain)
	}
	return hint("spf", Advice, text)
}

// unlisted is a valid record without the relay. Without the names that the
// relay's operator publishes there is no certainty: a relay may send from other
// addresses than it listens on.
func (r *recorder) unlisted(q Query, addresses []netip.Addr) Hint {
	add := terms(q, addresses)
	switch {
	case r.opaque():
		return hint("spf", Unknown, fmt.Sprintf("The SPF record of %s has terms that only a receiver can judge; whether it lists %s is not known.",
			q.Domain, q.operator()))
	case add == "":
		return hint("spf", Unknown, fmt.Sprintf("%s has an SPF record; whether it lists the addresses that %s sends from is not known.",
			q.Domain, q.operator()))
	case len(q.Includes) == 0:
		return hint("spf", Unknown, fmt.Sprintf("The SPF record of %s lists none of the addresses at hand. If mail leaves from them, add %s.",
			q.Domain, add))
	}
	text := fmt.Sprintf("The SPF record of %s does not list %s.", q.Domain, q.operator())
	if changed := withTerm(r.texts[q.Domain][0], add); len(changed) <= mostShown {
		return hint("spf", Advice, text+" Change it to: "+shown(changed, mostShown))
	}
	return hint("spf", Advice, text+" Put "+add+" before its \"all\".")
}
