// Package inbox searches a mailbox for one mail by IMAP. It reads nothing else there,
// and changes nothing.
package inbox

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap"
	"github.com/emersion/go-imap/client"

	"smtp-wizard/internal/text"
	"smtp-wizard/secret"
)

// Account is an IMAP account. It is comparable, to be part of a key.
type Account struct {
	Server   string // host or host:port; the port speaks TLS from its first byte
	User     string
	Password secret.Value
}

// Mail is what to search for: a mail by that sender with these texts in its subject
// and body.
type Mail struct {
	From, Subject string
	Body          secret.Value
	Sent          time.Time
}

// Options are optional settings of a search.
type Options struct {
	RootCAs  *x509.CertPool // nil: the system's
	Masker   *secret.Masker // for what the server says
	Every    time.Duration  // between two searches; 0 is five seconds
	Patience time.Duration  // for each response; 0 is half a minute
	Report   func(string)   // is told what is being done; may be nil
}

var (
	errNotFound = errors.New("the mail is not in the mailbox")
	errLost     = errors.New("the server closed the connection, or said nothing for too long")
)

// Find searches until a mail is there or ctx ends, and returns the name of the mailbox
// that has it. The error is errNotFound if ctx ended.
func Find(ctx context.Context, a Account, m Mail, o Options) (mailbox string, err error) {
	o.Every, o.Patience = cmp.Or(o.Every, 5*time.Second), cmp.Or(o.Patience, 30*time.Second)
	if o.Report == nil {
		o.Report = func(string) {}
	}
	o.Masker.Add(a.User, a.Password.Reveal())
	o.Masker.Add("", m.Body.Reveal())
	clean := func(err error) error {
		if err == nil {
			return nil
		}
		return fmt.Errorf("%s: %w", text.CleanForeign(a.Server), cleanError{o.Masker.Mask(text.Shorten(text.CleanForeign(err.Error()), 300)), err})
	}
	o.Report("connecting to " + a.Server)
	c, conn, err := connect(ctx, a, o)
	if err != nil {
		return "", clean(cmp.Or(ctx.Err(), err))
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	defer func() { _ = c.Terminate() }()
	if err := c.Login(a.User, a.Password.Reveal()); err != nil {
		return "", clean(cmp.Or(ctx.Err(), fmt.Errorf("the login was refused: %w", err)))
	}
	boxes, err := mailboxes(c)
	for err == nil {
		o.Report("looking in " + strings.Join(boxes, " and "))
		for _, box := range boxes {
			found, failed := search(c, box, m)
			if found {
				_ = c.Logout()
				return box, nil
			}
			err = cmp.Or(err, failed)
		}
		conn.spent.Store(0)
		select {
		case <-time.After(o.Every):
		case <-ctx.Done():
			return "", clean(errNotFound)
		}
	}
	if ctx.Err() != nil {
		return "", clean(errNotFound)
	}
	return "", clean(err)
}

// CheckServer validates the name of a server.
func CheckServer(server string) error {
	if host := strings.Trim(server, "[]"); host == "" || strings.ContainsAny(server, " /@\t") || strings.HasPrefix(server, "-") {
		return errors.New("the IMAP server is a host name, with :port where it is not 993")
	}
	return nil
}

// cleanError is an error with a text that is safe to show.
type cleanError struct {
	words string
	error
}

func (s cleanError) Error() string { return s.words }
func (s cleanError) Unwrap() error { return s.error }

// connect connects over TLS and waits for the greeting.
func connect(ctx context.Context, a Account, o Options) (*client.Client, *bounded, error) {
	address := a.Server
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
		address = net.JoinHostPort(host, "993")
	}
	dialing, cancel := context.WithTimeout(ctx, o.Patience)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{ServerName: host, RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12}}
	raw, err := dialer.DialContext(dialing, "tcp", address)
	if err != nil {
		return nil, nil, err
	}
	conn := newBounded(raw)
	stop := context.AfterFunc(dialing, func() { _ = conn.Close() })
	c, err := client.New(conn)
	if err == nil && !stop() {
		err = errLost
	}
	if err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	c.Timeout, c.ErrorLog = o.Patience, log.New(io.Discard, "", 0)
	return c, conn, nil
}

// mailboxes are the names of the inbox and of the spam folder, if there is one.
func mailboxes(c *client.Client) ([]string, error) {
	list, done := make(chan *imap.MailboxInfo), make(chan error, 1)
	go func() { done <- c.List("", "*", list) }()
	boxes := []string{imap.InboxName}
	for info := range list {
		name := strings.ToLower(info.Name[strings.LastIndex(info.Name, info.Delimiter)+1:])
		if len(boxes) == 1 && (slices.Contains(info.Attributes, imap.JunkAttr) || name == "junk" || name == "spam") {
			boxes = append(boxes, text.CleanForeign(info.Name))
		}
	}
	return boxes, lost(<-done)
}

// search reports whether a mailbox has the mail; one that cannot be opened does not.
func search(c *client.Client, box string, m Mail) (bool, error) {
	if _, err := c.Select(box, true); err != nil {
		if c.State()&imap.ConnectedState != 0 && box != imap.InboxName {
			return false, nil
		}
		return false, lost(err)
	}
	criteria := imap.NewSearchCriteria()
	criteria.Since = m.Sent.AddDate(0, 0, -2) // by date, in the server's time zone
	criteria.Header.Add("Subject", m.Subject)
	criteria.Header.Add("From", m.From)
	criteria.Body = []string{m.Body.Reveal()}
	found, err := c.UidSearch(criteria)
	return err == nil && len(found) > 0, lost(err)
}

// lost replaces the library's errors for a broken connection.
func lost(err error) error {
	if err != nil && strings.HasSuffix(err.Error(), "connection closed") {
		return errLost
	}
	return err
}
