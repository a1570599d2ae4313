package steps

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"smtp-wizard/smtpcheck"
)

// relayAddress is what was typed as the relay's host, taken apart. Port and TLS
// are zero where the text says nothing of them.
type relayAddress struct {
	Host string
	Port int
	TLS  smtpcheck.TLSMode
}

// parseRelay understands a host name, an address literal, host:port, and URLs
// such as smtps://host. Credentials in a URL are dropped.
func parseRelay(text string) (relayAddress, error) {
	text = strings.TrimSpace(text)
	if err := printable(text); err != nil {
		return relayAddress{}, err
	}
	if text == "" {
		return relayAddress{}, errors.New("the relay's host is needed, such as smtp.example.com")
	}
	if strings.Contains(text, "://") {
		return parseRelayURL(text)
	}
	host, port, err := splitPort(strings.TrimSuffix(text, "/"))
	if err != nil {
		return relayAddress{}, err
	}
	host = strings.TrimSuffix(host, ".")
	return relayAddress{Host: host, Port: port}, checkHost(host)
}

// relaySchemes are the URL schemes that mail settings are written in. A web
// address says nothing of mail but its host.
var relaySchemes = map[string]smtpcheck.TLSMode{
	"smtp": "", "submission": "", "http": "", "https": "",
	"smtps": smtpcheck.TLSImplicit, "submissions": smtpcheck.TLSImplicit,
	"smtp+starttls": smtpcheck.TLSStartTLS,
}

func parseRelayURL(text string) (relayAddress, error) {
	u, err := url.Parse(text)
	if err != nil {
		// The error would quote the URL, and with it a password.
		return relayAddress{}, errors.New("that is not a URL that can be read; the host alone is enough")
	}
	mode, known := relaySchemes[strings.ToLower(u.Scheme)]
	if !known {
		return relayAddress{}, fmt.Errorf("a relay is not reached by %s://; the host alone is enough", u.Scheme)
	}
	addr := relayAddress{Host: strings.TrimSuffix(u.Hostname(), "."), TLS: mode}
	web := strings.HasPrefix(strings.ToLower(u.Scheme), "http")
	if u.Port() != "" && !web {
		if addr.Port, err = parsePort(u.Port()); err != nil {
			return relayAddress{}, err
		}
	}
	if mode == smtpcheck.TLSImplicit && addr.Port == 0 {
		addr.Port = 465
	}
	return addr, checkHost(addr.Host)
}

// splitPort tells a bare IPv6 address from host:port: only the latter has one
// colon, or brackets.
func splitPort(text string) (string, int, error) {
	if _, err := netip.ParseAddr(text); err == nil {
		return text, 0, nil
	}
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		return strings.Trim(text, "[]"), 0, nil
	}
	if !strings.Contains(text, ":") {
		return text, 0, nil
	}
	host, digits, err := net.SplitHostPort(text)
	if err != nil {
		return "", 0, errors.New("an IPv6 address with a port is written [2001:db8::1]:587")
	}
	port, err := parsePort(digits)
	return host, port, err
}

// parsePort reads a TCP port.
func parsePort(text string) (int, error) {
	text = strings.TrimSpace(text)
	port, err := strconv.Atoi(text)
	switch {
	case text == "":
		return 0, errors.New("the port is needed; 587 and 465 are the usual ones")
	case err != nil || strings.ContainsAny(text, "+-"):
		return 0, errors.New("a port is a number; 587 and 465 are the usual ones")
	case port < 1 || port > 65535:
		return 0, fmt.Errorf("%d is no port: they go from 1 to 65535", port)
	}
	return port, nil
}

// checkHost accepts host names, with underscores too since compose services may
// have them, and address literals.
func checkHost(host string) error {
	if a, err := netip.ParseAddr(host); err == nil {
		if a.Zone() != "" {
			return checkLabel(a.Zone()) // the name of a network interface
		}
		return nil
	}
	switch {
	case host == "":
		return errors.New("the relay's host is needed, such as smtp.example.com")
	case strings.Contains(host, "@"):
		return errors.New("that is a mail address; the relay's host is needed, such as smtp.example.com")
	case strings.ContainsAny(host, " \t"):
		return errors.New("a host has no spaces")
	case len(host) > 253:
		return errors.New("a host name has 253 characters at most")
	}
	for _, label := range strings.Split(host, ".") {
		if err := checkLabel(label); err != nil {
			return err
		}
	}
	if digits := strings.Trim(host, "0123456789."); digits == "" {
		return fmt.Errorf("%s is not a whole IPv4 address", host)
	}
	return nil
}

func checkLabel(label string) error {
	if label == "" || len(label) > 63 {
		return errors.New("each part of a host name, between its dots, has 1 to 63 characters")
	}
	for _, r := range label {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && r != '-' && r != '_' {
			return fmt.Errorf("a host name cannot have %q; names in other scripts are written in their xn-- form", r)
		}
	}
	return nil
}

// printable refuses the characters that could end a line or steer a terminal.
func printable(text string) error {
	for _, r := range text {
		switch {
		case r == '\r' || r == '\n':
			return errors.New("that has a line break in it; one line is needed")
		case r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0:
			return errors.New("that has a control character in it, perhaps from pasting; please type it")
		}
	}
	return nil
}
