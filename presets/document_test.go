package presets

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"smtp-wizard/internal/steptest"
)

func TestProvidersDocument(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Providers\n\nWhat each provider's relay requires, as known to the wizard and `smtp-wizard presets`. " +
		"The port in bold is the recommended one. The EHLO name is mentioned only if the provider's documentation mentions it.\n")
	categories := []struct{ id, title string }{
		{"relay", "Relays of mail suites"}, {"transactional", "Transactional mail services"}, {"mailbox", "Mailboxes"},
		{"local", "Your own server"}, {"local-test", "For trying out"}, {"custom", "Anything else"},
	}
	told := 0
	for _, c := range categories {
		fmt.Fprintf(&b, "\n## %s\n", c.title)
		for _, p := range table() {
			if p.Category == c.id {
				describe(&b, p)
				told++
			}
		}
	}
	if told != len(table()) {
		t.Errorf("%d of %d providers have a category that is described", told, len(table()))
	}
	steptest.Document(t, "providers.md", b.String())
}

func describe(b *strings.Builder, p Preset) {
	fmt.Fprintf(b, "\n### %s\n\n", p.Name)
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(b, "- **%s**: %s\n", label, text)
		}
	}
	if !p.Usable {
		line("Not usable", p.WhyNot)
	}
	line("Preset", "`"+p.ID+"`")
	hosts := []string{}
	for _, h := range p.Hosts {
		host := "`" + h.Host + "`"
		if h.Region != "" {
			host += " (" + h.Region + ")"
		}
		hosts = append(hosts, host)
	}
	line("Host", cmp.Or(strings.Join(hosts, ", "), p.HostHint))
	ports := []string{}
	for _, e := range p.Endpoints {
		port := fmt.Sprintf("%d %s", e.Port, e.TLS)
		if e.Recommended {
			port = "**" + port + "**"
		}
		ports = append(ports, port)
	}
	line("Ports", strings.Join(ports, ", "))
	line("User", p.Username)
	line("Password", p.Password)
	line("From", p.From)
	line("EHLO name", p.Helo)
	if other, ok := ByID(p.Alternative); ok {
		line("Alternative", other.Name+" (`"+other.ID+"`), which does not check the EHLO name")
	}
	line("Note", p.Notes)
	if len(p.SPF) > 0 {
		line("SPF", "`include:"+p.SPF[0]+"`")
	}
	var keys []string
	for _, k := range p.DKIM {
		keys = append(keys, strings.TrimSuffix("`"+k.Selector+"._domainkey` → `"+k.CNAME+"`", " → ``"))
	}
	line("DKIM", strings.Join(keys, ", "))
	if p.DocURL != "" {
		line("Documentation", "<"+p.DocURL+">")
	}
	line("Read in", p.Source)
}
