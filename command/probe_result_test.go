package command

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"smtp-wizard/smtpcheck"
)

// TestSilentPorts: who may block them, and where the relay is to be had instead.
func TestSilentPorts(t *testing.T) {
	t.Parallel()
	filtered := func(p int) smtpcheck.Port { return smtpcheck.Port{Port: p, State: smtpcheck.PortFiltered} }
	open := func(p int) smtpcheck.Port {
		return smtpcheck.Port{Port: p, State: smtpcheck.PortOpen, TLS: smtpcheck.TLSStartTLS}
	}
	for _, c := range []struct {
		name, host string
		ports      []smtpcheck.Port
		json       string
		says       []string
	}{
		{"one of the provider's works", "smtp.sendgrid.net",
			[]smtpcheck.Port{filtered(25), filtered(465), filtered(587), open(2525)},
			`"blocked_by":["DigitalOcean Droplets","Linode / Akamai"],"other_ports":[2525]`,
			[]string{"gave no answer here: DigitalOcean Droplets, Linode / Akamai\n", "Other ports of this relay: 2525\n"}},
		{"the provider has more", "smtp.sendgrid.net", []smtpcheck.Port{filtered(587)},
			`"other_ports":[`, []string{"Scaleway Instances", "2525"}},
		{"an unknown relay", "relay.example.com", []smtpcheck.Port{filtered(25), filtered(2525)},
			`"other_ports":[]`, []string{"AWS EC2", "No other port of this relay is known.\n"}},
		{"all is well", "relay.example.com", []smtpcheck.Port{open(587)},
			`"blocked_by":[],"other_ports":[]`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := probeFlags{to: "me@example.com", from: "id@example.com"}.result(c.host, c.ports, nil)
			packed, err := json.Marshal(r)
			if err != nil || !strings.Contains(string(packed), c.json) {
				t.Errorf("%s, %v", packed, err)
			}
			var out bytes.Buffer
			r.print(&out, c.ports)
			for _, text := range c.says {
				if !strings.Contains(out.String(), text) {
					t.Errorf("%q is not in\n%s", text, out.String())
				}
			}
			if c.says == nil && strings.Contains(out.String(), "ther port") {
				t.Errorf("speaks of other ports:\n%s", out.String())
			}
		})
	}
}
