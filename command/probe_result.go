package command

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
)

// probeResult is the JSON of probe. Its shape is a contract.
type probeResult struct {
	Host  string         `json:"host"`
	Ports list[portJSON] `json:"ports"`
	Note  string         `json:"note,omitempty"`
}

type portJSON struct {
	Port        int                    `json:"port"`
	TLS         string                 `json:"tls"`
	Open        bool                   `json:"open"`
	State       string                 `json:"state"`
	MS          int64                  `json:"ms"`
	Certificate *smtpcheck.Certificate `json:"certificate"`
	Auth        list[string]           `json:"auth"`
	Size        int64                  `json:"size"`
	Problem     string                 `json:"problem"`
	Identities  list[identityJSON]     `json:"identities"`
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
	return r
}

func newPortJSON(p smtpcheck.Port, candidates []pocketid.Candidate) portJSON {
	one := portJSON{
		Port: p.Port, TLS: string(p.TLS), Open: p.State == smtpcheck.PortOpen, State: string(p.State),
		MS: p.Elapsed.Milliseconds(), Auth: p.Auth, Size: p.Size, Certificate: p.Certificate,
		Identities: identitiesJSON(candidates, p.Identities),
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
	if r.Note != "" {
		fmt.Fprintln(w, r.Note)
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
