package received

import (
	"cmp"
	"slices"
	"strings"

	"smtp-wizard/internal/lazy"
)

// Auth is what the receiver found out about the sender.
type Auth struct {
	Receiver  string   `json:"receiver"` // who says so: its authserv-id (RFC 8601), else its host
	From      string   `json:"from"`     // the domain of From
	SPF       *Check   `json:"spf"`      // null: nothing is said of it
	DKIM      []Check  `json:"dkim"`     // a signature each
	DMARC     *Check   `json:"dmarc"`
	Composite *Check   `json:"compauth,omitempty"`  // Microsoft's verdict of all three
	ARC       []Check  `json:"arc,omitempty"`       // what servers on the way found (RFC 8617)
	Untrusted []string `json:"untrusted,omitempty"` // whose results do not count: anybody can have written them
}

// statement is what one server said of the sender, and where it stands.
type statement struct {
	id     string // authserv-id; "" is Microsoft's
	at     int
	arc    bool
	checks []Check
}

var (
	instance = lazy.Compile(`^\s*i=\d{1,3}\s*;`)
	// summarized is how Gmail's page "Show original" sums it up.
	summarized = lazy.Compile(`(?i)^'?(pass|fail|softfail|neutral|none|temperror|permerror)'?(?: with (?:IP|domain) (\S+)|$| Learn)`)
)

func statements(head []field) (all []statement) {
	for i, f := range head {
		s := statement{at: i, arc: f.name == "arc-authentication-results"}
		switch f.name {
		case "authentication-results", "arc-authentication-results":
			s.id, s.checks = parseResults(instance.ReplaceAllString(f.value, ""), f.name)
		case "spf", "dkim", "dmarc":
			if m := summarized.FindStringSubmatch(f.value); m != nil {
				props := map[string]string{"header.d": m[2]}
				s.id, s.checks = "mx.google.com", []Check{newCheck(f.name, m[1], m[2], "Gmail", props)}
			}
		}
		if s.id != "" || len(s.checks) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// microsoft is the operator that writes results without a name.
const microsoft = "outlook.com"

// receiverOf is who received the mail: the operator of the border, unless only
// another one has written results ahead of the mail, under a domain of its own.
func receiverOf(all []statement, head []field, way route) string {
	named := func(s statement) bool { return !s.arc && operator(s.id) != "" && operator(s.id) == way.receiver }
	if way.receiver == microsoft || slices.ContainsFunc(all, named) {
		return way.receiver
	}
	for _, s := range all {
		if !s.arc && way.early(head, s.at) {
			return cmp.Or(operator(s.id), way.receiver)
		}
	}
	if way.receiver == "" && len(all) > 0 && all[0].arc {
		return operator(all[0].id)
	}
	return way.receiver
}

// authentication puts the results together that count. Anybody can write the field
// into a mail before sending it, so by RFC 8601 section 5 only those of the
// receiver do: it is known by the Received fields, or else by standing on top.
func authentication(head []field, way route, spam []Filter) Auth {
	all := statements(head)
	receiver, below := receiverOf(all, head, way), way.below(head)
	a := Auth{From: fromDomain(head), DKIM: []Check{}}
	// A receiver writes its results above all that came with the mail; some write
	// them at the end, where they count for what is not said above.
	var above, end, sealed []Check
	sealer := ""
	for _, s := range all {
		named := operator(s.id) != "" // OpenDMARC or no name at all says nothing
		own := named && operator(s.id) == receiver
		switch {
		case s.arc && own:
			sealed = append(sealed, s.checks...)
			sealer = cmp.Or(sealer, s.id)
		case s.arc:
			a.addARC(s)
		case own && s.at < below:
			above = append(above, s.checks...)
			a.Receiver = cmp.Or(a.Receiver, s.id)
		case !named && way.early(head, s.at), s.id == "" && receiver == microsoft && len(above) == 0:
			above = append(above, s.checks...)
		case own:
			end = append(end, s.checks...)
			a.Receiver = cmp.Or(a.Receiver, s.id)
		case s.id != "" && !slices.Contains(a.Untrusted, s.id):
			a.Untrusted = append(a.Untrusted, s.id)
		}
	}
	a.Receiver = cmp.Or(a.Receiver, sealer)
	header := receivedSPF(head, way, receiver)
	for _, checks := range [][]Check{above, end, sealed, header, fromSymbols(spam, a.From)} {
		a.take(checks)
	}
	if a.SPF != nil && len(header) > 0 && a.SPF.Result == header[0].Result {
		a.SPF.Domain, a.SPF.IP = cmp.Or(a.SPF.Domain, header[0].Domain), cmp.Or(a.SPF.IP, header[0].IP)
	}
	a.complete(head, way)
	return a
}

// take adds results of methods that nothing was known of before.
func (a *Auth) take(checks []Check) {
	signatures := len(a.DKIM)
	for _, c := range checks {
		switch {
		case c.Method == "spf" && a.SPF == nil:
			a.SPF = &c
		case c.Method == "dmarc" && a.DMARC == nil:
			a.DMARC = &c
		case c.Method == "compauth" && a.Composite == nil:
			a.Composite = &c
		case c.Method == "dkim" && signatures == 0 && len(a.DKIM) < 20:
			same := func(d Check) bool { // judged twice
				return d.Domain == c.Domain && d.Result == c.Result && (d.Selector == "" || c.Selector == "" || d.Selector == c.Selector)
			}
			if i := slices.IndexFunc(a.DKIM, same); i >= 0 {
				a.DKIM[i].Selector = cmp.Or(a.DKIM[i].Selector, c.Selector)
			} else {
				a.DKIM = append(a.DKIM, c)
			}
		}
	}
}

func (a *Auth) addARC(s statement) {
	for _, c := range s.checks {
		if slices.Contains([]string{"spf", "dkim", "dmarc"}, c.Method) && len(a.ARC) < 20 {
			c.Source = s.id
			a.ARC = append(a.ARC, c)
		}
	}
}

var (
	spfWord     = lazy.Compile(`(?i)^\s*(pass|fail|softfail|neutral|none|permerror|temperror)\b`)
	spfReceiver = lazy.Compile(`(?i)(?:receiver=|^\w+ \()([\w.-]+)(?:;|:|$|\s)`)
	clientIP    = lazy.Compile(`(?i)(?:client-ip=|designates? )([0-9a-fA-F:.]+)`)
	envelope    = lazy.Compile(`(?i)(?:envelope-from=|domain of )(?:transitioning )?["<]*([^;>"\s]+)`)
)

// receivedSPF reads the receiver's field of RFC 7208 section 9.1. Others have their
// name in it.
func receivedSPF(head []field, way route, receiver string) []Check {
	for i, f := range head {
		m := spfWord.FindStringSubmatch(f.value)
		if f.name != "received-spf" || m == nil || way.theirs(i) {
			continue
		}
		if by := spfReceiver.FindStringSubmatch(f.value); by != nil && receiver != "" {
			if other := operator(by[1]); other != "" && other != receiver {
				continue
			}
		}
		c := Check{Method: "spf", Result: strings.ToLower(m[1]), Source: f.name}
		if m := envelope.FindAllStringSubmatch(f.value, -1); m != nil {
			c.Domain = domainOf(m[len(m)-1][1])
		}
		if m := clientIP.FindStringSubmatch(f.value); m != nil {
			c.IP = address(m[1])
		}
		return []Check{c}
	}
	return nil
}

// fromSymbols is what the rules of spam filters tell of the methods.
func fromSymbols(spam []Filter, from string) (all []Check) {
	for _, f := range spam {
		au := slices.ContainsFunc(f.symbols, func(s symbol) bool { return s.name == "DKIM_VALID_AU" })
		for _, s := range f.symbols {
			method, value, ok := strings.Cut(known().Symbols[s.name], " ")
			if !ok {
				continue
			}
			c := Check{Method: method, Result: value, Source: f.Name}
			switch domain, rest, _ := strings.Cut(s.details, ":s="); method {
			case "dkim":
				c.Domain, c.Selector = domainOf(domain), domainOf(strings.Split(rest, ",")[0])
				if c.Domain == "" && au {
					c.Domain = from
				}
			case "dmarc":
				c.Domain = domainOf(strings.Fields(strings.ReplaceAll(s.details, ",", " ") + " -")[0])
				c.Policy = domainOf(s.details[strings.LastIndex(s.details, ",")+1:])
			}
			all = append(all, c)
		}
	}
	return all
}

var tag = lazy.Compile(`(?:^|;)\s*([ds])\s*=\s*([^;\s]+)`)

// complete adds what other fields know, and compares with From.
func (a *Auth) complete(head []field, way route) {
	if a.DMARC != nil && (a.From == "" || a.DMARC.Domain != "" && organization(a.From) != organization(a.DMARC.Domain)) {
		a.From = a.DMARC.Domain // as the receiver read a From that it found hard to read
	}
	selectors, only := map[string]string{}, ""
	for _, f := range head {
		if f.name == "dkim-signature" {
			tags := map[string]string{}
			for _, m := range tag.FindAllStringSubmatch(f.value, 20) {
				tags[m[1]] = domainOf(m[2])
			}
			selectors[tags["d"]], only = tags["s"], tags["d"]
		}
	}
	for i := range a.DKIM {
		c := &a.DKIM[i]
		if c.Domain == "" && len(selectors) == 1 && c.Result != "none" {
			c.Domain = only
		}
		c.Selector = cmp.Or(c.Selector, selectors[c.Domain])
		c.Alignment = alignment(c.Domain, a.From)
	}
	if a.SPF != nil {
		path, _ := first(head, "return-path")
		a.SPF.Domain = cmp.Or(a.SPF.Domain, domainOf(path))
		a.SPF.Alignment = alignment(a.SPF.Domain, a.From)
	}
	if way.border >= 0 {
		a.Receiver = cmp.Or(a.Receiver, way.hops[way.border].By)
	}
}
