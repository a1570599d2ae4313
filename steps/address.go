package steps

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"smtp-wizard/smtpcheck"
)

// ParseAddress reads a bare mail address. From "Name <a@b>" it takes a@b and
// reports that there was a name.
func ParseAddress(text string) (address string, named bool, err error) {
	text = strings.TrimSpace(text)
	if err := printable(text); err != nil {
		return "", false, err
	}
	if text == "" {
		return "", false, errors.New("an address is needed, such as id@example.com")
	}
	if strings.ContainsAny(text, "<>") {
		parsed, err := mail.ParseAddress(text)
		if err != nil {
			return "", false, errors.New("one bare address is needed, such as id@example.com")
		}
		text, named = parsed.Address, true
	}
	return text, named, smtpcheck.CheckAddress(text)
}

// RelayAddress is what was typed as the relay's host, taken apart. Port and TLS
// are zero where the text does not say.
type RelayAddress struct {
	Host string
	Port int
	TLS  smtpcheck.TLSMode
}

// ParseRelay understands a host name, an address literal, host:port, and URLs
// such as smtps://host. Credentials in a URL are dropped.
func ParseRelay(text string) (RelayAddress, error) {
	text = strings.TrimSpace(text)
	if err := printable(text); err != nil {
		return RelayAddress{}, err
	}
	if strings.Contains(text, "://") {
		return parseRelayURL(text)
	}
	host, port, err := splitPort(strings.TrimSuffix(text, "/"))
	if err != nil {
		return RelayAddress{}, err
	}
	host = strings.TrimSuffix(host, ".")
	return RelayAddress{Host: host, Port: port}, smtpcheck.CheckHost(host)
}

// relaySchemes are the URL schemes that mail settings are written in. A web
// address says nothing about mail but its host.
var relaySchemes = map[string]smtpcheck.TLSMode{
	"smtp": "", "submission": "", "http": "", "https": "",
	"smtps": smtpcheck.TLSImplicit, "submissions": smtpcheck.TLSImplicit,
	"smtp+starttls": smtpcheck.TLSStartTLS,
}

func parseRelayURL(text string) (RelayAddress, error) {
	u, err := url.Parse(text)
	if err != nil {
		// The error would quote the URL, and with it a password.
		return RelayAddress{}, errors.New("that is not a valid URL; the host alone is enough")
	}
	mode, known := relaySchemes[strings.ToLower(u.Scheme)]
	if !known {
		return RelayAddress{}, fmt.Errorf("a relay cannot be reached by %s://; the host alone is enough", u.Scheme)
	}
	addr := RelayAddress{Host: strings.TrimSuffix(u.Hostname(), "."), TLS: mode}
	web := strings.HasPrefix(strings.ToLower(u.Scheme), "http")
	if u.Port() != "" && !web {
		if addr.Port, err = parsePort(u.Port()); err != nil {
			return RelayAddress{}, err
		}
	}
	if mode == smtpcheck.TLSImplicit && addr.Port == 0 {
		addr.Port = 465
	}
	return addr, smtpcheck.CheckHost(addr.Host)
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
		return 0, errors.New("a port is needed; the usual ones are 587 and 465")
	case err != nil || strings.ContainsAny(text, "+-"):
		return 0, errors.New("a port is a number; the usual ones are 587 and 465")
	case port < 1 || port > 65535:
		return 0, fmt.Errorf("%d is not a port: ports go from 1 to 65535", port)
	}
	return port, nil
}

func portText(port int) string {
	if port == 0 {
		return ""
	}
	return strconv.Itoa(port)
}

// printable refuses the characters that could end a line or steer a terminal.
func printable(text string) error {
	for _, r := range text {
		switch {
		case r == '\r' || r == '\n':
			return errors.New("that contains a line break; it must be a single line")
		case r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0:
			return errors.New("that contains a control character, perhaps from pasting; please type it")
		}
	}
	return nil
}
