package deliverability

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// DMARC is what a policy record asks of receivers (RFC 7489 section 6.3).
type DMARC struct {
	Policy    string // p: none, quarantine or reject
	Subdomain string // sp: the policy of the domains below; p where it is not given
	Reports   bool   // rua has an address
}

// IsDMARC reports whether a TXT record is a DMARC record: its first tag is
// v=DMARC1 (RFC 7489 section 6.3).
func IsDMARC(txt string) bool {
	first, _, _ := strings.Cut(txt, ";")
	name, value, ok := strings.Cut(first, "=")
	return ok && strings.EqualFold(strings.TrimSpace(name), "v") && strings.TrimSpace(value) == "DMARC1"
}

// ParseDMARC reads a record. Unknown tags are passed over; a record without a
// valid p counts as p=none where it asks for reports (RFC 7489 section 6.6.3).
func ParseDMARC(txt string) (DMARC, error) {
	if !IsDMARC(txt) {
		return DMARC{}, errors.New("it is no DMARC record")
	}
	if len(txt) > mostRecord {
		return DMARC{}, errors.New("it is too long")
	}
	var r DMARC
	valid := true
	for _, tag := range strings.Split(txt, ";")[1:] {
		name, value, _ := strings.Cut(tag, "=")
		value = strings.TrimSpace(value)
		policy := strings.ToLower(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "p":
			r.Policy, valid = policy, valid && isPolicy(policy)
		case "sp":
			r.Subdomain, valid = policy, valid && isPolicy(policy)
		case "rua":
			r.Reports = value != ""
		}
	}
	switch {
	case (r.Policy == "" || !valid) && r.Reports:
		r.Policy, r.Subdomain = "none", "none"
	case r.Policy == "" || !valid:
		return DMARC{}, errors.New("its policy p= is none of none, quarantine and reject")
	}
	if r.Subdomain == "" {
		r.Subdomain = r.Policy
	}
	return r, nil
}

func isPolicy(p string) bool { return p == "none" || p == "quarantine" || p == "reject" }

// policy is the DMARC record that holds for a domain.
type policy struct {
	at       string // the name of the record
	asks     string // none, quarantine or reject
	found    bool
	mistaken string // why the record is not one
}

// findDMARC looks at the domain, then at its organizational domain (RFC 7489
// sections 3.2 and 6.6.3).
func findDMARC(ctx context.Context, dns Resolver, domain string) (policy, error) {
	names := []string{domain}
	if parent, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil && parent != domain {
		names = append(names, parent)
	}
	for _, name := range names {
		texts, err := lookupTXT(ctx, dns, "_dmarc."+name)
		if err != nil && !missing(err) {
			return policy{}, err
		}
		texts = slices.DeleteFunc(texts, func(t string) bool { return !IsDMARC(t) })
		if len(texts) == 0 {
			continue
		}
		return readPolicy("_dmarc."+name, texts, name != domain), nil
	}
	return policy{}, nil
}

func readPolicy(at string, texts []string, inherited bool) policy {
	p := policy{at: at, found: true}
	if len(texts) > 1 {
		p.mistaken = fmt.Sprintf("there are %d of them, and receivers then follow none", len(texts))
		return p
	}
	record, err := ParseDMARC(texts[0])
	switch {
	case err != nil:
		p.mistaken = err.Error()
	case inherited:
		p.asks = record.Subdomain
	default:
		p.asks = record.Policy
	}
	return p
}

// judgeDMARC is what the policy means to an admin.
func judgeDMARC(domain string, p policy, err error) Hint {
	switch {
	case err != nil:
		return unanswered("dmarc", "the DMARC record of "+domain)
	case !p.found:
		return hint("dmarc", Advice, fmt.Sprintf("%s has no DMARC record; large receivers expect one. "+
			"Add a TXT record to _dmarc.%s: v=DMARC1; p=none", domain, domain))
	case p.mistaken != "":
		return hint("dmarc", Advice, fmt.Sprintf("The DMARC record at %s does not work: %s.", p.at, p.mistaken))
	case p.asks == "none":
		return hint("dmarc", Good, fmt.Sprintf("The DMARC record at %s is there, with the policy none: nothing is refused because of it.", p.at))
	}
	does := "put into the spam folder"
	if p.asks == "reject" {
		does = "refused"
	}
	return hint("dmarc", Good, fmt.Sprintf("The DMARC record at %s has the policy %s: mail for which neither SPF nor a DKIM signature of %s speaks is to be %s.",
		p.at, p.asks, domain, does))
}
