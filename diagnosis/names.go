package diagnosis

import (
	"net"
	"regexp"
	"strings"
)

var (
	containerID = regexp.MustCompile(`^[0-9a-f]{12}$`)
	heloQuoted  = regexp.MustCompile(`(?i)<([^<>\s]{1,255})>:? *Helo command rejected`)
)

// GenericName reports whether a relay can tell nothing from an EHLO name:
// localhost, a name without a dot, a container id, an address literal, or a
// name below .local, .localdomain, .internal or .lan.
func GenericName(name string) bool {
	n := strings.ToLower(strings.TrimSuffix(name, "."))
	if n == "" || strings.HasPrefix(n, "[") || net.ParseIP(n) != nil || containerID.MatchString(n) {
		return true
	}
	if !strings.Contains(n, ".") {
		return true
	}
	for _, end := range []string{".localhost", ".localdomain", ".local", ".internal", ".lan"} {
		if strings.HasSuffix(n, end) {
			return true
		}
	}
	return false
}

// badName reports whether an EHLO name breaks the syntax of RFC 5321 section
// 4.1.2, as an underscore from a compose project does.
func badName(name string) bool {
	if strings.HasPrefix(name, "[") && strings.HasSuffix(name, "]") {
		return false
	}
	return name != "" && strings.ContainsFunc(name, func(r rune) bool {
		return !(r == '.' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
	})
}

// quotedHelo is the EHLO name that a Postfix refusal quotes.
func quotedHelo(text string) string {
	if m := heloQuoted.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}
