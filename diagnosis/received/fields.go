package received

import (
	"cmp"
	"mime"
	"net/mail"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/internal/lazy"
	"smtp-wizard/internal/text"
)

// What is looked at, at most.
const (
	mostFields = 1000
	mostValue  = 8 << 10
	mostLines  = 5000
)

// field is one header field, its name in lower case and its value unfolded.
type field struct{ name, value string }

var (
	quoted     = lazy.Compile(`^[ \t]*(?:> ?)+`)
	fieldStart = lazy.Compile(`^([A-Za-z][A-Za-z0-9_-]{0,60})[ \t]?:`)
	// begins are the fields that a block of headers begins with.
	begins = lazy.Compile(`(?i)^(?:received|(?:arc-|x-(?:[a-z]+-)?)?authentication-results|received-spf|return-path|delivered-to|` +
		`envelope-to|arc-[a-z-]+|dkim-[a-z]+|from|to|date|subject|message-id|mime-version|x-[a-z0-9_-]+)[ \t]?:`)
	// bare is the value of Authentication-Results without its name.
	bare = lazy.Compile(`^\s*(?:[\w.-]+;\s*)?(?:spf|dkim|dmarc)=\w+[^\n]*[;\s](?:spf|dkim|dmarc)=\w`)
	// refusal is a reply ahead of the headers: they are then only quoted.
	refusal = lazy.Compile(`\b[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b`)
)

// bounces have one of these fields (RFC 3464).
var bounces = []string{"diagnostic-code:", "final-recipient:", "reporting-mta:", "x-failed-recipients:"}

// fields takes a paste apart: the headers of a mail, quoted or indented, with more
// or less of what stood around them. ok is false where it is something else.
func fields(pasted string) (head []field, ok bool) {
	pasted = pasted[:min(len(pasted), reading.MaxText)]
	pasted = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\ufeff", "").Replace(pasted)
	if bare.MatchString(pasted) {
		pasted = "Authentication-Results: " + strings.TrimSpace(pasted)
	}
	lower := strings.ToLower(pasted)
	if slices.ContainsFunc(bounces, func(field string) bool { return strings.Contains(lower, field) }) {
		return nil, false
	}
	lines := unindent(strings.SplitN(pasted, "\n", mostLines))
	double := doubleSpaced(lines)
	inside := false
	for i, line := range lines {
		name := fieldStart.FindStringSubmatch(line)
		blank := line == "" || !inside && strings.TrimSpace(line) == ""
		switch {
		case !inside && !begins.MatchString(line):
			if refusal.MatchString(line) || i > 100 {
				return nil, false
			}
			continue
		case blank && double:
			continue
		case blank || len(head) == mostFields:
			return head, !isReport(head)
		case name != nil && !strings.HasPrefix(line[len(name[0]):], "//"):
			inside = true
			head = append(head, field{strings.ToLower(name[1]), clean(line[len(name[0]):])})
		case len(head) > 0:
			if last := &head[len(head)-1]; len(last.value) < mostValue {
				last.value += " " + clean(line)
			}
		}
	}
	return head, len(head) > 0 && !isReport(head)
}

func clean(line string) string {
	return strings.TrimSpace(text.Clean(line[:min(len(line), mostValue)]))
}

// unindent takes off the marks of a quotation, and the indentation that all fields
// have in common.
func unindent(lines []string) []string {
	common := -1
	for i, line := range lines {
		line = line[len(quoted.FindString(line)):]
		lines[i] = line
		bare := strings.TrimLeft(line, " \t")
		if indent := len(line) - len(bare); i < 200 && begins.MatchString(bare) && (common < 0 || indent < common) {
			common = indent
		}
	}
	for i, line := range lines {
		lines[i] = line[min(max(common, 0), len(line)-len(strings.TrimLeft(line, " \t"))):]
	}
	return lines
}

// doubleSpaced reports whether a blank line follows every line, as some web pages
// paste.
func doubleSpaced(lines []string) bool {
	lines = lines[:min(len(lines), 40)]
	blank := 0
	for i := 1; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) == "" && strings.TrimSpace(lines[i-1]) != "" {
			blank++
		}
	}
	return blank > 3 && blank*5 >= len(lines)*2
}

var daemon = lazy.Compile(`(?i)mailer-daemon|mail delivery (?:sub)?system`)

// isReport tells reports about a mail from mail.
func isReport(head []field) bool {
	kind, _ := first(head, "content-type")
	from, _ := first(head, "from")
	path, _ := first(head, "return-path")
	return strings.Contains(strings.ToLower(kind), "delivery-status") || daemon.MatchString(from) ||
		path == "<>" && has(head, "auto-submitted")
}

// fromDomain is the domain of the From field, which may be encoded or malformed.
func fromDomain(head []field) string {
	value, _ := first(head, "from")
	if a, err := (&mail.AddressParser{WordDecoder: new(mime.WordDecoder)}).Parse(value); err == nil {
		return domainOf(a.Address)
	}
	at := strings.LastIndex(value, "@")
	if at < 0 {
		return ""
	}
	return domainOf(strings.FieldsFunc(value[at:]+" ", func(r rune) bool { return strings.ContainsRune(` <>,;")`, r) })[0])
}

var hostname = lazy.Compile(`^[\pL\pN](?:[\pL\pN_-]*[.]?)*$`)

// domainOf is the domain of an address, or the domain itself; "" where it is none.
func domainOf(address string) string {
	address = strings.ToLower(strings.Trim(address[strings.LastIndex(address, "@")+1:], ` <>"'.,`))
	if len(address) > 253 || !hostname.MatchString(address) {
		return ""
	}
	return address
}

// organization is the registered domain that a host or a mail domain belongs to; ""
// for internal names, addresses and public suffixes.
func organization(host string) string {
	host = domainOf(host)
	suffix, icann := publicsuffix.PublicSuffix(host)
	if !icann && !strings.Contains(suffix, ".") && suffix != "example" && suffix != "test" {
		return ""
	}
	org, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return ""
	}
	return org
}

// operator is who runs a host.
func operator(host string) string {
	org := organization(host)
	return cmp.Or(known().Operators[org], org)
}

// alignment compares a domain with that of From (RFC 7489 section 3.1).
func alignment(domain, from string) string {
	switch {
	case domain == "" || from == "":
		return ""
	case domain == from:
		return "strict"
	case organization(domain) != "" && organization(domain) == organization(from):
		return "relaxed"
	}
	return "none"
}
