package received

import (
	"cmp"
	"net/mail"
	"net/netip"
	"regexp"
	"strings"
	"time"
)

// Hop is one server that took the mail.
type Hop struct {
	From string `json:"from"` // who brought it
	IP   string `json:"ip,omitempty"`
	By   string `json:"by"`
	With string `json:"with,omitempty"`
	Time string `json:"time,omitempty"` // RFC 3339
	// DelaySeconds is since the hop before; null where a clock cannot be right.
	DelaySeconds *int64 `json:"delay_seconds"`
	Skewed       bool   `json:"clock_skew,omitempty"` // it claims to be earlier than the hop before
}

// hop is a Received field, where it stood among the others.
type hop struct {
	Hop
	at   int
	helo string
	when time.Time
}

var (
	byHost   = regexp.MustCompile(`(?i)(?:^|\s)by\s+([^\s;()]+)`)
	fromHost = regexp.MustCompile(`(?i)^from\s+([^\s;()]+)`)
	withWord = regexp.MustCompile(`(?i)\s(?:with|via)\s+([A-Za-z0-9]+)`)
	reverse  = regexp.MustCompile(`^[^()]*\((?:(?i:helo|ehlo)[ =]\S+\s+)?([A-Za-z0-9][\w.-]*\.[A-Za-z][\w-]*)\.?[ :)\[]`)
	numbers  = regexp.MustCompile(`[0-9a-fA-F]*[:.][0-9a-fA-F:.]+`)
)

// hops are the Received fields from the top, the newest first.
func hops(head []field) (all []hop) {
	for i, f := range head {
		by := byHost.FindStringSubmatch(f.value)
		if f.name != "received" || by == nil {
			continue
		}
		h := hop{at: i}
		h.By = domainOf(by[1])
		if from := fromHost.FindStringSubmatch(f.value); from != nil {
			h.helo = domainOf(strings.Trim(from[1], "[]"))
			h.From = h.helo
			before, _, _ := strings.Cut(f.value, by[0])
			h.IP = address(before)
			if name := reverse.FindStringSubmatch(before); name != nil && organization(name[1]) != "" {
				h.From = domainOf(name[1])
			}
			if h.From == h.IP || h.From == "unknown" {
				h.From = ""
			}
		}
		if with := withWord.FindStringSubmatch(f.value); with != nil {
			h.With = with[1]
		}
		if at := strings.LastIndex(f.value, ";"); at >= 0 {
			h.when, _ = mail.ParseDate(strings.TrimSpace(f.value[at+1:]))
		}
		if all = append(all, h); len(all) == 50 {
			break
		}
	}
	return all
}

// address is the first IP address in a text.
func address(s string) string {
	for _, found := range numbers.FindAllString(s, 50) {
		found = strings.Trim(found, ":.")
		if a, err := netip.ParseAddr(strings.TrimPrefix(found, "IPv6:")); err == nil && !a.IsLoopback() {
			return a.Unmap().String()
		}
		if a, err := netip.ParseAddr(found + "::"); err == nil && strings.Count(found, ":") > 1 {
			return a.String()
		}
	}
	return ""
}

// path are the hops as they happened, with the time that each took. Clocks differ:
// a hop that seems to end before it began says nothing but that.
func path(hops []hop) (all []Hop) {
	var last time.Time
	for i := len(hops) - 1; i >= 0; i-- {
		h := hops[i].Hop
		if when := hops[i].when; !when.IsZero() {
			h.Time = when.Format(time.RFC3339)
			if delay := int64(when.Sub(last) / time.Second); !last.IsZero() && delay >= 0 {
				h.DelaySeconds = &delay
			} else {
				h.Skewed = !last.IsZero()
			}
			last = when
		}
		all = append(all, h)
	}
	return all
}

// border is the hop at which the mail came to the receiver from outside, and who
// the receiver is. No hop, no border: -1.
func border(hops []hop) (at int, receiver string) {
	for i, h := range hops {
		by := operator(h.By)
		if receiver != "" && by != "" && by != receiver {
			return i - 1, receiver
		}
		receiver = cmp.Or(receiver, by)
		from := operator(h.From)
		ip, err := netip.ParseAddr(h.IP)
		public := err == nil && from == "" && !ip.IsPrivate()
		if from != "" && from != receiver || public || strings.Contains(h.From, ".outbound.protection.") {
			return i, receiver
		}
	}
	return len(hops) - 1, receiver
}
