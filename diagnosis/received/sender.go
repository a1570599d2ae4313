package received

import (
	"cmp"
	"net/netip"
	"slices"
	"sync"

	"smtp-wizard/presets"
)

// sender is who sent the mail, as the way it took tells.
type sender struct {
	provider  presets.Preset // the zero Preset where it is none that is known
	ip        string         // of the server that brought it to the receiver
	forwarder string         // who sent it on, by the ARC set that it left
	foreign   bool           // From is a domain of a mail provider, and another one sent it
}

func senderOf(a Auth, way route) (s sender) {
	var hosts []string
	at, receiver := way.border, way.receiver
	if a.SPF != nil && a.SPF.IP != "" { // the receiver says which server it saw
		s.ip = a.SPF.IP
		if i := slices.IndexFunc(way.hops, func(h hop) bool { return h.IP == s.ip }); i >= 0 {
			at, receiver = i, ""
		}
	}
	if at >= 0 {
		s.ip = cmp.Or(s.ip, way.hops[at].IP)
		hosts = append(hosts, way.hops[at].From)
	}
	for _, c := range a.DKIM {
		if c.Result == "pass" && c.Alignment == "none" {
			hosts = append(hosts, c.Domain)
		}
	}
	for _, h := range way.hops[at+1:] {
		hosts = append(hosts, h.By)
	}
	for _, host := range hosts {
		if s.provider.ID == "" && (receiver == "" || operator(host) != receiver) {
			s.provider = providerOf(host)
		}
	}
	if ip, err := netip.ParseAddr(s.ip); err != nil || ip.IsPrivate() || !ip.IsGlobalUnicast() {
		s.ip = ""
	}
	for _, c := range a.ARC {
		// A sender's own server seals too; one that took the mail from outside says from where.
		if c.Method == "spf" && c.Result == "pass" && c.IP != "" && a.SPF != nil && a.SPF.Result != "pass" {
			s.forwarder = c.Source
		}
	}
	if owner, ok := presets.ForAddress("a@" + a.From); ok {
		s.foreign = owner.ID != s.provider.ID && (len(owner.SPF) == 0 || !slices.Equal(owner.SPF, s.provider.SPF))
	}
	return s
}

// providers are those by the registered domains of their relays, MX and SPF records.
// One whose SPF record is known goes first.
var providers = sync.OnceValue(func() map[string]presets.Preset {
	all := map[string]presets.Preset{}
	for _, p := range presets.All() {
		names := slices.Concat(p.MX, p.SPF, p.Domains)
		for _, h := range p.Hosts {
			names = append(names, h.Host)
		}
		for _, name := range names {
			org := organization(name)
			if found, ok := all[org]; org != "" && (!ok || len(found.SPF) == 0 && len(p.SPF) > 0) {
				all[org] = p
			}
		}
	}
	return all
})

// providerOf finds the provider that a sending server belongs to.
func providerOf(host string) presets.Preset {
	org := organization(host)
	found := providers()[org]
	if p, other, ok := presets.InWords(org); found.ID == "" && ok && !other {
		found = p
	}
	return found
}
