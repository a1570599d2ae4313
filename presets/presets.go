// Package presets is the table of mail providers: where each relay is, what it
// wants as user name, password and sender, and how to find the provider of a
// mail address. It is pure, apart from Discovery.
package presets

import (
	_ "embed"
	"path"
	"slices"
	"strings"

	"smtp-wizard/internal/lazy"
)

// Preset is one provider. Every text is one or two plain sentences, or "".
type Preset struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Category string `json:"category"` // relay, transactional, mailbox, local, local-test, custom

	Hosts        []Host     `json:"hosts"`               // the default first; empty: the admin knows it
	HostHint     string     `json:"host_hint,omitempty"` // which host to type when none of Hosts fits
	HostPatterns []string   `json:"host_patterns,omitempty"`
	Endpoints    []Endpoint `json:"endpoints"`

	Username    string `json:"username"`               // the rule for SMTP_USER
	UserLiteral string `json:"user_literal,omitempty"` // the one user name of every account
	Password    string `json:"password"`               // the rule for SMTP_PASSWORD
	Login       Login  `json:"login"`
	From        string `json:"from"` // the rule for SMTP_FROM
	Helo        string `json:"helo"` // what the relay demands of the EHLO name
	Notes       string `json:"notes"`

	Auth     []string `json:"auth,omitempty"`     // SASL mechanisms; empty: not known
	Domains  []string `json:"domains,omitempty"`  // mail domains of its own users
	MX       []string `json:"mx,omitempty"`       // suffixes of the MX hosts of its customers
	Keywords string   `json:"keywords,omitempty"` // other words to find it by

	// Words are what only this provider says of itself in replies, in lower case.
	Words []string `json:"words,omitempty"`

	// SPF are names that the SPF record of a From domain includes to list this
	// provider, the current one first; empty: it wants none, or it is not known.
	SPF []string `json:"spf,omitempty"`

	// DKIM are the keys that it signs with, as the From domain publishes them.
	DKIM []Key `json:"dkim,omitempty"`

	// Alternative is the id of another row of the same provider whose relay does not judge the
	// EHLO name.
	Alternative string `json:"alternative,omitempty"`

	DocURL string `json:"doc_url"`
	// Source is where hosts and ports were read, with the date of that copy.
	Source string `json:"source,omitempty"`
	// Usable is false when Pocket ID cannot send through it; WhyNot says why.
	Usable bool   `json:"usable"`
	WhyNot string `json:"why_not,omitempty"`
}

// Key is where a DKIM key of the provider is in the From domain's DNS.
type Key struct {
	Selector string `json:"selector"`
	// CNAME is what to publish there, with DOMAIN for the domain and DASHED for it with
	// dashes; "": each account has another one.
	CNAME string `json:"cname,omitempty"`
}

// Login is whether a relay wants user name and password.
type Login string

// The kinds of login.
const (
	LoginRequired Login = "required"
	loginOptional Login = "optional" // it depends on the relay's settings
	LoginNone     Login = "none"
)

// Host is a name of the relay and what it is for, such as its region; Region is
// "" where there is only one.
type Host struct {
	Host   string `json:"host"`
	Region string `json:"region"`
}

// Endpoint is a port and the TLS mode it speaks: none, starttls or tls, as in
// SMTP_TLS.
type Endpoint struct {
	Port        int    `json:"port"`
	TLS         string `json:"tls"`
	Recommended bool   `json:"recommended"`
}

//go:embed providers.json
var tableJSON []byte

var table = lazy.Table[[]Preset]("providers.json", tableJSON)

// All is the whole table, the most used first and "custom" last. The caller may
// reorder the slice, but must not change what the presets point to.
func All() []Preset { return slices.Clone(table()) }

// ByID finds a preset by its id, whatever its case.
func ByID(id string) (Preset, bool) {
	return find(func(p Preset) bool { return strings.EqualFold(p.ID, strings.TrimSpace(id)) })
}

// ByHost finds the provider whose relay has this name. A name that several
// presets use, such as 127.0.0.1, belongs to none.
func ByHost(host string) (Preset, bool) {
	host = cleanHost(host)
	var owner Preset
	owners := 0
	for _, p := range table() {
		if slices.ContainsFunc(p.Hosts, func(h Host) bool { return h.Host == host }) {
			owner = p
			owners++
		}
	}
	if owners > 0 {
		return owner, owners == 1
	}
	return find(func(p Preset) bool {
		return slices.ContainsFunc(p.HostPatterns, func(pattern string) bool {
			ok, err := path.Match(pattern, host)
			return ok && err == nil
		})
	})
}

// InWords finds the provider that a text names, such as the reply of a relay. other
// is true when it names a second one too.
func InWords(text string) (p Preset, other, ok bool) {
	text = strings.ToLower(text)
	for _, next := range table() {
		if slices.ContainsFunc(next.Words, func(word string) bool { return strings.Contains(text, word) }) {
			if ok {
				return p, true, true
			}
			p, ok = next, true
		}
	}
	return p, false, ok
}

func find(match func(Preset) bool) (Preset, bool) {
	for _, p := range table() {
		if match(p) {
			return p, true
		}
	}
	return Preset{}, false
}

// cleanHost brings a host name to the form of the table.
func cleanHost(host string) string {
	return strings.TrimSuffix(strings.ToLower(strings.TrimSpace(host)), ".")
}

// Recommended is the endpoint to start with; the zero Endpoint when there is none.
func (p Preset) Recommended() Endpoint {
	for _, e := range p.Endpoints {
		if e.Recommended {
			return e
		}
	}
	return Endpoint{}
}

// Hosted reports whether it is a service on the internet, whose row knows its ports
// and logins, and not a relay of one's own.
func (p Preset) Hosted() bool {
	return p.Category != "local" && p.Category != "local-test" && p.Category != "custom" && len(p.Endpoints) > 0
}

// With is the first endpoint that speaks a TLS mode.
func (p Preset) With(tls string) (Endpoint, bool) {
	i := slices.IndexFunc(p.Endpoints, func(e Endpoint) bool { return e.TLS == tls })
	if i < 0 {
		return Endpoint{}, false
	}
	return p.Endpoints[i], true
}

// Ports are the distinct ports of the preset in the table's order.
func (p Preset) Ports() []int {
	var ports []int
	for _, e := range p.Endpoints {
		if !slices.Contains(ports, e.Port) {
			ports = append(ports, e.Port)
		}
	}
	return ports
}

// DefaultHost is the host to start with, or "" when the admin must name it.
func (p Preset) DefaultHost() string {
	if len(p.Hosts) == 0 {
		return ""
	}
	return p.Hosts[0].Host
}
