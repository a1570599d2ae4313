package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"smtp-wizard/diagnosis"
	"smtp-wizard/diagnosis/received"
	"smtp-wizard/internal/wait"
	"smtp-wizard/smtpcheck"
)

func newExplain(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [TEXT]",
		Short: "Say what a server's reply, a log line or the headers of a mail mean, and what to do",
		Long: `Explain takes a server's reply, a line of a log or a whole log, as an argument or
on standard input, and says what it means and what to change. If nothing is known
about it, the exit code is 1.

It also takes the headers, or the whole source, of a mail as it arrived, and says
what the receiver found of SPF, DKIM and DMARC, what the spam filters said, which
way the mail took, and which DNS record to publish.`,
		Example: `  smtp-wizard explain '535 5.7.8 Username and Password not accepted'
  docker compose logs pocket-id | smtp-wizard explain
  smtp-wizard explain < mail.eml`,
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := o.textToExplain(cmd.Context(), args)
			if err != nil {
				return err
			}
			return o.explain(text)
		},
	}
}

// textToExplain is the argument, or else standard input.
func (o *options) textToExplain(ctx context.Context, args []string) (string, error) {
	text := strings.Join(args, " ")
	if len(args) == 0 {
		if isTerminal(o.In) {
			fmt.Fprintln(o.Err, "Paste the reply, the log or the headers, then press Ctrl+D.")
		}
		raw, err := wait.For(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(o.In, diagnosis.MaxText)) })
		if err != nil {
			return "", fileError(err)
		}
		text = string(raw)
	}
	if strings.TrimSpace(text) == "" {
		return "", usage(errors.New("there is no text to explain"))
	}
	return text, nil
}

// explainJSON is the JSON of explain. Its shape is a contract.
type explainJSON struct {
	Matched bool `json:"matched"`
	diagnosis.Diagnosis
	Stages list[smtpcheck.Stage] `json:"stages"`
	Line   string                `json:"line"`
}

func (o *options) explain(text string) error {
	if report, ok := received.Read(text); ok {
		r := newReceivedJSON(report)
		return o.print(r, r.print)
	}
	d, matched, line := diagnosis.ExplainText(text)
	r := explainJSON{matched, d, d.Stages, line}
	if err := o.print(r, r.print); err != nil {
		return err
	}
	if !matched {
		return &exitError{Code: exitUnknown}
	}
	return nil
}

func (r explainJSON) print(w io.Writer) {
	printLabeled(w, "It said", r.Line)
	if !r.Matched {
		fmt.Fprintln(w, "Nothing is known about this.")
	}
	var stages []string
	for _, s := range r.Stages {
		stages = append(stages, strings.ToUpper(string(s)))
	}
	printLabeled(w, "Stage", strings.Join(stages, " OR "))
	printLabeled(w, "Why", r.Cause)
	printLabeled(w, "Do this", r.Fix)
	if r.Matched {
		printLabeled(w, "How sure", confidenceText[r.Confidence])
	}
}

var confidenceText = map[diagnosis.Confidence]string{
	diagnosis.Exact:  "exactly this refusal is known",
	diagnosis.Likely: "this is most likely what it means",
	diagnosis.Class:  "the refusal itself is not known; this is what its code means",
}
