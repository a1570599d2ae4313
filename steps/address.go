package steps

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
)

// parseAddress reads a bare mail address as SMTP's envelope takes it (RFC 5321
// section 4.1.2). From "Name <a@b>" it takes a@b and reports that it did.
func parseAddress(text string) (address string, named bool, err error) {
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
		return parsed.Address, true, checkAddress(parsed.Address)
	}
	return text, false, checkAddress(text)
}

func checkAddress(address string) error {
	at := strings.LastIndex(address, "@")
	switch {
	case at < 0:
		return fmt.Errorf("there is no @ in %s; an address is needed, such as id@example.com", address)
	case at == 0 || at == len(address)-1:
		return errors.New("an address has a name before the @ and a domain after it")
	case strings.ContainsAny(address, " \t,;<>"):
		return errors.New("one address is needed, without spaces or brackets")
	case at > 64:
		return errors.New("the part before the @ has 64 characters at most")
	}
	for _, r := range address {
		if r > 0x7e {
			return errors.New("only plain ASCII addresses can be used; a domain in another script is written in its xn-- form")
		}
	}
	if strings.Contains(address[:at], "@") {
		return errors.New("an address has one @")
	}
	domain := address[at+1:]
	if strings.HasPrefix(domain, "[") && strings.HasSuffix(domain, "]") {
		return nil
	}
	if err := checkHost(domain); err != nil {
		return fmt.Errorf("the domain after the @: %w", err)
	}
	return nil
}
