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
	Host       string         `json:"host"`
	Ports      list[portJSON] `json:"ports"`
	BlockedBy  list[string]   `json:"blocked_by"`  // hosters that block the silent ports
	OtherPorts list[int]      `json:"other_ports"` // of the relay, if some are silent
	Note       string         `json:"note,omitempty"`
}

type portJSON struct {
	Port        int                `json:"port"`
	TLS         string             `json:"tls"`
	Open        bool               `json:"open"`
	State       string             `json:"state"`
	MS          int64              `json:"ms"`
	Address     string             `json:"address"`
	Greeting    string             `json:"greeting"`
	Certificate *certificateJSON   `json:"certificate"`
	Auth        list[string]       `json:"auth"`
	Size        int64              `json:"size"`
	Problem     string             `json:"problem"`
	Identities  list[identityJSON] `json:"identities"`
}

type certificateJSON struct {
	Subject  string       `json:"subject"`
	Names    list[string] `json:"names"`
	Issuer   string       `json:"issuer"`
	NotAfter time.Time    `json:"not_after"`
	Verified bool         `json:"verified"`
	Problem  string       `json:"problem"`
}

func (f probeFlags) result(host string, ports []smtpcheck.Port, names []string) probeResult {
	r := probeResult{Host: host, Note: f.depthNote(ports)}
	var candidates []pocketid.Candidate
	if len(f.helo) == 0 {
		for _, name := range names {
			candidates = append(candidates, pocketid.Candidate{Name: name, Origins: []pocketid.Origin{pocketid.FromHostname}})
		}
	}
	for _, p := range ports {
		r.Ports = append(r.Ports, newPortJSON(p, candidates))
	}
	if silent := smtpcheck.Silent(ports); len(silent) > 0 {
		for _, h := range diagnosis.BlockedBy(silent) {
			r.BlockedBy = append(r.BlockedBy, h.Name)
		}
		r.OtherPorts = otherPorts(host, ports)
	}
	return r
}

func newPortJSON(p smtpcheck.Port, candidates []pocketid.Candidate) portJSON {
	one := portJSON{
		Port: p.Port, TLS: string(p.TLS), Open: p.State == smtpcheck.PortOpen, State: string(p.State),
		MS: p.Elapsed.Milliseconds(), Address: p.Address, Greeting: p.Greeting, Auth: p.Auth, Size: p.Size,
		Identities: identitiesJSON(candidates, p.Identities),
	}
	if c := p.Certificate; c != nil {
		one.Certificate = &certificateJSON{c.Subject, c.Names, c.Issuer, c.NotAfter, c.Verified, c.Problem}
	}
	if p.Failure != nil {
		one.Problem = p.Failure.Error()
	}
	return one
}

// depthNote says how far names were tried, if a port speaks SMTP.
func (f probeFlags) depthNote(ports []smtpcheck.Port) string {
	if f.to != "" || !slices.ContainsFunc(ports, speaksSMTP) {
		return ""
	}
	depth := "EHLO"
	if f.from != "" {
		depth = "MAIL"
	}
	return "Names were tried as far as " + depth +
		"; many relays judge them only at RCPT: use --from and --to to go that far."
}

func speaksSMTP(p smtpcheck.Port) bool { return p.TLS != "" }

// otherPorts are where the relay may be reached instead: the ports that work, and
// those of its provider that were not probed.
func otherPorts(host string, ports []smtpcheck.Port) []int {
	var others, probed []int
	for _, p := range ports {
		probed = append(probed, p.Port)
		if speaksSMTP(p) {
			others = append(others, p.Port)
		}
	}
	provider, _ := presets.ByHost(host) // an unknown one has no ports
	more := slices.DeleteFunc(provider.Ports(), func(port int) bool { return slices.Contains(probed, port) })
	return append(others, more...)
}

func (r probeResult) print(w io.Writer, ports []smtpcheck.Port) {
	fmt.Fprintf(w, "%s\n", r.Host)
	for i, p := range ports {
		fmt.Fprintf(w, "  %-5d %s (%d ms)\n", p.Port, portLabel(p), p.Elapsed.Milliseconds())
		if c := p.Certificate; c != nil {
			validity := "valid for this host"
			if !c.Verified {
				validity = c.Problem
			}
			fmt.Fprintf(w, "        certificate for %s from %s, expires %s: %s\n",
				c.Subject, c.Issuer, c.NotAfter.Format(time.DateOnly), validity)
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
	r.printSilent(w, smtpcheck.Silent(ports))
	if r.Note != "" {
		fmt.Fprintln(w, r.Note)
	}
}

// printSilent says who may be blocking ports, and which are left.
func (r probeResult) printSilent(w io.Writer, silent []int) {
	if len(silent) == 0 {
		return
	}
	if len(r.BlockedBy) > 0 {
		fmt.Fprintf(w, "Hosters that block ports which gave no answer here: %s\n", strings.Join(r.BlockedBy, ", "))
	}
	if len(r.OtherPorts) > 0 {
		fmt.Fprintf(w, "Other ports of this relay: %s\n", strings.Trim(fmt.Sprint(r.OtherPorts), "[]"))
	} else {
		fmt.Fprintf(w, "No other port of this relay is known.\n")
	}
}

func portLabel(p smtpcheck.Port) string {
	switch {
	case p.TLS != "":
		return "open, " + string(p.TLS)
	case p.Failure != nil:
		return string(p.State) + ", " + p.Failure.Error()
	}
	return string(p.State)
}
