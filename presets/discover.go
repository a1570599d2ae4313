package presets

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/idna"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/internal/web"
)

// ForAddress is the provider whose own users have addresses like this one, such
// as gmail.com. It asks nobody.
func ForAddress(addr string) (Preset, bool) {
	domain := DomainOf(addr)
	if domain == "" {
		return Preset{}, false
	}
	return find(func(p Preset) bool { return slices.Contains(p.Domains, domain) })
}

// DomainOf is the domain of a mail address, or of "Name <address>", in lower
// case; "" when there is none.
func DomainOf(addr string) string {
	parsed, err := mail.ParseAddress(strings.TrimSpace(addr))
	if err != nil {
		return ""
	}
	domain := cleanHost(parsed.Address[strings.LastIndex(parsed.Address, "@")+1:])
	if strings.HasPrefix(domain, "[") || strings.ContainsAny(domain, " /\\:") {
		return ""
	}
	return domain
}

// Suggestion is a relay that seems to send for a domain.
type Suggestion struct {
	Preset Preset // custom where no other has the host
	// Host, Port and TLS are what the domain names; "" and 0 where only the provider
	// is known.
	Host string
	Port int
	TLS  string
	Why  string // a clause that says where it was found
}

// Resolver is the part of net.Resolver that is asked.
type Resolver interface {
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
}

// Discovery asks how mail is sent for a domain. Only the domain is sent to anybody,
// never an address.
type Discovery struct {
	DNS Resolver
	Web *web.Client // nil asks no web server
}

// discoveryBound is how long all that is asked may take together.
const discoveryBound = 5 * time.Second

// Asked names everybody that is asked about a domain.
func (d Discovery) Asked(domain string) string {
	if d.Web == nil {
		return "DNS"
	}
	return fmt.Sprintf("DNS, autoconfig.%s, %s and autoconfig.thunderbird.net", domain, domain)
}

// Of asks all sources side by side, and returns what they say, the surest first:
// what the domain itself names, what Mozilla's database has, who receives its mail.
func (d Discovery) Of(ctx context.Context, domain string) []Suggestion {
	domain, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, discoveryBound)
	defer cancel()
	sources := []func(context.Context, string) Suggestion{d.srv("submissions", "tls"), d.srv("submission", "starttls")}
	if d.Web != nil {
		sources = append(sources, d.config("autoconfig."+domain+"/mail/config-v1.1.xml"),
			d.config(domain+"/.well-known/autoconfig/mail/config-v1.1.xml"),
			d.config("autoconfig.thunderbird.net/v1.1/"+domain))
	}
	sources = append(sources, d.receiver)
	said := make([]Suggestion, len(sources))
	var all sync.WaitGroup
	for i, ask := range sources {
		all.Go(func() { said[i] = ask(ctx, domain) })
	}
	all.Wait()
	return slices.DeleteFunc(said, func(s Suggestion) bool { return s.Why == "" })
}

var hostName = lazy.Compile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)

// named is a relay that somebody names; none when it cannot be one.
func named(host string, port int, tls, why string) Suggestion {
	host = cleanHost(host)
	if len(host) > 253 || !hostName.MatchString(host) || port < 1 || port > 65535 {
		return Suggestion{}
	}
	p, ok := ByHost(host)
	if !ok {
		p, _ = ByID("custom")
	}
	return Suggestion{p, host, port, tls, why}
}

// srv asks for a record of RFC 6186 or 8314.
func (d Discovery) srv(service, tls string) func(context.Context, string) Suggestion {
	return func(ctx context.Context, domain string) Suggestion {
		_, records, _ := d.DNS.LookupSRV(ctx, service, "tcp", domain+".")
		if len(records) == 0 { // they are sorted by priority and weight
			return Suggestion{}
		}
		why := fmt.Sprintf("%s names it in DNS (SRV _%s._tcp)", domain, service)
		return named(records[0].Target, int(records[0].Port), tls, why)
	}
}

// outgoing are the servers for sending that a file in Mozilla's autoconfig format
// names: attributes and elements by name, those of one name in a row. Unmarshal would
// link another 50 KB.
func outgoing(file []byte) (servers []map[string]string) {
	var path []string
	var words string
	for d := xml.NewDecoder(bytes.NewReader(file)); ; {
		token, err := d.Token()
		switch t := token.(type) {
		case xml.StartElement:
			path, words = append(path, t.Name.Local), ""
			if len(path) == 3 && path[1] == "emailProvider" && path[2] == "outgoingServer" {
				servers = append(servers, map[string]string{})
				for _, a := range t.Attr {
					servers[len(servers)-1][a.Name.Local] = a.Value
				}
			}
		case xml.CharData:
			words += string(t)
		case xml.EndElement:
			if len(path) == 4 && len(servers) > 0 && path[2] == "outgoingServer" {
				one := servers[len(servers)-1]
				one[path[3]] = strings.TrimSpace(one[path[3]] + " " + strings.TrimSpace(words))
			}
			path = path[:len(path)-1]
		case nil:
			if err != io.EOF {
				return nil
			}
			return servers
		}
	}
}

// config asks a web server for an autoconfig file.
func (d Discovery) config(address string) func(context.Context, string) Suggestion {
	return func(ctx context.Context, domain string) Suggestion {
		body, err := file(ctx, d.Web, "https://"+address)
		if err != nil {
			return Suggestion{}
		}
		for _, s := range outgoing(body) {
			password := strings.Contains(" "+s["authentication"], " password-")
			tls := map[string]string{"SSL": "tls", "STARTTLS": "starttls"}[s["socketType"]]
			if s["type"] != "smtp" || !password || tls == "" {
				continue
			}
			host := strings.ReplaceAll(s["hostname"], "%EMAILDOMAIN%", domain)
			port, _ := strconv.Atoi(s["port"])
			if found := named(host, port, tls, fmt.Sprintf("https://%s names it for %s", address, domain)); found.Why != "" {
				return found
			}
		}
		return Suggestion{}
	}
}

// receiver is the provider that receives the mail of a domain. That it also sends
// for the domain is only likely.
func (d Discovery) receiver(ctx context.Context, domain string) Suggestion {
	// The dot keeps the search list of resolv.conf out of it.
	records, _ := d.DNS.LookupMX(ctx, domain+".") // it reports malformed records beside the good ones
	slices.SortStableFunc(records, func(a, b *net.MX) int { return cmp.Compare(a.Pref, b.Pref) })
	for _, mx := range records {
		host := cleanHost(mx.Host)
		p, ok := find(func(p Preset) bool {
			return slices.ContainsFunc(p.MX, func(suffix string) bool {
				return host == suffix || strings.HasSuffix(host, "."+suffix)
			})
		})
		if ok {
			return Suggestion{Preset: p, Why: fmt.Sprintf("it receives the mail of %s (MX %s)", domain, host)}
		}
	}
	return Suggestion{}
}
