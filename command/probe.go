package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"smtp-wizard/pocketid"
	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/diagnosis"
	"smtp-wizard/steps"
)

type probeFlags struct {
	ports    []int
	helo     []string
	from, to string
	ca       string
}

// probedByDefault are the ports that relays listen on.
var probedByDefault = []int{25, 465, 587, 2525}

func newProbe(o *options) *cobra.Command {
	var f probeFlags
	c := &cobra.Command{
		Use:   "probe HOST",
		Short: "Look at a relay without an account: ports, TLS, certificate, AUTH, names",
		Long: `Probe looks at the ports of a relay side by side: which answer, in which TLS mode,
with which certificate and AUTH mechanisms. With --from and --to every --helo name
is tried up to RCPT. No login is made and no message is sent.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := o.bounded(cmd.Context())
			defer cancel()
			return o.probe(ctx, args[0], f)
		},
	}
	s := c.Flags()
	s.IntSliceVar(&f.ports, "port", nil, "look at this `port` (repeatable; default 25, 465, 587, 2525 and the provider's own)")
	s.StringArrayVar(&f.helo, "helo", nil, "announce this `name` (repeatable; default: this machine's hostname)")
	s.StringVar(&f.from, "from", "", "the envelope sender for the names")
	s.StringVar(&f.to, "to", "", "the envelope recipient for the names")
	s.StringVar(&f.ca, "ca", "", "trust the certificates in this PEM `file` too")
	return c
}

func (o *options) probe(ctx context.Context, target string, f probeFlags) error {
	host, port, err := steps.Relay(target)
	if err != nil {
		return usage(err)
	}
	if port != 0 && len(f.ports) == 0 {
		f.ports = []int{port}
	}
	for _, p := range f.ports {
		if p < 1 || p > 65535 {
			return usage(fmt.Errorf("%d is no port: they go from 1 to 65535", p))
		}
	}
	opt, err := f.options(o)
	if err != nil {
		return err
	}
	ports := smtpcheck.Ports(ctx, host, f.portsOf(host), opt, nil)
	if o.json {
		if err := printJSON(o.Out, probeJSON(host, ports)); err != nil {
			return err
		}
	} else {
		printPorts(o.Out, host, ports)
	}
	return probeExit(ports)
}

func (f probeFlags) options(o *options) (smtpcheck.PortOptions, error) {
	world, err := newWorld(o, f.ca)
	if err != nil {
		return smtpcheck.PortOptions{}, err
	}
	names := f.helo
	for _, name := range names {
		if err := pocketid.CheckName(name).Err(); err != nil {
			return smtpcheck.PortOptions{}, usage(fmt.Errorf("--helo %q: %w", name, err))
		}
	}
	for _, address := range []string{f.from, f.to} {
		if _, err := steps.Address(address); address != "" && err != nil {
			return smtpcheck.PortOptions{}, usage(err)
		}
	}
	if f.to != "" && f.from == "" {
		return smtpcheck.PortOptions{}, usage(errors.New("--to needs --from too"))
	}
	if len(names) == 0 {
		if name, err := os.Hostname(); err == nil {
			names = []string{name}
		}
	}
	probe := len(f.helo) > 0 || f.from != ""
	return smtpcheck.PortOptions{Names: names, Probe: probe, From: f.from, To: f.to, RootCAs: world.RootCAs}, nil
}

// portsOf are the ports asked for, else the usual ones and the provider's own.
func (f probeFlags) portsOf(host string) []int {
	if len(f.ports) > 0 {
		return f.ports
	}
	ports := slices.Clone(probedByDefault)
	if p, ok := presets.ByHost(host); ok {
		for _, port := range p.Ports() {
			if !slices.Contains(ports, port) {
				ports = append(ports, port)
			}
		}
	}
	return ports
}

// probeResult is the JSON of probe. Its shape is a contract.
type probeResult struct {
	Host    string     `json:"host"`
	Ports   []portJSON `json:"ports"`
	Blocked []string   `json:"blocked_by"`
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

func probeJSON(host string, ports []smtpcheck.Port) probeResult {
	r := probeResult{Host: host, Ports: []portJSON{}, Blocked: blockedBy(ports)}
	for _, p := range ports {
		one := portJSON{
			Port: p.Port, TLS: string(p.TLS), Open: p.State == smtpcheck.PortOpen, State: string(p.State),
			MS: p.Elapsed.Milliseconds(), Address: p.Address, Greeting: p.Greeting, Auth: list(p.Auth), Size: p.Size,
			Identities: identitiesJSON(nil, p.Identities),
		}
		if c := p.Certificate; c != nil {
			one.Certificate = &certificateJSON{c.Subject, list(c.Names), c.Issuer, c.NotAfter, c.Verified, c.Problem}
		}
		if p.Failure != nil {
			one.Problem = p.Failure.Error()
		}
		r.Ports = append(r.Ports, one)
	}
	return r
}

// blockedBy names the hosters that block the ports which gave no answer.
func blockedBy(ports []smtpcheck.Port) []string {
	var filtered []int
	for _, p := range ports {
		if p.State == smtpcheck.PortFiltered {
			filtered = append(filtered, p.Port)
		}
	}
	names := []string{}
	for _, h := range diagnosis.BlockedBy(filtered) {
		names = append(names, h.Name)
	}
	return names
}

// probeExit is success when any port speaks SMTP, else the first one's stage.
func probeExit(ports []smtpcheck.Port) error {
	for _, p := range ports {
		if p.TLS != "" {
			return nil
		}
	}
	for _, p := range ports {
		if p.Failure != nil {
			return &exitError{Code: exitOf[p.Failure.Stage]}
		}
	}
	return nil
}

func printPorts(w io.Writer, host string, ports []smtpcheck.Port) {
	fmt.Fprintf(w, "%s\n", host)
	for _, p := range ports {
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
		for _, one := range identitiesJSON(nil, p.Identities) {
			fmt.Fprintf(w, "        EHLO %s: %s at %s: %s\n", one.Name, one.Verdict, one.Stage, one.Reply)
		}
	}
	if hosters := blockedBy(ports); len(hosters) > 0 {
		fmt.Fprintf(w, "Hosters that block ports which gave no answer here: %s\n", strings.Join(hosters, ", "))
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
