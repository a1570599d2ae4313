package smtpcheck

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"smtp-wizard/internal/text"
)

// CheckHost accepts host names and address literals; also underscores, which compose
// services may have.
func CheckHost(host string) error {
	if a, err := netip.ParseAddr(host); err == nil {
		if a.Zone() != "" {
			return checkLabel(a.Zone()) // the name of a network interface
		}
		return nil
	}
	switch {
	case host == "":
		return errors.New("the relay's host is needed, such as smtp.example.com")
	case text.WithoutLogin(host) != host:
		return errors.New("a user or password is no part of the host; the host alone is needed, such as smtp.example.com")
	case strings.Contains(host, "@"):
		return errors.New("that is a mail address; the relay's host is needed, such as smtp.example.com")
	case strings.ContainsAny(host, " \t"):
		return errors.New("a host has no spaces")
	case len(host) > 253:
		return errors.New("a host name has at most 253 characters")
	}
	for _, label := range strings.Split(host, ".") {
		if err := checkLabel(label); err != nil {
			return err
		}
	}
	if digits := strings.Trim(host, "0123456789."); digits == "" {
		return fmt.Errorf("%s is not a complete IPv4 address", host)
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
			return fmt.Errorf("a host name cannot contain %q; names in other scripts are written in their xn-- form", r)
		}
	}
	return nil
}

// CheckAddress accepts a bare mail address for the envelope (RFC 5321 section 4.1.2).
func CheckAddress(address string) error {
	at := strings.LastIndex(address, "@")
	switch {
	case at < 0:
		return fmt.Errorf("there is no @ in %s; an address is needed, such as id@example.com", address)
	case at == 0 || at == len(address)-1:
		return errors.New("an address has a name before the @ and a domain after it")
	case strings.ContainsAny(address, " \t,;<>"):
		return errors.New("one address is needed, without spaces or brackets")
	case at > 64:
		return errors.New("the part before the @ has at most 64 characters")
	case strings.IndexFunc(address, func(r rune) bool { return r > 0x7e }) >= 0:
		return errors.New("only plain ASCII addresses can be used; a domain in another script is written in its xn-- form")
	case strings.Contains(address[:at], "@"):
		return errors.New("an address has one @")
	}
	domain := address[at+1:]
	if strings.HasPrefix(domain, "[") && strings.HasSuffix(domain, "]") {
		return nil
	}
	if err := CheckHost(domain); err != nil {
		return fmt.Errorf("the domain after the @: %w", err)
	}
	return nil
}

// ParseAddress parses a bare mail address.
func ParseAddress(address string) (string, error) {
	address = strings.TrimSpace(address)
	switch err := text.Printable(address); {
	case err != nil:
		return "", err
	case address == "":
		return "", errors.New("an address is needed, such as id@example.com")
	case strings.ContainsAny(address, "<>"):
		return "", errors.New("one bare address is needed, such as id@example.com")
	}
	return address, CheckAddress(address)
}

// ParseRelay parses a host name, an address literal or host:port; without a port it
// returns 0.
func ParseRelay(relay string) (host string, port int, err error) {
	relay = strings.TrimSpace(relay)
	if err := text.Printable(relay); err != nil {
		return "", 0, err
	}
	if err := CheckHost(relay); strings.Contains(relay, "@") {
		return "", 0, err
	}
	if strings.Contains(relay, "://") { // not quoted: it may contain a password
		return "", 0, errors.New("the host alone is needed, such as smtp.example.com, not a URL")
	}
	if host, port, err = splitPort(relay); err != nil {
		return "", 0, err
	}
	host = strings.TrimSuffix(host, ".")
	return host, port, CheckHost(host)
}

// splitPort splits host:port but leaves a bare IPv6 address whole.
func splitPort(relay string) (string, int, error) {
	if _, err := netip.ParseAddr(relay); err == nil {
		return relay, 0, nil
	}
	if strings.HasPrefix(relay, "[") && strings.HasSuffix(relay, "]") {
		return strings.Trim(relay, "[]"), 0, nil
	}
	if !strings.Contains(relay, ":") {
		return relay, 0, nil
	}
	host, digits, err := net.SplitHostPort(relay)
	if err != nil {
		return "", 0, errors.New("an IPv6 address with a port is written [2001:db8::1]:587")
	}
	port, err := ParsePort(digits)
	return host, port, err
}

// ParsePort parses a TCP port.
func ParsePort(digits string) (int, error) {
	digits = strings.TrimSpace(digits)
	port, err := strconv.Atoi(digits)
	switch {
	case digits == "":
		return 0, errors.New("a port is needed; the usual ones are 587 and 465")
	case err != nil || strings.ContainsAny(digits, "+-"):
		return 0, errors.New("a port is a number; the usual ones are 587 and 465")
	case port < 1 || port > 65535:
		return 0, fmt.Errorf("%d is not a port: ports go from 1 to 65535", port)
	}
	return port, nil
}
