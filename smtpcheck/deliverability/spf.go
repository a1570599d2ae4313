package deliverability

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"blitiri.com.ar/go/spf"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/internal/text"
)

// unassigned is an address that no machine has (RFC 1112 section 4): it passes only
// if everybody does.
var unassigned = netip.MustParseAddr("240.0.0.1")

// checkSPF says whether the From domain's SPF record lets the relay send. Receivers
// check the domain of the envelope sender (RFC 7208 section 2.4), which is Pocket ID's
// From address, unless the relay replaces it.
//
// A relay known by the names of its own SPF records passes if the check reaches the
// end of one of them, where the recorder adds the unassigned address.
func checkSPF(ctx context.Context, dns resolver, q Query, senders []netip.Addr) (Level, string) {
	add := terms(q, senders)
	if len(senders) == 0 {
		senders = []netip.Addr{unassigned}
	}
	r := &recorder{resolver: dns, relay: q.Includes, records: map[string][]string{}}
	var result spf.Result
	var err error
	var sender netip.Addr
	for _, sender = range senders {
		if result, err = r.check(ctx, q.Domain, sender); result == spf.Pass {
			break
		}
	}
	problem := r.malformed()
	if problem == "" && result == spf.PermError && !r.receiverSpecific() {
		problem = r.explain(err)
	}
	switch {
	case result == spf.None:
		return Advice, absent(q, add)
	case problem != "":
		return Advice, fmt.Sprintf("The SPF check of %s fails for every mail: %s.", q.Domain, problem)
	case result == spf.TempError:
		return Unknown, ""
	case result != spf.Pass:
		return r.unlisted(q, add)
	case r.passesAll(ctx, q.Domain):
		return Advice, fmt.Sprintf("The SPF record of %s lets everybody send in its name (+all), "+
			"and receivers distrust that. Make it ~all.", q.Domain)
	case sender == unassigned:
		return Good, fmt.Sprintf("The SPF record of %s lists %s.", q.Domain, q.operator())
	}
	return Good, fmt.Sprintf("The SPF record of %s lists %s.", q.Domain, sender)
}

// terms are what to add to a record for the relay to pass; "" if unknown. One of the
// relay's names is enough: the others are older or regional.
func terms(q Query, senders []netip.Addr) string {
	if len(q.Includes) > 0 {
		return "include:" + canonical(q.Includes[0])
	}
	var list []string
	for _, a := range senders {
		kind := "ip6:"
		if a.Is4() {
			kind = "ip4:"
		}
		list = append(list, kind+a.String())
	}
	return strings.Join(list, " ")
}

func absent(q Query, add string) string {
	why := q.Domain + " has no SPF record, so receivers cannot tell who may send in its name. "
	switch {
	case len(q.Includes) > 0:
		return why + "Add a TXT record to " + q.Domain + ": v=spf1 " + add + " ~all"
	case q.Provider != "":
		return why + "Ask " + q.Provider + " which one it wants, if any."
	}
	return why + "Add a TXT record to " + q.Domain + " with the addresses that mail leaves from: v=spf1 " +
		cmp.Or(add, "ip4:ADDRESS") + " ~all"
}

// recorder is the resolver of an SPF check. It keeps the SPF records that it reads,
// because the result does not have them.
type recorder struct {
	resolver
	relay   []string            // the names of the relay's own records
	asked   []string            // the names looked up, in order
	records map[string][]string // by name
}

func (r *recorder) LookupTXT(ctx context.Context, name string) ([]string, error) {
	name = canonical(name)
	r.asked = append(r.asked, name)
	records, known := r.records[name]
	if !known {
		texts, err := r.resolver.LookupTXT(ctx, name)
		if err != nil {
			return nil, err
		}
		records = slices.DeleteFunc(texts, func(t string) bool { return !isSPF.MatchString(t) })
		r.records[name] = records
	}
	if len(records) == 1 && slices.ContainsFunc(r.relay, func(own string) bool { return canonical(own) == name }) {
		return []string{withTerm(records[0], "ip4:"+unassigned.String())}, nil
	}
	return records, nil
}

func (r *recorder) check(ctx context.Context, domain string, sender netip.Addr) (spf.Result, error) {
	from := "postmaster@" + domain
	return spf.CheckHostWithSender(sender.AsSlice(), domain, from, spf.WithContext(ctx), spf.WithResolver(r))
}

// passesAll reports whether anyone passes.
func (r *recorder) passesAll(ctx context.Context, domain string) bool {
	r.relay = nil
	result, _ := r.check(ctx, domain, unassigned)
	return result == spf.Pass
}

var (
	isSPF = lazy.Compile(`(?i)^v=spf1(?: |$)`) // RFC 7208 section 4.5
	// validTerm is section 4.6.1.
	validTerm = lazy.Compile(`(?i)^(?:[-+~?]?(?:all|(?:a|mx)(?::[^/]+)?(?:/\d+)?(?://\d+)?|ptr(?::.+)?|` +
		`(?:include|exists):.+|ip4:[\d.]+(?:/(?:[12]?\d|3[0-2]))?|ip6:[\da-f:.]+(?:/(?:\d?\d|1[01]\d|12[0-8]))?)|[a-z][\w.-]*=.*|)$`)
	// receiverOnly are terms that only a receiver can evaluate: ptr, exists, and macros
	// in any mechanism or in redirect=.
	receiverOnly = lazy.Compile(`(?i)(?:^| )(?:[-+~?]?(?:ptr|exists)\b|redirect=[^ ]*%|[^ =]*%)`)
)

// malformed quotes an invalid term, even one that the check did not get to (RFC 7208
// section 4.6), or is "".
func (r *recorder) malformed() string {
	for _, name := range r.asked {
		for _, record := range r.records[name] {
			for term := range strings.SplitSeq(record, " ") {
				if !validTerm.MatchString(term) {
					term = text.CleanForeign(text.Shorten(term, 80))
					return fmt.Sprintf("the SPF record of %s cannot be read: %q is not valid", shown(name), term)
				}
			}
		}
	}
	return ""
}

// receiverSpecific reports whether a record has a term that only a receiver can judge.
func (r *recorder) receiverSpecific() bool {
	return slices.ContainsFunc(r.asked, func(name string) bool {
		return slices.ContainsFunc(r.records[name], receiverOnly.MatchString)
	})
}

// explain says what is wrong with a record that receivers give up on.
func (r *recorder) explain(err error) string {
	last := r.asked[len(r.asked)-1]
	switch {
	case errors.Is(err, spf.ErrLookupLimitReached), errors.Is(err, spf.ErrVoidLookupLimitReached):
		return "it needs more than 10 DNS look-ups, or more than two for names that do not exist: receivers give up there"
	case errors.Is(err, spf.ErrMultipleRecords):
		return fmt.Sprintf("%s has %d SPF records, and only one is allowed: merge them into one",
			shown(last), len(r.records[last]))
	case errors.Is(err, spf.ErrNoResult):
		return fmt.Sprintf("it includes or redirects to %s, which has no SPF record", shown(last))
	}
	return "it cannot be read: " + text.CleanForeign(err.Error())
}

// unlisted is for a valid record without the relay. Unless the relay's operator
// publishes names to include, this is not certain: a relay may send from other
// addresses than those it listens on.
func (r *recorder) unlisted(q Query, add string) (Level, string) {
	switch {
	case r.receiverSpecific():
		return Unknown, fmt.Sprintf("The SPF record of %s has terms that only a receiver can judge; "+
			"whether it lists %s is not known.", q.Domain, q.operator())
	case add == "":
		return Unknown, fmt.Sprintf("%s has an SPF record; whether it lists the addresses that %s sends from "+
			"is not known.", q.Domain, q.operator())
	case len(q.Includes) == 0:
		return Unknown, fmt.Sprintf("The SPF record of %s lists none of the addresses at hand. "+
			"If mail leaves from them, add %s.", q.Domain, add)
	}
	change := "Change it to: " + withTerm(r.records[q.Domain][0], add)
	if len(change) > 200 {
		change = "Put " + add + " before its \"all\"."
	}
	return Advice, fmt.Sprintf("The SPF record of %s does not list %s. %s", q.Domain, q.operator(), text.CleanForeign(change))
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
