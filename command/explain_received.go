package command

import (
	"fmt"
	"io"
	"strings"

	"smtp-wizard/diagnosis/received"
)

// receivedJSON is the JSON of explain for the headers of a mail that has arrived.
type receivedJSON struct {
	explainJSON
	Auth     received.Auth          `json:"auth"`
	Path     list[received.Hop]     `json:"path"`
	Spam     list[received.Filter]  `json:"spam"`
	Problems list[received.Problem] `json:"problems"`
}

func newReceivedJSON(r received.Report) receivedJSON {
	return receivedJSON{explainJSON{true, newDiagnosisJSON(r.Diagnosis), stageNames(r.Stages), ""}, r.Auth, r.Path, r.Spam, r.Problems}
}

func (r receivedJSON) print(w io.Writer) {
	fmt.Fprintf(w, "Received by %s, from %s\n", orUnknown(r.Auth.Receiver), orUnknown(r.Auth.From))
	checks := r.Auth.DKIM
	for _, c := range []*received.Check{r.Auth.SPF, r.Auth.DMARC, r.Auth.Composite} {
		if c != nil {
			checks = append(checks, *c)
		}
	}
	for _, c := range checks {
		fmt.Fprintf(w, "  %-8s %-9s %s\n", c.Method, c.Result, strings.Join(strings.Fields(strings.Join(
			[]string{c.Domain, labeled("selector", c.Selector), c.IP, labeled("alignment", c.Alignment), c.Reason}, " ")), " "))
	}
	for _, f := range r.Spam {
		fmt.Fprintf(w, "  %-8s %-9s %s\n", "filter", f.Verdict, f.Name+" "+strings.Join(f.Says, ", "))
	}
	for _, h := range r.Path {
		fmt.Fprintf(w, "  %-8s %-9s %s -> %s\n", "path", delay(h), orUnknown(h.From), orUnknown(h.By))
	}
	for _, p := range r.Problems {
		printLabeled(w, "Why", p.Cause)
		printLabeled(w, "Do this", p.Fix)
	}
	if len(r.Problems) == 0 {
		printLabeled(w, "Why", r.Cause)
		printLabeled(w, "Do this", r.Fix)
	}
}

func orUnknown(s string) string {
	if s == "" {
		return "an unknown host"
	}
	return s
}

func labeled(label, s string) string {
	if s == "" {
		return ""
	}
	return label + " " + s
}

// delay is the time since the hop before, if the clocks allow it.
func delay(h received.Hop) string {
	switch {
	case h.Skewed:
		return "?"
	case h.DelaySeconds == nil:
		return ""
	}
	return fmt.Sprintf("%d s", *h.DelaySeconds)
}
