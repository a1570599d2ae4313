package text

import (
	"net/netip"
	"strings"
)

// Login finds a user and password in what should be a host or a URL, such as
// user:password@host, even half typed. If in doubt, it takes text for a login, except
// a bare mail address. Where there is none, from equals to.
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

// WithoutLogin is a host or URL without any user and password.
func WithoutLogin(s string) string {
	from, to := Login(s)
	return s[:from] + s[to:]
}

// isPort reports whether s can follow the colon after a host.
func isPort(s string) bool {
	digits := strings.TrimLeft(s, "0123456789")
	return len(s)-len(digits) <= len("65535") && (digits == "" || digits[0] == '/')
}

// isIPv6 reports whether s is, or may become, an IPv6 address.
func isIPv6(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil || strings.HasPrefix(s, "[") || strings.Count(s, ":") > 1 && strings.Trim(s, "0123456789abcdefABCDEF:.") == ""
}
