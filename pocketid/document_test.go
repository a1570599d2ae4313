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
		"This is what each version of Pocket ID says there; \"its hostname\" is what os.Hostname() returns inside its container or on its machine. " +
		"No version has a variable for it.\n\n| Pocket ID | TLS none or implicit | STARTTLS |\n|---|---|---|\n")
	b.WriteString(announcedTable())
	b.WriteString("\n## How this is known\n\n")
	ways := map[evidence]string{
		inferred: "Inferred: neither its source nor the program could be had. `smtp-wizard listen` shows what yours says.",
		read:     "Read in its source, at the tags of these versions.",
		run:      "One of its releases was run: its mail code was seen on the wire, against a recording relay. The code is the same in the others.",
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
