// Package web fetches small files. It does without http.Client, whose HTTP/2, proxies
// and connection pools would make up one twentieth of the binary.
package web

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
	"strings"
)

// Client sends single requests. It follows no redirects.
type Client struct {
	Dial  func(ctx context.Context, network, address string) (net.Conn, error) // nil: net.Dialer's
	Roots *x509.CertPool                                                       // nil: the system's
}

// Request is a GET by HTTPS or HTTP, as the URL says.
type Request struct {
	At     *url.URL
	Header [2]string // one more, name and value; none if the name is empty
	Most   int       // limits the bytes of the headers and of the body
}

// Answer is a server's response.
type Answer struct {
	Status   int
	Location string // for a redirect
	Body     []byte
}

// ErrTooLarge means that the body has more than Request.Most bytes.
var ErrTooLarge = errors.New("the answer is too large")

// Get sends a request and gives up when ctx ends. Its errors never quote the header.
func (c *Client) Get(ctx context.Context, r Request) (a Answer, err error) {
	if strings.ContainsAny(r.Header[0]+r.Header[1], "\r\n") {
		return a, errors.New("a header contains a line break")
	}
	dial := c.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	host, port := r.At.Hostname(), "80"
	if r.At.Scheme == "https" {
		port = "443"
	}
	conn, err := dial(ctx, "tcp", net.JoinHostPort(host, cmp.Or(r.At.Port(), port)))
	if err != nil {
		return a, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if r.At.Scheme == "https" {
		conn = tls.Client(conn, &tls.Config{ServerName: host, RootCAs: c.Roots, MinVersion: tls.VersionTLS12})
	}
	header := ""
	if r.Header[0] != "" {
		header = r.Header[0] + ": " + r.Header[1] + "\r\n"
	}
	if _, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: smtp-wizard\r\n%sConnection: close\r\n\r\n",
		r.At.RequestURI(), r.At.Host, header); err != nil {
		return a, cmp.Or(ctx.Err(), err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(io.LimitReader(conn, int64(2*r.Most))), nil)
	if err != nil {
		return a, cmp.Or(ctx.Err(), err)
	}
	a.Status = answer.StatusCode
	if a.Status/100 == 3 {
		a.Location = answer.Header.Get("Location")
		return a, nil
	}
	a.Body, err = io.ReadAll(io.LimitReader(answer.Body, int64(r.Most)+1))
	if len(a.Body) > r.Most {
		err = ErrTooLarge
	}
	return a, err
}
