package command

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"smtp-wizard/steps"
)

// printJSON prints one value, indented, with a line end.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// printJSONLine prints one value on one line, for a stream of them.
func printJSONLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// progress prints nothing: what happened is in the report. It is where a
// terminal could be told more.
func progress(*options) func(any) { return func(any) {} }

// printTrial is the outcome of a test for people.
func printTrial(w io.Writer, t steps.Trial, r checkResult) {
	fmt.Fprintf(w, "Speaking %s to %s, port %d (%s)\n", steps.SpeakingAs(t.Setup), t.Setup.Host, t.Setup.Port, t.Setup.TLS)
	for _, s := range r.Stages {
		fmt.Fprintf(w, "  %-4s %-9s %s (%d ms)\n", okWord(s.OK), s.Name, s.Detail, s.MS)
	}
	if len(r.Identities) > 0 {
		fmt.Fprintf(w, "\nNames, as %s judges them\n", t.Setup.Host)
		for _, one := range r.Identities {
			fmt.Fprintf(w, "  %-8s %-32s %s\n", one.Verdict, one.Name+" ("+strings.Join(one.Origin, ", ")+")", one.Reply)
		}
	}
	switch {
	case t.Diagnosis != nil:
		fmt.Fprintf(w, "\nRefused at %s: %s\nWhy      %s\nDo this  %s\n",
			r.Stage, t.Result.Failure.Error(), t.Diagnosis.Cause, t.Diagnosis.Fix)
	case t.Setup.NoSend:
		fmt.Fprintf(w, "\nEverything up to RCPT was accepted; no message was sent.\n")
	default:
		fmt.Fprintf(w, "\nThe relay took a message for %s. Its subject ends in %s.\n", t.Setup.To, t.Token)
	}
	for _, o := range r.Advice {
		if o.ID != "keep" && t.Result.Failure != nil {
			fmt.Fprintf(w, "Option   %s. %s\n", o.Title, o.Why)
		}
	}
}

func okWord(ok bool) string {
	if ok {
		return "ok"
	}
	return "no"
}
