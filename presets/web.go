package presets

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

// Web fetches small files by HTTPS alone. It is no http.Client: HTTP/2, proxies and
// pools of connections would be one part in twenty of the whole program.
type Web struct {
	Dial  func(ctx context.Context, network, address string) (net.Conn, error) // nil: net.Dialer's
	Roots *x509.CertPool                                                       // nil: the system's
}

const (
	maxFile      = 64 << 10
	maxRedirects = 3
)

var (
	errRedirects = errors.New("a redirect away from HTTPS, or too many of them")
	errFile      = errors.New("no file, or one that is too large")
)

func (w *Web) get(ctx context.Context, address string) ([]byte, error) {
	at, err := url.Parse(address)
	for range 1 + maxRedirects {
		if err != nil {
			return nil, err
		}
		if at.Scheme != "https" || !hostName.MatchString(at.Hostname()) {
			break
		}
		var to string
		var body []byte
		if to, body, err = w.ask(ctx, at); err != nil || to == "" {
			return body, err
		}
		at, err = at.Parse(to)
	}
	return nil, errRedirects
}

// ask asks one server for its file, or where else to look.
func (w *Web) ask(ctx context.Context, at *url.URL) (to string, body []byte, err error) {
	dial := w.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	raw, err := dial(ctx, "tcp", net.JoinHostPort(at.Hostname(), cmp.Or(at.Port(), "443")))
	if err != nil {
		return "", nil, err
	}
	defer raw.Close()
	defer context.AfterFunc(ctx, func() { _ = raw.Close() })()
	conn := tls.Client(raw, &tls.Config{ServerName: at.Hostname(), RootCAs: w.Roots, MinVersion: tls.VersionTLS12})
	if _, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: smtp-wizard\r\nConnection: close\r\n\r\n", at.RequestURI(), at.Host); err != nil {
		return "", nil, err
	}
	// The headers count as well, so that they have an end.
	response, err := http.ReadResponse(bufio.NewReader(io.LimitReader(conn, 2*maxFile)), nil)
	if err != nil {
		return "", nil, err
	}
	if to := response.Header.Get("Location"); to != "" && response.StatusCode/100 == 3 {
		return to, nil, nil
	}
	body, err = io.ReadAll(io.LimitReader(response.Body, maxFile+1))
	if err == nil && (response.StatusCode != http.StatusOK || len(body) > maxFile) {
		err = errFile
	}
	return "", body, err
}
