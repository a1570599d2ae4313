package pocketid

import (
	"fmt"
	"strings"
	"testing"

	"smtp-wizard/internal/steptest"
)

func TestPocketIDDocument(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# What Pocket ID announces\n\nA mail client tells the relay its name in EHLO, once before and once after STARTTLS. " +
		"This is what each version of Pocket ID announces; \"its hostname\" is what os.Hostname() returns in its container or on its machine. " +
		"No version has a variable for it.\n\n| Pocket ID | TLS none or implicit | STARTTLS |\n|---|---|---|\n")
	b.WriteString(announcedTable())
	b.WriteString("\n## How we know\n\n")
	ways := map[evidence]string{
		inferred: "Inferred: neither source nor program was available. `smtp-wizard listen` shows what yours announces.",
		read:     "From the source, at the tags of these versions.",
		run:      "One of these releases was run against a recording relay; the others have the same mail code.",
	}
	for i, c := range clients {
		fmt.Fprintf(&b, "- **%s**: %s", versions(i), ways[c.known])
		if c.brokenStartTLS != "" {
			fmt.Fprintf(&b, " STARTTLS ends with `%s`, whatever the relay says.", c.brokenStartTLS)
		}
		if c.speech.Note != "" && c.known != inferred {
			b.WriteString(" " + c.speech.Note)
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## What to do about a relay that refuses the name\n\n")
	for i, c := range clients {
		v := c.since
		v.Exact = true
		fmt.Fprintf(&b, "- **%s**, with STARTTLS: %s\n", versions(i), Refusal{Version: v, TLS: "starttls", AtEHLO: true, FullName: "id.example.com"}.Cure())
	}
	steptest.Document(t, "pocket-id.md", b.String())
}
