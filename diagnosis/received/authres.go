package received

import (
	"cmp"
	"strings"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/internal/lazy"
	"smtp-wizard/internal/text"
)

// Check is one result, in the words of RFC 8601: pass, fail, softfail, neutral,
// none, temperror, permerror.
type Check struct {
	Method      string `json:"method"`
	Result      string `json:"result"`
	Domain      string `json:"domain,omitempty"`
	Alignment   string `json:"alignment,omitempty"` // with From: strict, relaxed or none
	Selector    string `json:"selector,omitempty"`
	IP          string `json:"ip,omitempty"`
	Policy      string `json:"policy,omitempty"`      // the domain's DMARC policy
	Disposition string `json:"disposition,omitempty"` // what the receiver did because of it
	Reason      string `json:"reason,omitempty"`
	Source      string `json:"source"` // who or which field says so
}

var (
	methodValue = lazy.Compile(`^([A-Za-z][\w.-]*)(?:/\d+)?\s*=\s*([\w-]+)(.*)$`)
	property    = lazy.Compile(`(?i)^(?:(?:smtp|header|policy|body)\.[\w-]+|reason)=`)
)

// parseResults reads the value of an Authentication-Results field (RFC 8601 section
// 2.2) and what large receivers write instead: Microsoft no authserv-id, Yahoo a
// domain ahead of each method. Comments may stand anywhere.
func parseResults(value, source string) (id string, all []Check) {
	from := ""
	for i, s := range segments(value) {
		words, rest := strings.Fields(s.text), strings.TrimSpace(s.text)
		if i == 0 && len(words) > 0 && !strings.Contains(words[0], "=") {
			id, rest = domainOf(words[0]), strings.TrimSpace(strings.TrimPrefix(rest, words[0]))
		}
		m := methodValue.FindStringSubmatch(rest)
		if m == nil {
			continue
		}
		if m[1] == "from" {
			from = m[2] + m[3]
			continue
		}
		props := map[string]string{}
		name := ""
		for _, word := range strings.Fields(m[3]) {
			before, v, ok := strings.Cut(word, "=")
			switch {
			case name != "" && !property.MatchString(word): // the line was broken behind the equals sign
				v = word
			case ok:
				name = before
			default:
				continue
			}
			if v != "" {
				props[strings.ToLower(name)], name = strings.ReplaceAll(v, quotedBlank, " "), ""
			}
		}
		props["header.d"] = cmp.Or(props["header.d"], from)
		all = append(all, newCheck(m[1], m[2], s.comment, source, props))
	}
	return id, all
}

// segment is what stands between two semicolons, its comments apart.
type segment struct{ text, comment string }

// quotedBlank is a blank in a quoted string, until the words are parted.
const quotedBlank = "\x00"

func segments(value string) (all []segment) {
	var words, comment strings.Builder
	depth, inQuotes := 0, false
	comments := strings.Count(value, "(") <= strings.Count(value, ")")
	for _, c := range value + ";" {
		switch {
		case depth == 0 && c == '"':
			inQuotes = !inQuotes
		case inQuotes && c == ' ':
			words.WriteString(quotedBlank)
		case comments && !inQuotes && c == '(':
			depth++
			words.WriteRune(' ')
			comment.WriteRune(' ')
		case depth > 0 && c == ')':
			depth--
		case depth > 0:
			comment.WriteRune(c)
		case c == ';' && !inQuotes:
			all = append(all, segment{words.String(), strings.TrimSpace(comment.String())})
			words.Reset()
			comment.Reset()
		default:
			words.WriteRune(c)
		}
	}
	return all
}

// newCheck keeps of a result what is to be shown: no local part of an address.
func newCheck(method, value, comment, source string, props map[string]string) Check {
	of := func(names ...string) (v string) {
		for _, n := range names {
			v = cmp.Or(v, props[n])
		}
		return v
	}
	inComment := func(r *lazy.Regexp) string {
		if m := r.FindStringSubmatch(comment); m != nil {
			return m[1]
		}
		return ""
	}
	method, value = strings.ToLower(method), strings.ToLower(value)
	c := Check{Method: method, Result: cmp.Or(known().Results[value], value), Source: source}
	switch method {
	case "spf":
		c.Domain = domainOf(of("smtp.mailfrom", "smtp.mail", "smtp.helo"))
		c.IP = address(of("smtp.remote-ip", "smtp.client-ip") + " " + comment)
	case "dkim":
		c.Domain, c.Selector = domainOf(of("header.d", "header.i")), domainOf(of("header.s", "x-selector"))
		if c.Result == "softfail" {
			c.Result = "fail"
		}
	case "dmarc":
		c.Domain = domainOf(of("header.from"))
		c.Policy = domainOf(cmp.Or(of("policy.published-domain-policy"), inComment(policy)))
		c.Disposition = domainOf(cmp.Or(inComment(disposition), of("policy.applied-disposition", "action")))
	}
	if c.Domain == "none" {
		c.Domain = ""
	}
	if c.Result != "pass" || method == "compauth" {
		c.Reason = reason(of("reason"), comment)
	}
	return c
}

var (
	disposition = lazy.Compile(`(?i)\b(?:dis|d)=(\w+)`)
	policy      = lazy.Compile(`(?i)(?:^|[ ,])(?:p|policy)=(none|quarantine|reject)\b`)
	localPart   = lazy.Compile(`[^\s<>("']+@`)
	tells       = lazy.Compile(`(?i)fail|verif|mismatch|key|sign|hash|align|expired|invalid|not|\bno |error|guess|look-?up|multiple`)
)

// reason is why, in the receiver's words.
func reason(stated, comment string) string {
	if stated == "" && tells.MatchString(comment) {
		stated = comment
	}
	stated = localPart.ReplaceAllString(strings.Join(strings.Fields(stated), " "), "")
	return text.Shorten(reading.HideCredentials(stated), 160)
}
