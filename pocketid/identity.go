package pocketid

import (
	"net/url"
	"slices"
	"sort"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Origin is where a candidate for the EHLO name was found. The values are those
// of the JSON output.
type Origin string

// The origins.
const (
	fromAppURL       Origin = "app-url"        // the host of APP_URL or PUBLIC_APP_URL
	fromCompose      Origin = "compose"        // hostname: in the compose file or quadlet
	FromHostname     Origin = "hostname"       // os.Hostname() of this machine
	fromAppURLParent Origin = "app-url-parent" // the domain above the host of APP_URL
	FromTyped        Origin = "typed"
	FromContainerID  Origin = "container-id" // docker's name for a container without hostname:
	FromLocalhost    Origin = "localhost"    // what some versions of Pocket ID announce
)

var originLabels = map[Origin]string{
	fromAppURL: "APP_URL", fromCompose: "compose hostname", FromHostname: "this machine (os.Hostname)",
	fromAppURLParent: "domain of APP_URL", FromTyped: "typed",
	FromContainerID: "some container id", FromLocalhost: "many programs' default",
}

// Label describes the origin on a screen.
func (o Origin) Label() string { return originLabels[o] }

// Sources are the places to take candidates from; empty fields are skipped.
type Sources struct {
	Hostname string
	AppURL   string // the value of APP_URL or PUBLIC_APP_URL
	Compose  string
	Typed    []string
	// ContainerID: Pocket ID runs in a container without a configured hostname.
	ContainerID bool
}

// ExampleContainerID is an example of the 12 hex digits that docker uses as the
// hostname of a container without one, for screens and probes: the real one changes
// with every container. Only the origin tells whether a name is such an id.
const ExampleContainerID = "3f9c2a71b0de"

// Candidate is a name that Pocket ID, or a relay in between, could announce.
type Candidate struct {
	Name    string
	Origins []Origin
	Check   NameCheck
}

// Candidates are the distinct names of the sources, and localhost, the best first.
func Candidates(s Sources) []Candidate {
	var list []Candidate
	add := func(name string, origin Origin) {
		name = strings.TrimSpace(name)
		if name == "" {
			return
		}
		same := func(c Candidate) bool { return strings.EqualFold(c.Name, name) }
		if i := slices.IndexFunc(list, same); i >= 0 {
			if !slices.Contains(list[i].Origins, origin) {
				list[i].Origins = append(list[i].Origins, origin)
			}
			return
		}
		c := Candidate{Name: name, Origins: []Origin{origin}, Check: CheckName(name)}
		if origin == FromContainerID {
			c.Check = NameCheck{Grade: GradeSometimes,
				Reason: "This is a container id; it has no domain and changes with every new container."}
		}
		list = append(list, c)
	}
	host := hostOfURL(s.AppURL)
	add(host, fromAppURL)
	add(s.Compose, fromCompose)
	add(s.Hostname, FromHostname)
	add(parentDomain(host), fromAppURLParent)
	for _, typed := range s.Typed {
		add(typed, FromTyped)
	}
	if s.ContainerID {
		add(ExampleContainerID, FromContainerID)
	}
	add("localhost", FromLocalhost)
	sort.SliceStable(list, func(i, j int) bool { return list[i].Check.Grade < list[j].Check.Grade })
	return list
}

// hostOfURL is the host of a URL, even if the URL is otherwise invalid, or "".
func hostOfURL(raw string) string {
	raw = strings.TrimSpace(raw)
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || strings.ContainsAny(u.Hostname(), " \t\r\n%/\\\"'<>") {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// parentDomain is the domain above a host, or "" if that is a public suffix such as
// "com" or "co.uk", or if host is an address.
func parentDomain(host string) string {
	_, parent, _ := strings.Cut(host, ".")
	suffix, _ := publicsuffix.PublicSuffix(parent)
	if isAddress(host) || !strings.Contains(parent, ".") || suffix == parent {
		return ""
	}
	return parent
}
