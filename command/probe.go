package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"smtp-wizard/smtpcheck"
)

type probeFlags struct {
	ports    []int
	helo     []string
	from, to string
	ca       string
}

// usualPorts are the ports that relays listen on.
var usualPorts = []int{25, 465, 587, 2525}

func newProbe(o *options) *cobra.Command {
	var f probeFlags
	c := &cobra.Command{
		Use:   "probe HOST",
		Short: "Look at a relay without an account: ports, TLS, certificate, AUTH, names",
		Long: `Probe looks at the ports of a relay in parallel: which ones answer, in which TLS
mode, with which certificate and AUTH mechanisms. With --from and --to every --helo
name is tried up to RCPT. It does not log in and sends no message.`,
		Example: "  smtp-wizard probe smtp.example.com\n  smtp-wizard probe smtp.example.com --port 587 --helo id.example.com",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.probe(cmd.Context(), args[0], f)
		},
	}
	s := c.Flags()
	s.IntSliceVar(&f.ports, "port", nil,
		"probe this `port` (repeatable; default: 25, 465, 587, 2525)")
	s.StringArrayVar(&f.helo, "helo", nil, "announce this `name` (repeatable; default: this machine's hostname)")
	s.StringVar(&f.from, "from", "", "try the names with this envelope sender `address`")
	s.StringVar(&f.to, "to", "", "try the names with this envelope recipient `address`")
	s.StringVar(&f.ca, "ca", "", caUsage)
	return c
}

func (o *options) probe(ctx context.Context, target string, f probeFlags) error {
	host, port, err := smtpcheck.ParseRelay(target)
	if err != nil {
		return usage(err)
	}
	switch {
	case len(f.ports) > 0:
	case port != 0:
		f.ports = []int{port}
	default:
		f.ports = usualPorts
	}
	for _, p := range f.ports {
		if p < 1 || p > 65535 {
			return usage(fmt.Errorf("--port: %d is not a port: ports go from 1 to 65535", p))
		}
	}
	opt, err := f.options(ctx, o)
	if err != nil {
		return err
	}
	ports := smtpcheck.Ports(ctx, host, f.ports, opt, nil)
	if errors.Is(ctx.Err(), context.Canceled) {
		return errInterrupted
	}
	r := f.result(host, ports, opt.Names)
	if err := o.print(r, func(w io.Writer) { r.print(w, ports) }); err != nil {
		return err
	}
	return probeExit(ports)
}

func (f probeFlags) options(ctx context.Context, o *options) (smtpcheck.PortOptions, error) {
	world, err := newWorld(ctx, o, f.ca)
	if err != nil {
		return smtpcheck.PortOptions{}, err
	}
	names := f.helo
	err = cmp.Or(checkNames("--helo", names...), checkAddress("--from", f.from), checkAddress("--to", f.to))
	if err != nil {
		return smtpcheck.PortOptions{}, err
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
	return smtpcheck.PortOptions{Names: names, Probe: probe, From: f.from, To: f.to, RootCAs: world.RootCAs, Masker: world.Masker}, nil
}

// probeExit is success if any port speaks SMTP, else the first one's stage.
func probeExit(ports []smtpcheck.Port) error {
	if slices.ContainsFunc(ports, speaksSMTP) {
		return nil
	}
	for _, p := range ports {
		if p.Failure != nil {
			return &exitError{Code: stageExit(p.Failure.Stage)}
		}
	}
	return nil
}
