package received

import (
	"cmp"
	"net/mail"
	"net/netip"
	"slices"
	"strings"
	"time"

	"smtp-wizard/internal/lazy"
)

// Hop is one server that took the mail.
type Hop struct {
	From string `json:"from"` // who brought it
	IP   string `json:"ip,omitempty"`
	By   string `json:"by"`
	Time string `json:"time,omitempty"` // RFC 3339
	// DelaySeconds is since the hop before; null where a clock cannot be right.
	DelaySeconds *int64 `json:"delay_seconds"`
	Skewed       bool   `json:"clock_skew,omitempty"` // it claims to be earlier than the hop before
}

// hop is a Received field, where it stood among the others.
type hop struct {
	Hop
	at   int
	when time.Time
}

var (
	byHost   = lazy.Compile(`(?i)(?:^|\s)by\s+([^\s;()]+)`)
	fromHost = lazy.Compile(`(?i)^from\s+([^\s;()]+)`)
	reverse  = lazy.Compile(`^[^()]*\((?:(?i:helo|ehlo)[ =]\S+\s+)?([A-Za-z0-9][\w.-]*\.[A-Za-z][\w-]*)\.?[ :)\[]`)
	numbers  = lazy.Compile(`(?i)(?:^|[\s\[(<=:/])(?:IPv6:)?([0-9a-f]*[:.][0-9a-f:.]+)(?:$|[\s\])>;,%/])`)
)

// route is the way that a mail took.
type route struct {
	hops []hop // the newest first
	// border is the hop at which it came to the receiver from outside; those above
	// passed it on within the receiver's house. -1: there are no hops.
	border   int
	receiver string // the operator of that hop
}

func routeOf(head []field) (r route) {
	for i, f := range head {
		by := byHost.FindStringSubmatch(f.value)
		if f.name != "received" || by == nil || len(r.hops) == 50 {
			continue
		}
		h := hop{at: i}
		h.By = domainOf(by[1])
		if from := fromHost.FindStringSubmatch(f.value); from != nil {
			before, _, _ := strings.Cut(f.value, by[0])
			h.IP, h.From = address(before), domainOf(strings.Trim(from[1], "[]"))
			if name := reverse.FindStringSubmatch(before); name != nil && organization(name[1]) != "" {
				h.From = domainOf(name[1])
			}
			if h.From == h.IP || h.From == "unknown" {
				h.From = ""
			}
		}
		if at := strings.LastIndex(f.value, ";"); at >= 0 {
			h.when, _ = mail.ParseDate(strings.TrimSpace(f.value[at+1:]))
		}
		r.hops = append(r.hops, h)
	}
	r.findBorder()
	return r
}

func (r *route) findBorder() {
	for i, h := range r.hops {
		by, from := operator(h.By), operator(h.From)
		ip, err := netip.ParseAddr(h.IP)
		inside := err == nil && (ip.IsPrivate() || ip.IsLoopback())
		outside := from != "" && from != by || from == "" && err == nil || strings.Contains(h.From, ".outbound.protection.")
		if by != "" && outside && !inside {
			r.border, r.receiver = i, by
			return
		}
		r.receiver = cmp.Or(r.receiver, by)
	}
	r.border = len(r.hops) - 1
}

// below is the first Received field that was there when the mail came in.
func (r route) below(head []field) int {
	if r.border+1 < len(r.hops) {
		return r.hops[r.border+1].at
	}
	return len(head)
}

// early reports whether a field stands ahead of those that came with the mail.
func (r route) early(head []field, at int) bool {
	if r.border < 0 {
		return true
	}
	since := head[min(r.hops[r.border].at, at):at]
	return at < r.below(head) && !slices.ContainsFunc(since, func(f field) bool {
		return slices.Contains([]string{"from", "to", "subject", "date", "message-id", "dkim-signature"}, f.name)
	})
}

// theirs reports whether a field stands among those of servers ahead of the
// receiver: between their Received fields. What is below the last can be anybody's.
func (r route) theirs(field int) bool {
	return r.border+1 < len(r.hops) && field > r.hops[r.border+1].at && field < r.hops[len(r.hops)-1].at
}

// address is the first IP address in a text.
func address(s string) string {
	for _, m := range numbers.FindAllStringSubmatch(s, 50) {
		if a, err := netip.ParseAddr(m[1]); err == nil {
			return a.Unmap().String()
		}
	}
	return ""
}

// path are the hops as they happened, with the time that each took. Clocks differ:
// a hop that seems to end before it began says nothing but that.
func (r route) path() (all []Hop) {
	var last time.Time
	for _, hop := range slices.Backward(r.hops) {
		h := hop.Hop
		if when := hop.when; !when.IsZero() {
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
