package deliverability

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// lookSPF says whether the From domain's SPF record lets the relay send. It is
// the envelope sender's domain that receivers check (RFC 7208 section 2.4);
// Pocket ID's is the From address, but a relay may put its own there.
func lookSPF(ctx context.Context, dns Resolver, q Query, addresses []netip.Addr) Hint {
	w := &walk{dns: dns, addresses: addresses}
	for _, name := range q.Includes {
		w.names = append(w.names, fold(name))
	}
	result, err := w.check(ctx, q.Domain, 0)
	var permanent permanentError
	switch {
	case errors.Is(err, errNoSPF):
		return w.absent(q)
	case errors.As(err, &permanent):
		return hint("spf", Advice, fmt.Sprintf("The SPF check of %s fails for every mail: %s.", q.Domain, permanent.reason))
	case err != nil:
		return unanswered("spf", "the SPF record of "+q.Domain)
	case w.top.Open() || w.open && result == '+':
		return hint("spf", Advice, fmt.Sprintf("The SPF record of %s lets everybody send in its name (+all), "+
			"and receivers distrust that. Make it ~all.", q.Domain))
	case result == '+':
		return hint("spf", Good, fmt.Sprintf("The SPF record of %s lists %s.", q.Domain, w.listed(q)))
	}
	return w.unlisted(q)
}

func (w *walk) listed(q Query) string {
	if w.hit.IsValid() {
		return w.hit.String()
	}
	return q.operator()
}

// mechanisms are what to add to a record for the relay to pass; "" when that is
// not known.
func (w *walk) mechanisms() string {
	var list []string
	for _, name := range w.names {
		list = append(list, "include:"+name)
	}
	if len(list) > 0 {
		return list[0] // one of them is enough: the others are older or regional names
	}
	for _, a := range w.addresses {
		kind := "ip6:"
		if a.Is4() {
			kind = "ip4:"
		}
		list = append(list, kind+a.String())
	}
	return strings.Join(list, " ")
}

func (w *walk) absent(q Query) Hint {
	text := q.Domain + " has no SPF record, so receivers cannot tell who may send in its name."
	switch add := w.mechanisms(); {
	case len(w.names) > 0:
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
func (w *walk) unlisted(q Query) Hint {
	add := w.mechanisms()
	switch {
	case w.opaque:
		return hint("spf", Unknown, fmt.Sprintf("The SPF record of %s has terms that only a receiver can judge; whether it lists %s is not known.",
			q.Domain, q.operator()))
	case add == "":
		return hint("spf", Unknown, fmt.Sprintf("%s has an SPF record; whether it lists the addresses that %s sends from is not known.",
			q.Domain, q.operator()))
	case len(w.names) == 0:
		return hint("spf", Unknown, fmt.Sprintf("The SPF record of %s lists none of the addresses at hand. If mail leaves from them, add %s.",
			q.Domain, add))
	}
	text := fmt.Sprintf("The SPF record of %s does not list %s.", q.Domain, q.operator())
	if changed := w.top.With(add); len(changed) <= mostShown {
		return hint("spf", Advice, text+" Change it to: "+changed)
	}
	return hint("spf", Advice, text+" Put "+add+" before its \"all\".")
}
