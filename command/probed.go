package command

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"smtp-wizard/diagnosis"
	"smtp-wizard/pocketid"
	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
)

// probeResult is the JSON of probe. Its shape is a contract.
type probeResult struct {
	Host      string     `json:"host"`
	Ports     []portJSON `json:"ports"`
	Blocked   []string   `json:"blocked_by"`  // hosters that block the ports which gave no answer
	Elsewhere []int      `json:"other_ports"` // of the relay, where some gave no answer
	Note      string     `json:"note,omitempty"`
}

type portJSON struct {
	Port        int              `json:"port"`
	TLS         string           `json:"tls"`
	Open        bool             `json:"open"`
	State       string           `json:"state"`
	MS          int64            `json:"ms"`
	Address     string           `json:"address"`
	Greeting    string           `json:"greeting"`
	Certificate *certificateJSON `json:"certificate"`
	Auth        []string         `json:"auth"`
	Size        int64            `json:"size"`
	Problem     string           `json:"problem"`
	Identities  []identityJSON   `json:"identities"`
}

type certificateJSON struct {
	Subject  string    `json:"subject"`
	Names    []string  `json:"names"`
	Issuer   string    `json:"issuer"`
	NotAfter time.Time `json:"not_after"`
	Verified bool      `json:"verified"`
	Problem  string    `json:"problem"`
}

func (f probeFlags) result(host string, ports []smtpcheck.Port, names []string) probeResult {
	r := probeResult{Host: host, Ports: []portJSON{}, Blocked: []string{}, Elsewhere: []int{}, Note: f.depthNote(ports)}
	var candidates []pocketid.Candidate
	if len(f.helo) == 0 {
		for _, name := range names {
			candidates = append(candidates, pocketid.Candidate{Name: name, Origins: []pocketid.Origin{pocketid.FromHostname}})
		}
	}
	for _, p := range ports {
		r.Ports = append(r.Ports, onePort(p, candidates))
	}
	if silent := smtpcheck.Silent(ports); len(silent) > 0 {
		for _, h := range diagnosis.BlockedBy(silent) {
			r.Blocked = append(r.Blocked, h.Name)
		}
		r.Elsewhere = append(r.Elsewhere, otherPorts(host, ports)...)
	}
	return r
}

func onePort(p smtpcheck.Port, candidates []pocketid.Candidate) portJSON {
	one := portJSON{
		Port: p.Port, TLS: string(p.TLS), Open: p.State == smtpcheck.PortOpen, State: string(p.State),
		MS: p.Elapsed.Milliseconds(), Address: p.Address, Greeting: p.Greeting, Auth: list(p.Auth), Size: p.Size,
		Identities: identitiesJSON(candidates, p.Identities),
	}
	if c := p.Certificate; c != nil {
		one.Certificate = &certificateJSON{c.Subject, list(c.Names), c.Issuer, c.NotAfter, c.Verified, c.Problem}
	}
	if p.Failure != nil {
		one.Problem = p.Failure.Error()
	}
	return one
}

// depthNote says how far names were tried, where a port speaks SMTP. Relays such as
// Postfix judge a name only at RCPT.
func (f probeFlags) depthNote(ports []smtpcheck.Port) string {
	if !slices.ContainsFunc(ports, func(p smtpcheck.Port) bool { return p.TLS != "" }) {
		return ""
	}
	const more = "; many relays judge them only at RCPT: --from and --to go that far."
	switch {
	case f.to != "":
		return ""
	case f.from != "":
		return "Names were tried as far as MAIL" + more
	}
	return "Names were tried as far as EHLO" + more
}

// otherPorts are where the relay may be reached instead: the ports that were
// found to work, and those of its provider that were not looked at.
func otherPorts(host string, ports []smtpcheck.Port) []int {
	var others, seen []int
	for _, p := range ports {
		seen = append(seen, p.Port)
		if p.TLS != "" {
			others = append(others, p.Port)
		}
	}
	if p, ok := presets.ByHost(host); ok {
		for _, port := range p.Ports() {
			if !slices.Contains(seen, port) {
				others = append(others, port)
			}
		}
	}
	return others
}

func printPorts(w io.Writer, r probeResult, ports []smtpcheck.Port) {
	fmt.Fprintf(w, "%s\n", r.Host)
	for i, p := range ports {
		fmt.Fprintf(w, "  %-5d %s (%d ms)\n", p.Port, portWords(p), p.Elapsed.Milliseconds())
		if c := p.Certificate; c != nil {
			verdict := "proves the host"
			if !c.Verified {
				verdict = c.Problem
			}
			fmt.Fprintf(w, "        certificate of %s by %s until %s: %s\n", c.Subject, c.Issuer, c.NotAfter.Format(time.DateOnly), verdict)
		}
		if len(p.Auth) > 0 {
			fmt.Fprintf(w, "        AUTH %s\n", strings.Join(p.Auth, " "))
		}
		if p.Size > 0 {
			fmt.Fprintf(w, "        SIZE %d bytes\n", p.Size)
		}
		for _, one := range r.Ports[i].Identities {
			fmt.Fprintf(w, "        EHLO %s: %s at %s: %s\n", one.Name, one.Verdict, one.Stage, one.Reply)
		}
	}
	printSilence(w, r, smtpcheck.Silent(ports))
	if r.Note != "" {
		fmt.Fprintln(w, r.Note)
	}
}

// printSilence says who may keep ports from answering, and which are left.
func printSilence(w io.Writer, r probeResult, silent []int) {
	if len(silent) == 0 {
		return
	}
	if len(r.Blocked) > 0 {
		fmt.Fprintf(w, "Hosters that block ports which gave no answer here: %s\n", strings.Join(r.Blocked, ", "))
	}
	if len(r.Elsewhere) > 0 {
		fmt.Fprintf(w, "Other ports of this relay: %s\n", strings.Trim(fmt.Sprint(r.Elsewhere), "[]"))
	} else {
		fmt.Fprintf(w, "No other port of this relay is known.\n")
	}
}

func portWords(p smtpcheck.Port) string {
	switch {
	case p.TLS != "":
		return "open, " + string(p.TLS)
	case p.Failure != nil:
		return string(p.State) + ", " + p.Failure.Error()
	}
	return string(p.State)
}
