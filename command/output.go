package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"smtp-wizard/diagnosis"
	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/steps"
)

// printJSON prints one value, indented, with a line end.
func printJSON(w io.Writer, v any) error { return encodeJSON(w, v, "  ") }

// printJSONLine prints one value on one line, for a stream of them.
func printJSONLine(w io.Writer, v any) error { return encodeJSON(w, v, "") }

func encodeJSON(w io.Writer, v any, indent string) error {
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, escaped(text.String()))
	return err
}

// printTrial is the outcome of a test for people.
func printTrial(w io.Writer, t steps.TestResult, r checkResult) {
	printSpeaker(w, t.Setup)
	for _, s := range r.Stages {
		printStage(w, s.OK, s.Name, s.Detail, s.MS)
	}
	printVerdict(w, t, r)
}

// printVerdict is what comes after the stages.
func printVerdict(w io.Writer, t steps.TestResult, r checkResult) {
	if len(r.Identities) > 0 {
		fmt.Fprintf(w, "\nNames, as %s judges them\n", t.Setup.Host)
		for _, one := range r.Identities {
			fmt.Fprintf(w, "  %-8s %-32s %s\n", one.Verdict, one.Name+" ("+originWords(one.Origin)+")", one.Reply)
		}
	}
	switch {
	case t.Diagnosis != nil:
		fmt.Fprintf(w, "\n%s at %s: %s\nWhy      %s\nDo this  %s\n",
			endWord(t.Result.Failure), r.Stage, t.Result.Failure.Error(), t.Diagnosis.Cause, t.Diagnosis.Fix)
	case t.Setup.NoSend:
		fmt.Fprintf(w, "\nEverything up to RCPT was accepted; no message was sent.\n")
	default:
		fmt.Fprintf(w, "\nThe relay took a message for %s. The test in its subject is %s.\n", t.Setup.To, t.Token)
	}
	for _, warning := range r.Warnings {
		fmt.Fprintf(w, "Mind     %s\n", warning)
	}
	if r.Explanation != "" {
		fmt.Fprintf(w, "Mind     %s\n", r.Explanation)
	}
	for _, h := range r.Hints {
		fmt.Fprintf(w, "%-8s %s\n", hintWords[h.Level], h.Text)
	}
	for _, o := range r.Advice {
		if o.ID != "keep" && t.Diagnosis != nil && t.Diagnosis.Step == diagnosis.StepIdentity {
			fmt.Fprintf(w, "Option   %s. %s\n", o.Title, o.Why)
		}
	}
}

// originWords are the origins of a name as the pages call them.
func originWords(origins []string) string {
	var labels []string
	for _, o := range origins {
		labels = append(labels, pocketid.Origin(o).Label())
	}
	return strings.Join(labels, ", ")
}

func printSpeaker(w io.Writer, s steps.Setup) {
	fmt.Fprintf(w, "Speaking %s, to %s, port %d (%s)\n", steps.SpeakingAs(s), s.Host, s.Port, s.TLS)
}

func printStage(w io.Writer, ok bool, name, detail string, ms int64) {
	fmt.Fprintf(w, "  %-4s %-9s %s (%d ms)\n", okWord(ok), name, detail, ms)
}

// hintWords are the beginnings of lines, by level.
var hintWords = map[string]string{"good": "DNS", "advice": "Advice", "unknown": "DNS"}

// endWord tells a relay's no from other ends.
func endWord(f *smtpcheck.Failure) string {
	switch {
	case errors.Is(f, context.Canceled):
		return "Stopped"
	case f.Reply != nil:
		return "Refused"
	}
	return "Failed"
}

func okWord(ok bool) string {
	if ok {
		return "ok"
	}
	return "no"
}
