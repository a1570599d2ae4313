package diagnosis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/smtpcheck"
)

// asPasted is a refusal as it is found in a log, with its answer.
type asPasted struct {
	line   string
	answer Diagnosis
}

// TestTroubleshootingDocument makes the page on which a search engine finds a
// refusal: of each answer the words that real relays and programs used, then what
// they mean.
func TestTroubleshootingDocument(t *testing.T) {
	t.Parallel()
	byID := map[string][]asPasted{}
	for _, a := range explained() {
		if length := utf8.RuneCountInString(a.line); a.matched && a.diagnosis.Confidence != Class && length > 8 && length <= 160 {
			byID[a.diagnosis.ID] = append(byID[a.diagnosis.ID], asPasted{a.line, a.diagnosis})
		}
	}
	var ids []string
	for id, all := range byID {
		slices.SortStableFunc(all, func(a, b asPasted) int {
			return cmp.Or(cmp.Compare(b.answer.Confidence, a.answer.Confidence), cmp.Compare(len(a.line), len(b.line)), cmp.Compare(a.line, b.line))
		})
		byID[id] = slices.CompactFunc(all, func(a, b asPasted) bool { return a.line == b.line })
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var b strings.Builder
	b.WriteString("# Troubleshooting\n\nRefusals in the words of the relay or the program, as real users pasted them, with cause and cure. " +
		"Search this page for a few words of yours, or let the program do it: `smtp-wizard explain 'TEXT'`, or `docker compose logs pocket-id | smtp-wizard explain`. " +
		"\"Likely\" means that other causes are possible. " +
		"Where a relay refuses a name that nothing can change, [a relay in between](relay-in-between.md) helps.\n")
	if len(byID) < 100 {
		t.Errorf("%d answers", len(byID))
	}
	for _, stage := range smtpcheck.Stages {
		section := fmt.Sprintf("\n## At %s\n", stage)
		for _, id := range ids {
			if all := byID[id]; all[0].answer.Stage == stage {
				b.WriteString(section + describe(all))
				section = ""
			}
		}
	}
	steptest.Document(t, "troubleshooting.md", b.String())
}

func describe(all []asPasted) string {
	const most = 4
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n", code(all[0].line))
	if also := all[1:min(most, len(all))]; len(also) > 0 {
		b.WriteString("Also as:\n")
		for _, p := range also {
			fmt.Fprintf(&b, "- %s\n", code(p.line))
		}
		b.WriteString("\n")
	}
	d := all[0].answer
	cause := "Cause"
	if d.Confidence == Likely {
		cause = "Likely cause"
	}
	fmt.Fprintf(&b, "%s: %s\n\nWhat to do: %s\n", cause, prose(d.Cause), prose(d.Fix))
	return b.String()
}

// code is a text in backticks, whatever is in it.
func code(text string) string {
	if strings.Contains(text, "`") {
		return "`` " + text + " ``"
	}
	return "`" + text + "`"
}

// prose keeps a placeholder such as <name> from being taken for HTML.
func prose(text string) string { return strings.NewReplacer("<", "\\<", "*", "\\*").Replace(text) }
