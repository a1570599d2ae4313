package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"smtp-wizard/diagnosis"
	"smtp-wizard/smtpcheck"
)

func newExplain(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [TEXT]",
		Short: "Say what a server's reply or a log line means, and what to do",
		Long: `Explain takes a server's reply, a line of a log or a whole log, as an argument or
on standard input, and says what it means and what to change. When nothing is
known of it, the exit code is 1.`,
		Example: `  smtp-wizard explain '535 5.7.8 Username and Password not accepted'
  docker compose logs pocket-id | smtp-wizard explain`,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := o.bounded(cmd.Context())
			defer cancel()
			text, err := o.textOf(ctx, args)
			if err != nil {
				return err
			}
			return o.explain(text)
		},
	}
}

// textOf is the argument, or else standard input.
func (o *options) textOf(ctx context.Context, args []string) (string, error) {
	if len(args) > 0 {
		return someText(strings.Join(args, " "))
	}
	if o.typed() {
		fmt.Fprintln(o.Err, "Paste the reply or the log, then press Ctrl+D.")
	}
	raw, err := within(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(o.In, diagnosis.MaxText)) })
	if err != nil {
		return "", file(err)
	}
	return someText(string(raw))
}

func someText(text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", usage(errors.New("there is no text to explain"))
	}
	return text, nil
}

// explainJSON is the JSON of explain. Its shape is a contract.
type explainJSON struct {
	Matched    bool     `json:"matched"`
	ID         string   `json:"id"`
	Stage      string   `json:"stage"`
	Stages     []string `json:"stages"`
	Provider   string   `json:"provider"`
	Cause      string   `json:"cause"`
	Fix        string   `json:"fix"`
	Step       string   `json:"step"`
	Field      string   `json:"field"`
	Confidence string   `json:"confidence"`
	Line       string   `json:"line"`
}

func (o *options) explain(text string) error {
	d, matched, line := diagnosis.ExplainText(text)
	if o.json {
		err := printJSON(o.Out, explainJSON{
			Matched: matched, ID: d.ID, Stage: string(d.Stage), Stages: stageNames(d.Stages), Provider: d.Provider, Cause: d.Cause,
			Fix: d.Fix, Step: string(d.Step), Field: d.Field, Confidence: string(d.Confidence), Line: line,
		})
		if err != nil {
			return err
		}
	} else {
		printExplanation(shown{o.Out}, d, matched, line)
	}
	if !matched {
		return &exitError{Code: exitUnknown}
	}
	return nil
}

// confidenceWords say how sure an answer is.
var confidenceWords = map[diagnosis.Confidence]string{
	diagnosis.Exact:  "this very refusal is known",
	diagnosis.Likely: "this is what it most likely means",
	diagnosis.Class:  "the refusal itself is not known; this is what its code means",
}

// stageNames are never null in JSON.
func stageNames(stages []smtpcheck.Stage) []string {
	names := make([]string, len(stages))
	for i, s := range stages {
		names[i] = string(s)
	}
	return names
}

func printExplanation(w io.Writer, d diagnosis.Diagnosis, matched bool, line string) {
	if line != "" {
		fmt.Fprintf(w, "It said  %s\n", line)
	}
	if !matched {
		fmt.Fprintln(w, "Nothing is known of this.")
	}
	if len(d.Stages) > 0 {
		fmt.Fprintf(w, "Stage    %s\n", strings.ToUpper(strings.Join(stageNames(d.Stages), " or ")))
	}
	if d.Cause != "" {
		fmt.Fprintf(w, "Why      %s\n", d.Cause)
	}
	if d.Fix != "" {
		fmt.Fprintf(w, "Do this  %s\n", d.Fix)
	}
	if matched {
		fmt.Fprintf(w, "Sure     %s\n", confidenceWords[d.Confidence])
	}
}
