package command

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/spf13/cobra"

	"smtp-wizard/smtpcheck/practice"
)

func newListen(o *options) *cobra.Command {
	var addr string
	var once bool
	c := &cobra.Command{
		Use:   "listen",
		Short: "Run a relay that shows what clients say: both EHLO names, TLS, AUTH, envelope",
		Long: `Listen is a relay that shows what Pocket ID really says. Point SMTP_HOST and
SMTP_PORT at it, send a test mail from Pocket ID, and read here which names it
announced. Messages are accepted and dropped; passwords are neither shown nor kept.
It offers STARTTLS with a self-signed certificate, so for this test
SMTP_TLS=starttls also needs SMTP_SKIP_CERT_VERIFY=true; there is no implicit TLS.

A Pocket ID in a container cannot reach 127.0.0.1 of this machine: set --addr to
the address of the container's bridge, such as 172.17.0.1:2525.`,
		Example: "  smtp-wizard listen --addr 172.17.0.1:2525 --once",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.listen(cmd.Context(), addr, once)
		},
	}
	c.Flags().StringVar(&addr, "addr", "127.0.0.1:2525", "the `host:port` to listen on")
	c.Flags().BoolVar(&once, "once", false, "stop after one message")
	return c
}

// sessionJSON is one connection in the JSON of listen. Its shape is a contract.
type sessionJSON struct {
	HELO  list[string] `json:"helo"`
	TLS   bool         `json:"tls"`
	Auth  string       `json:"auth"`
	User  string       `json:"user"`
	From  string       `json:"from"`
	To    list[string] `json:"to"`
	Bytes int          `json:"bytes"`
}

func (o *options) listen(ctx context.Context, addr string, once bool) error {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return usage(fmt.Errorf("--addr: %w", err))
	}
	o.jsonLines = true
	var mu sync.Mutex
	over := false
	end := make(chan error, 1)
	relay, err := practice.Start(practice.Behavior{Name: "listen"}, practice.Options{
		Addr: addr, TLSAddr: practice.NoPort, AnyLogin: true, SizeOnly: true,
		OnSession: func(s practice.Session) {
			mu.Lock()
			defer mu.Unlock()
			if over || ctx.Err() != nil {
				return
			}
			if err := o.printSession(s); err != nil || once && s.Messages > 0 {
				over = true
				end <- err
			}
		},
	})
	if err != nil {
		return usage(err)
	}
	defer relay.Close()
	fmt.Fprintf(o.Err, "Listening on %s. Press Ctrl+C to stop.\n", relay.Addr())
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-end:
		return err
	}
}

func (o *options) printSession(s practice.Session) error {
	return o.print(sessionJSON{s.EHLO, s.TLS, s.Mechanism, s.User, s.From, s.To, s.Bytes}, func(w io.Writer) {
		fmt.Fprintln(w, s.String())
	})
}
