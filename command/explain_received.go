package command

import (
	"cmp"
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
	return receivedJSON{explainJSON{true, r.Diagnosis, r.Stages, ""}, r.Auth, r.Path, r.Spam, r.Problems}
}

func (r receivedJSON) print(w io.Writer) {
	fmt.Fprintf(w, "A mail of %s, received by %s\n", cmp.Or(r.Auth.From, "an unknown domain"), cmp.Or(r.Auth.Receiver, "an unknown server"))
	line := func(what, result string, details ...string) {
		fmt.Fprintf(w, "  %-9s %-9s %s\n", what, result, strings.Join(strings.Fields(strings.Join(details, " ")), " "))
	}
	alignments := map[string]string{"strict": "(as in From)", "relaxed": "(same organization as From)", "none": "(not the domain of From)"}
	for _, c := range r.Auth.Checks() {
		line(c.Method, c.Result, c.Selector, c.Domain, alignments[c.Alignment], c.IP, c.Reason)
	}
	for _, f := range r.Spam {
		line("filter", cmp.Or(f.Verdict, "-"), f.Name, f.Points(), strings.Join(f.Says, ", "))
	}
	for _, h := range r.Path {
		took := ""
		if h.Skewed {
			took = "clock?"
		} else if h.DelaySeconds != nil {
			took = fmt.Sprintf("%d s", *h.DelaySeconds)
		}
		line("path", took, cmp.Or(h.From, "?"), "→", cmp.Or(h.By, "?"))
	}
	if len(r.Problems) == 0 {
		r.Problems = list[received.Problem]{{Cause: r.Cause, Fix: r.Fix}}
	}
	for _, p := range r.Problems {
		printLabeled(w, "Why", p.Cause)
		printLabeled(w, "Do this", p.Fix)
	}
}
