// Package deliverability looks at the DNS records by which receivers judge a
// mail: SPF, DMARC and MX of the From domain, and the reverse DNS of a machine
// that delivers without a login. What it finds is advice and never an error: a
// relay that took a message took it.
package deliverability

import "smtp-wizard/smtpcheck"

// Level is what a hint means to the admin.
type Level string

// The levels.
const (
	Good    Level = "good"    // nothing to do
	Advice  Level = "advice"  // mail may end in the spam folder, or be refused
	Unknown Level = "unknown" // DNS did not answer, or cannot tell
)

// Hint is one finding: a sentence or two, with the record to add where it is
// known. Text is safe to show.
type Hint struct {
	ID    string // spf, dmarc, mx, reverse-dns or foreign-domain
	Level Level
	Text  string
}

func hint(id string, level Level, text string) Hint { return Hint{id, level, text} }

// unanswered is said of a look-up without a result.
func unanswered(id, what string) Hint {
	return hint(id, Unknown, "DNS gave no answer about "+what+".")
}

// The most that is shown of a record, in bytes, and of a name (RFC 1035 section
// 2.3.4).
const (
	mostShown = 200
	mostName  = 253
)

// shown makes text from the DNS safe to show; what is too long is cut.
func shown(text string, most int) string {
	if len(text) > most {
		text = text[:most] + "..."
	}
	return smtpcheck.Clean(text)
}
