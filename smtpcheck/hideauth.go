package smtpcheck

import (
	"regexp"
	"strings"
)

// authArgument is AUTH, a mechanism, and what follows (RFC 4954 section 4).
var authArgument = regexp.MustCompile(`(?i)\b(AUTH\s+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|DIGEST-MD5|NTLM|GSSAPI|SCRAM-[A-Z0-9-]+)\s+["'<(]?)([^\s"'<>()]+)`)

// authProse are words that follow AUTH and a mechanism in a sentence, and the
// mechanisms that follow it in an offer.
var authProse = regexp.MustCompile(`(?i)^(?:[a-z]{1,3}|plain|login|failed|failure|command|mechanism|method|authentication|unsupported|disabled|unavailable|required|requires|cram-md5|digest-md5|xoauth2?|ntlm|gssapi|external|anonymous|oauthbearer|scram-[a-z0-9-]*)[.,:;!]*$`)

// HideAuth masks the argument of each AUTH command in a text, whatever it is, so
// "AUTH PLAIN ***". Sentences about AUTH and the offer of a relay stay as they are.
func HideAuth(text string) string {
	return authArgument.ReplaceAllStringFunc(text, func(found string) string {
		parts := authArgument.FindStringSubmatch(found)
		if authProse.MatchString(parts[2]) || strings.HasPrefix(parts[2], Masked) {
			return found
		}
		return parts[1] + Masked
	})
}
