package diagnosis

import "regexp"

const masked = "***"

var (
	authBlob   = regexp.MustCompile(`(?i)\b(AUTH\s+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5)\s+)[A-Za-z0-9+/=_-]{4,}`)
	assigned   = regexp.MustCompile(`(?i)((?:pass(?:word|wd|phrase)?|secret|api[_-]?key|auth[_-]?token)["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s"',;&]+)`)
	userinfo   = regexp.MustCompile(`(://[^/\s:@]{1,200}:)[^@\s/]{1,200}@`)
	credential = regexp.MustCompile(`^["']?[A-Za-z0-9+/_-]{2,}={0,2}(?:\\r\\n)?["']?$`)
)

// authWords are words that follow AUTH PLAIN or AUTH LOGIN in sentences.
var authWords = regexp.MustCompile(`(?i)^(?:is|was|not|and|or|but|only|login|plain|failed|failure|command|mechanism|method|authentication|cram-md5|xoauth2|ntlm|oauthbearer|scram[a-z0-9-]*)$`)

// hideCredentials masks what a log may hold of them: the blob of an AUTH command,
// the value of a password variable, the password in a URL.
func hideCredentials(s string) string {
	s = authBlob.ReplaceAllStringFunc(s, func(m string) string {
		parts := authBlob.FindStringSubmatch(m)
		if authWords.MatchString(m[len(parts[1]):]) {
			return m
		}
		return parts[1] + masked
	})
	s = assigned.ReplaceAllString(s, "${1}"+masked)
	return userinfo.ReplaceAllString(s, "${1}"+masked+"@")
}
