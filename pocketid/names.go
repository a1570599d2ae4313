package pocketid

import (
	"net/netip"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"smtp-wizard/internal/lazy"
)

// Grade is how likely relays are to accept a name in EHLO.
type Grade int

// The grades, best first.
const (
	GradeOK        Grade = iota // a proper FQDN
	GradeSometimes              // valid, but generic or without a domain: some relays refuse it
	GradeBad                    // not a domain name at all
)

// NameCheck judges the form of a name, without asking a relay.
type NameCheck struct {
	Grade   Grade
	Reason  string // one sentence; "" for GradeOK
	Suggest string // what was probably meant, or ""
}

func bad(reason, suggest string) NameCheck { return NameCheck{GradeBad, reason, suggest} }

// CheckName judges a name for use in EHLO: RFC 5321 section 4.1.2 requires a Domain of
// labels of letters, digits and hyphens (RFC 1035 section 2.3.1), at most 63 bytes each
// and 255 in total; relays want at least one dot.
func CheckName(name string) NameCheck {
	if check := notAName(name); check.Reason != "" {
		return check
	}
	if strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
		return checkIDN(name)
	}
	if problem := labelProblem(name); problem != "" {
		suggest := strings.ReplaceAll(name, "_", "-")
		if labelProblem(suggest) != "" {
			suggest = ""
		}
		return bad(problem, suggest)
	}
	return checkGeneric(strings.ToLower(name))
}

// notAName recognizes what people type instead of a name.
func notAName(name string) NameCheck {
	switch {
	case name == "":
		return bad("A name is needed, such as mail.example.com.", "")
	case strings.ContainsFunc(name, unicode.IsControl):
		return bad("The name must be one line without control characters.", "")
	case len(name) > 255:
		return bad("The name is too long: 255 characters are the limit.", "")
	case strings.Contains(name, "://"):
		return meant("That is a URL", hostOfURL(name))
	case strings.HasPrefix(name, "[") || isAddress(name):
		return bad("An IP address is not a name; Pocket ID announces a hostname.", "")
	case strings.Contains(name, "@"):
		return meant("That is a mail address", name[strings.LastIndex(name, "@")+1:])
	case strings.ContainsFunc(name, unicode.IsSpace):
		return meant("The name must not contain spaces", strings.Join(strings.Fields(name), ""))
	case strings.ContainsAny(name, "/:"):
		return meant("Only the name is needed, without port or path", hostOfURL(name))
	case strings.HasSuffix(name, ".") && name != ".":
		return meant("The name must not end with a dot", strings.TrimRight(name, "."))
	}
	return NameCheck{}
}

// meant suggests what was probably meant, if that is usable.
func meant(what, suggest string) NameCheck {
	if suggest == "" || labelProblem(suggest) != "" || isAddress(suggest) {
		return bad(what+"; a name such as mail.example.com is needed.", "")
	}
	return bad(what+"; the name is "+suggest+".", suggest)
}

func checkIDN(name string) NameCheck {
	ascii, err := idna.Lookup.ToASCII(name)
	if err != nil || labelProblem(ascii) != "" {
		return bad("The name has characters that no domain name can have.", "")
	}
	return bad("EHLO allows only ASCII; the same name in ASCII is "+ascii+".", ascii)
}

// labelProblem says what is wrong with the labels of an ASCII name, or "".
func labelProblem(name string) string {
	labels := strings.Split(name, ".")
	for _, label := range labels {
		switch {
		case label == "":
			return "The name has an empty part between two dots."
		case len(label) > 63:
			return "A part of the name is longer than 63 characters."
		case strings.Contains(label, "_"):
			return "A host name must not contain an underscore."
		case strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-"):
			return "A part of the name must not begin or end with a hyphen."
		case !plainLabel.MatchString(label):
			return "Only letters, digits, hyphens and dots are allowed."
		}
	}
	if len(labels) > 1 && strings.Trim(labels[len(labels)-1], "0123456789") == "" {
		return "The last part of the name must not be a number."
	}
	return ""
}

var plainLabel = lazy.Compile(`^[A-Za-z0-9-]+$`)

// checkGeneric grades a well-formed, lower-case name.
func checkGeneric(name string) NameCheck {
	sometimes := func(reason string) NameCheck { return NameCheck{Grade: GradeSometimes, Reason: reason} }
	switch {
	case name == "localhost":
		return sometimes("Every machine is called localhost; many relays refuse it.")
	case !strings.Contains(name, "."):
		return sometimes("The name has no domain; relays that require an FQDN refuse it.")
	}
	for _, suffix := range known().PrivateSuffixes {
		if strings.HasSuffix(name, "."+suffix) {
			return sometimes("Names under ." + suffix + " exist only in a private network; some relays refuse them.")
		}
	}
	return NameCheck{Grade: GradeOK}
}

func isAddress(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}
