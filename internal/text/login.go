package text

import (
	"net/netip"
	"strings"
)

// Login is where a user and a password stand in what should be a host or a URL, such as
// user:password@host, which may be half typed; from and to are the same where there is
// none. What is in doubt is one, but not a bare mail address.
func Login(s string) (from, to int) {
	if i := strings.Index(s, "://"); i >= 0 {
		from = i + len("://")
	}
	rest := s[from:]
	at, colon := strings.LastIndexByte(rest, '@'), strings.IndexByte(rest, ':')
	switch {
	case at >= 0 && (from > 0 || colon >= 0 && colon < at):
		return from, from + at + 1
	case at >= 0 || colon < 0 || isPort(rest[colon+1:]) || isIPv6(rest):
		return 0, 0
	}
	return from + colon, len(s)
}

// WithoutLogin is a host, or a URL, without the user and password in it.
func WithoutLogin(s string) string {
	from, to := Login(s)
	return s[:from] + s[to:]
}

// isPort reports whether this can be what follows the colon behind a host.
func isPort(s string) bool {
	digits := strings.TrimLeft(s, "0123456789")
	return len(s)-len(digits) <= len("65535") && (digits == "" || digits[0] == '/')
}

// isIPv6 reports whether this is an IPv6 address, or may become one.
func isIPv6(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil || strings.HasPrefix(s, "[") || strings.Count(s, ":") > 1 && strings.Trim(s, "0123456789abcdefABCDEF:.") == ""
}
