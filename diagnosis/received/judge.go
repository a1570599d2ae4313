package received

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"sort"
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

// judge collects the problems of a mail.
type judge struct {
	Auth
	sender
	covered  bool // something vouches for From
	problems []Problem
}

// add says what knowledge.json has for a problem. What follows a slash in its key
// tells apart several sayings of one.
func (j *judge) add(key string, isAdvice bool, record *Record, pairs ...string) {
	pairs = append(pairs, "{who}", cmp.Or(j.Receiver, "the receiver"), "{from}", cmp.Or(j.From, "the domain of From"),
		"{relay}", cmp.Or(j.provider.Name, "the relay"), "{forwarder}", j.forwarder)
	if record != nil {
		mechanism := strings.TrimSuffix(strings.TrimPrefix(record.Value, "v=spf1 "), " ~all")
		pairs = append(pairs, "{name}", record.Name, "{value}", record.Value, "{mechanism}", mechanism)
	}
	fill := strings.NewReplacer(pairs...)
	id, _, _ := strings.Cut(key, "/")
	said := known().Advice[key]
	j.problems = append(j.problems, Problem{id, isAdvice, fill.Replace(said.Cause), fill.Replace(said.Fix), record})
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
	if j.SPF != nil && j.SPF.Result != "pass" {
		j.judgeSPF(*j.SPF)
	}
	if !signed && (len(j.DKIM) > 0 || unsigned) {
		j.judgeDKIM()
	}
	if j.SPF != nil && j.SPF.Result == "pass" && !aligned(*j.SPF) {
		j.judgeSPF(*j.SPF)
	}
	j.judgeFilters(r.Spam)
	for _, h := range r.Path {
		if h.DelaySeconds != nil && *h.DelaySeconds >= 600 && organization(h.By) != "" {
			j.add("slow-path", true, nil, "{minutes}", fmt.Sprint(*h.DelaySeconds/60),
				"{domain}", cmp.Or(h.From, "the server before"), "{who}", cmp.Or(h.By, "the next"))
			break
		}
	}
	sort.SliceStable(j.problems, func(a, b int) bool { return !j.problems[a].Advice && j.problems[b].Advice })
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
	domain, ip := cmp.Or(c.Domain, j.From, "<your domain>"), ""
	if j.ip != "" {
		ip = " for " + j.ip
	}
	record := j.spfRecord(domain)
	key := map[string]string{
		"none": "spf-missing", "permerror": "spf-broken", "temperror": "spf-unsure", "pass": "spf-not-aligned",
	}[c.Result]
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
	case c.Alignment == "none" && j.From != "":
		key, record = "spf-failed/elsewhere", nil
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
	from := cmp.Or(j.From, "<your domain>")
	key, domain := "dkim-failed", cmp.Or(c.Domain, from)
	record := &Record{cmp.Or(c.Selector, "<selector>") + "._domainkey." + domain, "TXT", "v=DKIM1; k=rsa; p=<public key>"}
	why := strings.ToLower(c.Reason)
	switch {
	case c.Result == "pass" && c.Alignment != "none":
		return // it is not said whose signature passed
	case j.foreign && (c.Result == "none" || c.Result == "pass"):
		key, record = "dkim-missing/foreign", nil
	case c.Result == "none":
		key, record.Name = "dkim-missing", "<selector>._domainkey."+from
	case c.Result == "pass":
		key, record.Name = "dkim-not-aligned", "<selector>._domainkey."+from
	case c.Result == "permerror" || strings.Contains(why, "no key") || strings.Contains(why, "key not found") || strings.Contains(why, "public key"):
		key = "dkim-no-key"
	case c.Result == "temperror":
		key, record = "dkim-unsure", nil
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
		says := f.Name + " took it for spam" + because(f.Points())
		verdict = append(verdict, strings.TrimSuffix(says+": "+strings.Join(f.Says, ", "), ": ")+".")
	}
	if c := j.Composite; c != nil && c.Result == "fail" {
		meaning := cmp.Or(known().Compauth[c.Reason], known().Compauth[c.Reason[:min(1, len(c.Reason))]], "see its documentation")
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
