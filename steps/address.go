package steps

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"smtp-wizard/internal/text"
	"smtp-wizard/smtpcheck"
)

// ParseAddress reads a bare mail address.
func ParseAddress(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch err := printable(text); {
	case err != nil:
		return "", err
	case text == "":
		return "", errors.New("an address is needed, such as id@example.com")
	case strings.ContainsAny(text, "<>"):
		return "", errors.New("one bare address is needed, such as id@example.com")
	}
	return text, smtpcheck.CheckAddress(text)
}

// ParseRelay understands a host name, an address literal, and host:port; the port
// is 0 where the text has none.
func ParseRelay(text string) (host string, port int, err error) {
	text = strings.TrimSpace(text)
	if err := printable(text); err != nil {
		return "", 0, err
	}
	if err := smtpcheck.CheckHost(text); strings.Contains(text, "@") {
		return "", 0, err
	}
	if strings.Contains(text, "://") { // not quoted: it may contain a password
		return "", 0, errors.New("the host alone is needed, such as smtp.example.com, not a URL")
	}
	if host, port, err = splitPort(text); err != nil {
		return "", 0, err
	}
	host = strings.TrimSuffix(host, ".")
	return host, port, smtpcheck.CheckHost(host)
}

// loginIn is where a user, a password or both stand before what should be a host.
func loginIn(host string) (from, to int) {
	if from, to = text.Login(host); from == to {
		return 0, strings.LastIndex(host, "@") + 1
	}
	return from, to
}

func withoutLogin(host string) string {
	from, to := loginIn(host)
	return host[:from] + host[to:]
}

// hideLogin is a host as it is shown while it is typed.
func hideLogin(host string) string {
	from, to := loginIn(host)
	return host[:from] + strings.Repeat("•", len([]rune(host[from:to]))) + host[to:]
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
