package deliverability

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// policy is the DMARC record that applies to a domain.
type policy struct {
	at      string // the domain that has the record, or ""
	p, sp   string // what it asks of receivers, for the domain and for its subdomains
	psd     string // "y" at a public suffix, "n" at an organization's domain, else ""
	problem string // why the record does not work
}

// findDMARC looks for the record of the domain, else of its organization or, if that
// has none, of the public suffix above it (RFC 9989 section 4.10, which limits the
// search to eight names).
func findDMARC(ctx context.Context, dns resolver, domain string) (policy, error) {
	labels := strings.Split(domain, ".")
	walk := []string{domain}
	for i := max(1, len(labels)-7); i < len(labels); i++ {
		walk = append(walk, strings.Join(labels[i:], "."))
	}
	var found policy
	for i, name := range walk {
		texts, err := dns.LookupTXT(ctx, "_dmarc."+name)
		if err != nil && found.at == "" {
			return policy{}, err
		}
		texts = slices.DeleteFunc(texts, func(t string) bool { return tags(t) == nil })
		if len(texts) == 0 {
			continue
		}
		_, above, _ := strings.Cut(found.at, ".")
		below := found
		found = readPolicy(name, texts)
		switch {
		case i == 0 || found.psd == "n":
			return found, nil
		case found.psd == "y" && above == name: // the domain right below a public suffix is the organization's
			return below, nil
		case found.psd == "y":
			return found, nil
		}
	}
	return found, nil
}

// tags parses a DMARC record; it returns nil if the first tag shows that the text is
// none (RFC 9989 section 4.7).
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

// readPolicy reads the record of a domain. Without a valid policy it counts as
// p=none, if it asks for reports (RFC 9989 section 4.7).
func readPolicy(domain string, texts []string) policy {
	if len(texts) > 1 {
		return policy{at: domain, problem: fmt.Sprintf("there are %d of them, and receivers then follow none", len(texts))}
	}
	tag := tags(texts[0])
	read := policy{at: domain, p: tag["p"], sp: cmp.Or(tag["sp"], tag["p"]), psd: tag["psd"]}
	valid := []string{"none", "quarantine", "reject"}
	if !slices.Contains(valid, read.p) || !slices.Contains(valid, read.sp) {
		read.p, read.sp = "none", "none"
		if tag["rua"] == "" {
			read.problem = "its policy p= is none of none, quarantine and reject"
		}
	}
	return read
}

// checkDMARC says what the policy means to an admin.
func checkDMARC(ctx context.Context, dns resolver, domain string) (Level, string) {
	found, err := findDMARC(ctx, dns, domain)
	asks := found.p
	if found.at != domain {
		asks = found.sp
	}
	record := "The DMARC record at _dmarc." + found.at
	does := "put into the spam folder"
	switch {
	case err != nil:
		return Unknown, ""
	case found.at == "":
		return Advice, fmt.Sprintf("%s has no DMARC record; large receivers expect one. "+
			"Add a TXT record to _dmarc.%s: v=DMARC1; p=none", domain, domain)
	case found.problem != "":
		return Advice, record + " does not work: " + found.problem + "."
	case asks == "none":
		return Good, record + " is there, with the policy none: nothing is refused because of it."
	case asks == "reject":
		does = "refused"
	}
	return Good, fmt.Sprintf("%s has the policy %s: mail for which neither SPF nor a DKIM signature of %s speaks "+
		"is to be %s.", record, asks, domain, does)
}
