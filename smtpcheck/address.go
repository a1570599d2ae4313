package smtpcheck

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"smtp-wizard/internal/text"
)

// CheckHost accepts host names, with underscores too since compose services may
// have them, and address literals.
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

// CheckAddress accepts a bare mail address as SMTP's envelope takes it (RFC 5321
// section 4.1.2).
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
