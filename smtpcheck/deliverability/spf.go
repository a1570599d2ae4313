package deliverability

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// SPF is a record (RFC 7208 section 4.5), its terms in order.
type SPF struct {
	Text     string
	Terms    []Term
	Redirect string // the domain of redirect=, or "" (section 6.1)
}

// Term is one mechanism (RFC 7208 section 5).
type Term struct {
	Qualifier byte   // '+' pass, '-' fail, '~' softfail, '?' neutral
	Mechanism string // all, include, a, mx, ptr, ip4, ip6 or exists
	Domain    string // its domain-spec; "" is the record's own domain
	// Prefix is the network of ip4 and ip6.
	Prefix netip.Prefix
	// Bits4 and Bits6 are how much of an address a and mx compare.
	Bits4, Bits6 int
}

// What is read of one record at most. A record that DNS carries in one UDP
// answer is far below it (RFC 7208 section 3.4).
const (
	mostRecord = 8192
	mostTerms  = 400
)

// IsSPF reports whether a TXT record is an SPF record: "v=spf1" alone or before
// a space (RFC 7208 section 4.5).
func IsSPF(txt string) bool {
	const version = "v=spf1"
	return len(txt) >= len(version) && strings.EqualFold(txt[:len(version)], version) &&
		(len(txt) == len(version) || txt[len(version)] == ' ')
}

// ParseSPF reads a record. A syntax error anywhere spoils it (RFC 7208 section
// 4.6).
func ParseSPF(txt string) (SPF, error) {
	if !IsSPF(txt) {
		return SPF{}, errors.New("it is no SPF record")
	}
	if len(txt) > mostRecord {
		return SPF{}, errors.New("it is too long")
	}
	for i := range len(txt) {
		if txt[i] < ' ' || txt[i] > '~' {
			return SPF{}, errors.New("it has characters other than printable ASCII")
		}
	}
	words := strings.Fields(txt)[1:]
	if len(words) > mostTerms {
		return SPF{}, errors.New("it has too many terms")
	}
	r := SPF{Text: txt}
	for _, word := range words {
		if err := r.add(word); err != nil {
			return SPF{}, err
		}
	}
	return r, nil
}

// add reads one term. Modifiers are name=value, mechanisms have ":" or "/" first
// (RFC 7208 section 4.6.1).
func (r *SPF) add(word string) error {
	if i := strings.IndexAny(word, ":/="); i > 0 && word[i] == '=' {
		if !strings.EqualFold(word[:i], "redirect") {
			return nil // exp= and unknown modifiers change nothing here (section 6)
		}
		if r.Redirect != "" || word[i+1:] == "" {
			return fmt.Errorf("%q is there twice or empty", shown(word, 80))
		}
		r.Redirect = fold(word[i+1:])
		return nil
	}
	t := Term{Qualifier: '+', Bits4: 32, Bits6: 128}
	body := word
	if strings.IndexByte("+-~?", word[0]) >= 0 {
		t.Qualifier, body = word[0], word[1:]
	}
	if err := t.read(body); err != nil {
		return fmt.Errorf("%q %w", shown(word, 80), err)
	}
	r.Terms = append(r.Terms, t)
	return nil
}

func (t *Term) read(body string) error {
	name, rest := body, ""
	if i := strings.IndexAny(body, ":/"); i >= 0 {
		name, rest = body[:i], body[i:]
	}
	t.Mechanism = strings.ToLower(name)
	value, given := strings.CutPrefix(rest, ":")
	switch t.Mechanism {
	case "all":
		if rest != "" {
			return errors.New("takes no value")
		}
	case "include", "exists":
		if value == "" || !given {
			return errors.New("lacks a domain")
		}
		t.Domain = fold(value)
	case "ptr":
		if rest != "" && value == "" || rest != "" && !given {
			return errors.New("lacks a domain after the colon")
		}
		t.Domain = fold(value)
	case "a", "mx":
		return t.readHosts(rest)
	case "ip4", "ip6":
		return t.readNetwork(value)
	default:
		return errors.New("is no mechanism of SPF")
	}
	return nil
}

// readHosts reads the [":" domain] ["/" bits4] ["//" bits6] of a and mx (RFC 7208
// section 5.3).
func (t *Term) readHosts(rest string) error {
	domain, given := rest, false
	if domain, given = strings.CutPrefix(rest, ":"); !given {
		domain = ""
	} else {
		rest = domain
	}
	bits := rest
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		bits = rest[i:]
		if given {
			domain = rest[:i]
		}
	} else {
		bits = ""
	}
	if given && domain == "" {
		return errors.New("lacks a domain after the colon")
	}
	t.Domain = fold(domain)
	four, six, both := strings.Cut(bits, "//")
	if both && !lengthOf(six, 128, &t.Bits6) {
		return errors.New("has a wrong prefix length")
	}
	if four != "" && !lengthOf(strings.TrimPrefix(four, "/"), 32, &t.Bits4) {
		return errors.New("has a wrong prefix length")
	}
	return nil
}

func lengthOf(text string, most int, into *int) bool {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most || text[0] == '+' || text[0] == '-' {
		return false
	}
	*into = n
	return true
}

// readNetwork reads an address with or without a prefix length (RFC 7208 section
// 5.6).
func (t *Term) readNetwork(value string) error {
	address, bits, given := strings.Cut(value, "/")
	a, err := netip.ParseAddr(address)
	if err != nil || a.Zone() != "" || a.Is4() != (t.Mechanism == "ip4") {
		return errors.New("has no address of that kind")
	}
	n := a.BitLen()
	if given && !lengthOf(bits, a.BitLen(), &n) {
		return errors.New("has a wrong prefix length")
	}
	t.Prefix = netip.PrefixFrom(a, n).Masked()
	return nil
}

// fold brings a name to the form in which names are compared.
func fold(domain string) string { return strings.TrimSuffix(strings.ToLower(domain), ".") }

// With is the record's text with one mechanism more, before its "all".
func (r SPF) With(mechanism string) string {
	words := strings.Fields(r.Text)
	at := len(words)
	for i, word := range words {
		if bare := strings.TrimLeft(strings.ToLower(word), "+-~?"); bare == "all" || strings.HasPrefix(bare, "redirect=") {
			at = i
			break
		}
	}
	out := append(append([]string{}, words[:at]...), mechanism)
	return strings.Join(append(out, words[at:]...), " ")
}

// Open reports whether the record lets every machine of the world send (+all).
func (r SPF) Open() bool {
	for _, t := range r.Terms {
		if t.Mechanism == "all" {
			return t.Qualifier == '+'
		}
	}
	return false
}
