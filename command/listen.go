package command

import (
	"context"
	"fmt"
	"net"
	"strings"

	"github.com/spf13/cobra"

	"smtp-wizard/smtpcheck/practice"
)

func newListen(o *options) *cobra.Command {
	var addr string
	var once bool
	c := &cobra.Command{
		Use:   "listen",
		Short: "Be a relay that says what it was told: both EHLO names, TLS, AUTH, envelope",
		Long: `Listen is a relay for looking at what Pocket ID really says. Point SMTP_HOST and
SMTP_PORT at it, send a test mail from Pocket ID, and read here which names it
announced. Messages are accepted and dropped; passwords are neither shown nor kept.
It offers STARTTLS with a certificate of its own, so SMTP_SKIP_CERT_VERIFY=true is
needed for that test with SMTP_TLS=starttls; there is no implicit TLS.

A Pocket ID in a container does not reach 127.0.0.1 of this machine: give --addr
the address of the container's bridge, such as 172.17.0.1:2525.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := o.bounded(cmd.Context())
			defer cancel()
			return o.listen(ctx, addr, once)
		},
	}
	c.Flags().StringVar(&addr, "addr", "127.0.0.1:2525", "the `host:port` to listen on")
	c.Flags().BoolVar(&once, "once", false, "end after one message")
	return c
}

// sessionJSON is one connection in the JSON of listen. Its shape is a contract.
type sessionJSON struct {
	HELO  []string `json:"helo"`
	TLS   bool     `json:"tls"`
	Auth  string   `json:"auth"`
	User  string   `json:"user"`
	From  string   `json:"from"`
	To    []string `json:"to"`
	Bytes int      `json:"bytes"`
}

func (o *options) listen(ctx context.Context, addr string, once bool) error {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return usage(fmt.Errorf("--addr: %w", err))
	}
	ctx, cancel := context.WithCancel(ctx)
	sessions := make(chan practice.Session)
	relay, err := practice.Start(practice.Behavior{Name: "listen"}, practice.Options{
		Addr: addr, TLSAddr: practice.NoPort, AnyLogin: true, SizeOnly: true,
		OnSession: func(s practice.Session) {
			select {
			case sessions <- s:
			case <-ctx.Done():
			}
		},
	})
	if err != nil {
		cancel()
		return usage(err)
	}
	defer relay.Close()
	defer cancel() // first: a session that is being reported must not hold the relay up
	fmt.Fprintf(o.Err, "Listening on %s. Ctrl+C ends it.\n", relay.Addr())
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case s := <-sessions:
			if err := o.printSession(s); err != nil {
				return err
			}
			if once && s.Messages > 0 {
				return nil
			}
		}
	}
}

func (o *options) printSession(s practice.Session) error {
	if o.json {
		return printJSONLine(o.Out, sessionJSON{list(s.EHLO), s.TLS, s.Mechanism, s.User, s.From, list(s.To), s.Bytes})
	}
	_, err := fmt.Fprintln(shown{o.Out}, sessionWords(s))
	return err
}

// sessionWords is a connection in one line.
func sessionWords(s practice.Session) string {
	parts := []string{"no EHLO", "no TLS", "no login", "no message"}
	if len(s.EHLO) > 0 {
		parts[0] = "EHLO " + strings.Join(s.EHLO, ", then ")
	}
	if s.TLS {
		parts[1] = "TLS"
	}
	if s.Mechanism != "" {
		parts[2] = fmt.Sprintf("AUTH %s as %s", s.Mechanism, s.User)
	}
	if s.Messages > 0 {
		parts[3] = fmt.Sprintf("%d bytes from %s to %s", s.Bytes, s.From, strings.Join(s.To, ", "))
	} else if s.From != "" {
		parts[3] = fmt.Sprintf("from %s to %s, no message", s.From, strings.Join(s.To, ", "))
	}
	return strings.Join(parts, "; ")
}

// list is never null in JSON.
func list(texts []string) []string { return append([]string{}, texts...) }
