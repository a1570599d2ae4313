package smtpcheck

// Reply is what a relay answered (RFC 5321 section 4.2), already safe to show:
// control characters, escape sequences and invalid UTF-8 are gone from Lines.
type Reply struct {
	// Code is the three-digit reply code.
	Code int
	// Enhanced is the enhanced status code such as "4.7.0" (RFC 3463), or "".
	Enhanced string
	// Lines are the texts, without code and separator, one a line; the first
	// keeps the enhanced status code.
	Lines []string
}
