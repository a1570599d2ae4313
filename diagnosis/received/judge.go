package received

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"smtp-wizard/presets"
)

// Problem is one thing to mend, with the record to publish where it is one.
type Problem struct {
	ID     string  `json:"id"`
	Advice bool    `json:"advice"` // nothing has failed because of it
	Cause  string  `json:"cause"`
	Fix    string  `json:"fix"`
	Record *Record `json:"record,omitempty"`
}

// Record is a DNS record. What stands in angle brackets is to be replaced.
type Record struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Value string `json:"value"`
}

// advice is what is said of each problem; an id may have several, told apart by
// what follows its slash.
var advice = map[string]struct{ cause, fix string }{
	"dmarc-failed": {"DMARC failed: {who} found neither a valid DKIM signature nor an SPF pass for {from}.{policy}",
		"Make DKIM or SPF pass for {from}; one of them is enough, and DKIM is the more robust."},
	"dmarc-failed/foreign": {"DMARC failed: {who} found neither a valid DKIM signature nor an SPF pass for {from}.{policy}",
		"Send from a domain of your own, or through the provider of {from}: only that one can sign for it."},
	"dmarc-missing": {"{from} has no DMARC record; large receivers expect one.", "Publish at {name} the TXT record {value}."},
	"dmarc-broken":  {"The DMARC record of {from} is not valid{why}.", "Publish at {name} one TXT record, such as {value}."},
	"spf-failed":    {"SPF is {result}{ip}: the SPF record of {domain} does not list that server.", publishSPF},
	"spf-missing":   {"{who} found no SPF record at {domain}.", publishSPF},
	"spf-failed/forwarded": {"SPF is {result}{ip}, because {forwarder} forwarded the mail; its servers need not be in the SPF record of {domain}.",
		"Nothing in SPF helps against that; a DKIM signature survives forwarding."},
	"spf-failed/foreign": {"SPF is {result}{ip}: the SPF record of {domain} does not list that server.",
		"Only the owner of {domain} can change that record: send from a domain of your own."},
	"spf-broken": {"The SPF record of {domain} is not valid{why}.",
		"Keep exactly one TXT record at {name} that begins with v=spf1, with no typing error and at most ten look-ups, such as {value}."},
	"spf-not-aligned": {"SPF passed, but for {domain}, the domain of the envelope sender, and not for {from}.",
		"Have the relay use an envelope sender (return path) below {from}, or sign with DKIM."},
	"spf-unsure":           {"{who} could not look up the SPF record of {domain} just then.", "Send again; if it stays so, check the name servers of {domain}."},
	"dkim-missing":         {"The mail has no DKIM signature of {from}.", turnOnDKIM},
	"dkim-not-aligned":     {"The mail is signed with DKIM, but by {domain} and not by {from}.", turnOnDKIM},
	"dkim-missing/foreign": {"The mail has no DKIM signature of {from}.", "Send from a domain of your own, and turn on DKIM for it."},
	"dkim-no-key": {"The key of the DKIM signature of {domain} cannot be had from DNS: {result}{why}.",
		"Publish at {name} the TXT record that {relay} shows: {value}."},
	"dkim-failed": {"The DKIM signature of {domain} did not pass: {result}{why}.",
		"Compare the TXT record at {name} with the one that {relay} shows ({value}). If they agree, something changed the mail after it was signed."},
	"dkim-failed/body": {"The DKIM signature of {domain} did not pass: {result}{why}.",
		"Something changed the mail after it was signed, such as a footer, a forwarder or a mailing list: sign on the last server that changes it."},
	"dkim-unsure":    {"The DKIM key of {domain} could not be looked up just then{why}.", "Send again; if it stays so, check the name servers of {domain}."},
	"marked-as-spam": {"{verdict}", "Cure the authentication first, then have the recipient mark the mail as wanted."},
	"marked-as-spam/content": {"{verdict}", "The sender's authentication is not the reason: look at what the filter names (content, links, " +
		"the reputation of a new domain or address), and have the recipient mark the mail as wanted."},
	"slow-path": {"By the servers' clocks the mail took {minutes} minutes to get from {domain} to {who}.",
		"A first mail from a new sender is often put off for minutes (greylisting), or it waited in a queue: look into the log of the one that sent it."},
}

const (
	publishSPF = "Publish at {name} the TXT record {value} or, where there is one that begins with v=spf1, put {mechanism} ahead of its \"all\"."
	turnOnDKIM = "Turn on DKIM for {from} at {relay} and publish the record that it shows, such as {name} with {value}."
)

// judge collects the problems of a mail.
type judge struct {
	Auth
	sender
	covered  bool // something vouches for From
	problems []Problem
}

func (j *judge) add(key string, isAdvice bool, record *Record, pairs ...string) {
	pairs = append(pairs, "{who}", cmp.Or(j.Receiver, "the receiver"), "{from}", cmp.Or(j.From, "the domain of From"),
		"{relay}", cmp.Or(j.provider.Name, "the relay"), "{forwarder}", j.forwarder)
	if record != nil {
		mechanism := strings.TrimSuffix(strings.TrimPrefix(record.Value, "v=spf1 "), " ~all")
		pairs = append(pairs, "{name}", record.Name, "{value}", record.Value, "{mechanism}", mechanism)
	}
	fill := strings.NewReplacer(pairs...)
	id, _, _ := strings.Cut(key, "/")
	cause := fill.Replace(advice[key].cause)
	j.problems = append(j.problems, Problem{id, isAdvice, strings.ToUpper(cause[:1]) + cause[1:], fill.Replace(advice[key].fix), record})
}

func aligned(c Check) bool {
	return c.Result == "pass" && (c.Alignment == "strict" || c.Alignment == "relaxed")
}

// problems are what failed and what is missing, the gravest first. unsigned is a
// mail that nobody signed, whatever is said of it.
func problems(r *Report, s sender, unsigned bool) []Problem {
	j := judge{Auth: r.Auth, sender: s}
	signed := slices.ContainsFunc(j.DKIM, aligned)
	j.covered = signed || j.SPF != nil && aligned(*j.SPF) || j.DMARC != nil && j.DMARC.Result == "pass"
	if j.DMARC != nil {
		j.judgeDMARC(*j.DMARC)
	}
	if j.SPF != nil && !aligned(*j.SPF) {
		j.judgeSPF(*j.SPF)
	}
	if !signed && (len(j.DKIM) > 0 || unsigned) {
		j.judgeDKIM()
	}
	j.judgeFilters(r.Spam)
	for _, h := range r.Path {
		if h.DelaySeconds != nil && *h.DelaySeconds >= 300 {
			j.add("slow-path", true, nil, "{minutes}", fmt.Sprint(*h.DelaySeconds/60),
				"{domain}", cmp.Or(h.From, "the server before"), "{who}", cmp.Or(h.By, "the next"))
			break
		}
	}
	rank := func(p Problem) int { return map[bool]int{true: 1}[p.Advice] }
	slices.SortStableFunc(j.problems, func(a, b Problem) int { return rank(a) - rank(b) })
	return j.problems
}

func (j *judge) judgeDMARC(c Check) {
	record := &Record{"_dmarc." + j.From, "TXT", "v=DMARC1; p=none; rua=mailto:postmaster@" + j.From}
	policy := ""
	if c.Policy == "quarantine" || c.Policy == "reject" {
		policy = fmt.Sprintf(" Its policy (p=%s) asks receivers to distrust such mail.", c.Policy)
	}
	if c.Disposition == "quarantine" {
		policy += " This one therefore went to the spam folder."
	}
	switch {
	case c.Result == "fail" && j.foreign:
		j.add("dmarc-failed/foreign", false, nil, "{policy}", policy)
	case c.Result == "fail":
		j.add("dmarc-failed", false, nil, "{policy}", policy)
	case j.owned(j.From) || j.From == "":
	case c.Result == "none":
		j.add("dmarc-missing", true, record)
	case c.Result == "permerror":
		j.add("dmarc-broken", true, record, "{why}", because(c.Reason))
	}
}

// owned is a domain that belongs to a mail provider.
func (j *judge) owned(domain string) bool {
	_, ok := presets.ForAddress("a@" + domain)
	return ok
}

// judgeSPF says why SPF does not vouch for From.
func (j *judge) judgeSPF(c Check) {
	domain, ip := cmp.Or(c.Domain, j.From), ""
	if j.ip != "" {
		ip = " for " + j.ip
	}
	record := j.spfRecord(domain)
	key := map[string]string{"none": "spf-missing", "permerror": "spf-broken", "temperror": "spf-unsure", "pass": "spf-not-aligned"}[c.Result]
	switch {
	case c.Result == "pass" && (j.covered || c.Alignment == ""):
		return
	case key == "spf-unsure" || key == "spf-not-aligned":
		record = nil
	case key == "spf-broken":
	case j.forwarder != "":
		key, record = "spf-failed/forwarded", nil
	case j.owned(domain):
		key, record = "spf-failed/foreign", nil
	}
	j.add(cmp.Or(key, "spf-failed"), j.covered || key == "spf-unsure", record,
		"{result}", c.Result, "{ip}", ip, "{domain}", domain, "{why}", because(c.Reason))
}

// spfRecord lists the provider, or else the server that was seen.
func (j *judge) spfRecord(domain string) *Record {
	mechanism := "include:<the name that your mail provider gives>"
	if ip, err := netip.ParseAddr(j.ip); len(j.provider.SPF) > 0 {
		mechanism = "include:" + j.provider.SPF[0]
	} else if err == nil && j.provider.ID == "" {
		mechanism = map[bool]string{true: "ip4:", false: "ip6:"}[ip.Is4()] + j.ip
	}
	return &Record{domain, "TXT", "v=spf1 " + mechanism + " ~all"}
}

// judgeDKIM says why no signature vouches for From: of its own the first that did
// not pass, else one of somebody else.
func (j *judge) judgeDKIM() {
	c := Check{Result: "none"}
	for _, alignment := range []string{"none", "", "relaxed", "strict"} { // the last one found counts
		for _, d := range j.DKIM {
			if d.Alignment == alignment && d.Result != "none" && (alignment != "none" || d.Result == "pass") {
				c = d
			}
		}
	}
	key, domain := "dkim-failed", cmp.Or(c.Domain, j.From)
	record := &Record{cmp.Or(c.Selector, "<selector>") + "._domainkey." + domain, "TXT", "v=DKIM1; k=rsa; p=<public key>"}
	why := strings.ToLower(c.Reason)
	switch {
	case c.Result == "pass" && c.Alignment != "none":
		return // it is not said whose signature passed
	case j.foreign && (c.Result == "none" || c.Result == "pass"):
		key, record = "dkim-missing/foreign", nil
	case c.Result == "none":
		key, record.Name = "dkim-missing", "<selector>._domainkey."+j.From
	case c.Result == "pass":
		key, record.Name = "dkim-not-aligned", "<selector>._domainkey."+j.From
	case c.Result == "temperror":
		key, record = "dkim-unsure", nil
	case c.Result == "permerror" || strings.Contains(why, "no key") || strings.Contains(why, "public key"):
		key = "dkim-no-key"
	case strings.Contains(why, "body"):
		key, record = "dkim-failed/body", nil
	}
	j.add(key, j.covered || key == "dkim-unsure", record, "{result}", c.Result, "{domain}", domain, "{why}", because(c.Reason))
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", reason)
}

// judgeFilters says which filter took the mail for spam.
func (j *judge) judgeFilters(spam []Filter) {
	var verdict []string
	for _, f := range spam {
		if f.Verdict != "spam" {
			continue
		}
		says := f.Name + " took it for spam"
		if f.Score != nil && f.Threshold != nil {
			says += fmt.Sprintf(", score %g of %g", *f.Score, *f.Threshold)
		}
		verdict = append(verdict, strings.TrimSuffix(says+": "+strings.Join(f.Says, ", "), ": ")+".")
	}
	if c := j.Composite; c != nil && c.Result == "fail" {
		meaning := cmp.Or(known.Compauth[c.Reason], known.Compauth[c.Reason[:min(1, len(c.Reason))]], "see its documentation")
		verdict = append(verdict, fmt.Sprintf("Microsoft's composite authentication failed with reason %s: %s.", cmp.Or(c.Reason, "unknown"), meaning))
	}
	key := "marked-as-spam"
	if j.covered {
		key += "/content"
	}
	if len(verdict) > 0 {
		j.add(key, false, nil, "{verdict}", strings.Join(verdict, " "))
	}
}
