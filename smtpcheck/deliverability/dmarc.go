package deliverability

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// policy is the DMARC record that holds for a domain.
type policy struct {
	at        string // the name of the record; "" where there is none
	domain    string // p, what it asks of receivers: none, quarantine or reject
	subdomain string // sp, the same for the domains below
	psd       string // "y" at a public suffix, "n" at an organization's domain, else ""
	problem   string // why the record does not work
}

// asked is what the record asks for mail from a domain.
func (p policy) asked(from string) string {
	if p.at == "_dmarc."+from {
		return p.domain
	}
	return p.subdomain
}

// findDMARC looks at the domain itself, else for the record of its organization
// or, where that has none, of the public suffix above it (RFC 9989 section
// 4.10).
func findDMARC(ctx context.Context, dns Resolver, domain string) (policy, error) {
	var found policy
	for i, name := range treeWalk(domain) {
		texts, err := lookupTXT(ctx, dns, "_dmarc."+name)
		if err != nil && !missing(err) {
			if found.at != "" {
				break
			}
			return policy{}, err
		}
		texts = slices.DeleteFunc(texts, func(t string) bool { return tags(t) == nil })
		if len(texts) == 0 {
			continue
		}
		p := readPolicy("_dmarc."+name, texts)
		_, parent, _ := strings.Cut(strings.TrimPrefix(found.at, "_dmarc."), ".")
		switch {
		case i == 0 || p.psd == "n":
			return p, nil
		case p.psd == "y" && parent == name: // the domain right below a public suffix is the organization's
			return found, nil
		case p.psd == "y":
			return p, nil
		}
		found = p
	}
	return found, nil
}

// treeWalk lists the domains that may have the record, at most eight of them.
func treeWalk(domain string) []string {
	walk := []string{domain}
	labels := strings.Split(domain, ".")
	for rest := labels[max(1, len(labels)-7):]; len(rest) > 0; rest = rest[1:] {
		walk = append(walk, strings.Join(rest, "."))
	}
	return walk
}

// tags are those of a DMARC record; nil where the text is none, which is told by
// its first tag (RFC 9989 section 4.7).
func tags(txt string) map[string]string {
	all := map[string]string{}
	for i, tag := range strings.Split(txt, ";") {
		name, value, _ := strings.Cut(tag, "=")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if i == 0 && (name != "v" || value != "DMARC1") {
			return nil
		}
		all[name] = strings.ToLower(value)
	}
	return all
}

// readPolicy reads the record at a name. One without a valid policy counts as
// none where it asks for reports (RFC 9989 section 4.7).
func readPolicy(at string, texts []string) policy {
	if len(texts) > 1 {
		return policy{at: at, problem: fmt.Sprintf("there are %d of them, and receivers then follow none", len(texts))}
	}
	tag := tags(texts[0])
	p := policy{at: at, domain: tag["p"], subdomain: tag["sp"], psd: tag["psd"]}
	if p.subdomain == "" {
		p.subdomain = p.domain
	}
	valid := []string{"none", "quarantine", "reject"}
	if !slices.Contains(valid, p.domain) || !slices.Contains(valid, p.subdomain) {
		p.domain, p.subdomain = "none", "none"
		if tag["rua"] == "" {
			p.problem = "its policy p= is none of none, quarantine and reject"
		}
	}
	return p
}

// lookDMARC is what the policy means to an admin.
func lookDMARC(ctx context.Context, dns Resolver, domain string) Hint {
	p, err := findDMARC(ctx, dns, domain)
	switch {
	case err != nil:
		return unanswered("dmarc", "the DMARC record of "+domain)
	case p.at == "":
		return hint("dmarc", Advice, fmt.Sprintf("%s has no DMARC record; large receivers expect one. "+
			"Add a TXT record to _dmarc.%s: v=DMARC1; p=none", domain, domain))
	case p.problem != "":
		return hint("dmarc", Advice, fmt.Sprintf("The DMARC record at %s does not work: %s.", p.at, p.problem))
	case p.asked(domain) == "none":
		return hint("dmarc", Good, fmt.Sprintf("The DMARC record at %s is there, with the policy none: nothing is refused because of it.", p.at))
	}
	does := "put into the spam folder"
	if p.asked(domain) == "reject" {
		does = "refused"
	}
	return hint("dmarc", Good, fmt.Sprintf("The DMARC record at %s has the policy %s: mail for which neither SPF nor a DKIM signature of %s speaks is to be %s.",
		p.at, p.asked(domain), domain, does))
}
