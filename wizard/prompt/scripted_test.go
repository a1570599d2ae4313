package prompt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
)

// tooLong is a bound for what should take no time.
const tooLong = 20 * time.Second

// script answers the small guide's questions from a pipe.
func script(t *testing.T, m steptest.Machine, lines string) (steptest.State, string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), tooLong)
	defer cancel()
	var out bytes.Buffer
	g, err := Run(ctx, m.Begin(steptest.Answers{}), Options{In: strings.NewReader(lines), Out: &out})
	if errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("the guide does not end:\n%s", out.String())
	}
	return wizard.StateOf[steptest.Answers](g), out.String(), err
}

// The whole of what is printed, for a reader to judge.
func TestGolden(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, answers string
		machine       steptest.Machine
		end           error
	}{
		{"enter alone", strings.Repeat("\n", 12), steptest.Guide(), nil},
		{"refused and corrected",
			"\n\n\nrefused@example.com\nme\ngeheim\n\nok@example.com\n\n\n", steptest.Guide(), nil},
		{"faults and help", "?\nlost\nG\nsmtp.example.com:25\n\n\n\n70000\n587\nx\n\n\n?\n\n", steptest.Guide(), nil},
		{"going back", "2\n<\n1\n<\n<\n\n\n\n\n<\n\n\n<\n", steptest.Guide(), ErrEOF},
		{"long list", "\n+\n+\n+\n+\n+\n+\n+\np\nprovider 1\n75\n", longList(), ErrEOF},
		{"body", "From: a\n..\n.\n", everything(), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, out, err := script(t, tt.machine, tt.answers)
			if !errors.Is(err, tt.end) {
				t.Errorf("error %v, want %v", err, tt.end)
			}
			plain(t, out)
			steptest.Golden(t, filepath.Join("testdata", strings.ReplaceAll(tt.name, " ", "_")+".txt"), out)
		})
	}
}

// plain: nothing that steers a terminal, and no line beyond the width.
func plain(t *testing.T, out string) {
	t.Helper()
	for _, l := range strings.Split(out, "\n") {
		if strings.ContainsAny(l, "\x1b\r\x07\b\u009b") {
			t.Errorf("control characters in %q", l)
		}
		if len([]rune(l)) > widest && !strings.Contains(l, "]: ") {
			t.Errorf("longer than %d: %q", widest, l)
		}
		if strings.TrimRight(l, " ") != l && !strings.HasSuffix(l, ": ") {
			t.Errorf("spaces at the end of %q", l)
		}
	}
}

func longList() steptest.Machine {
	field := wizard.Field{Name: "preset", Label: "Provider", Kind: wizard.ChoiceField, Filter: true,
		Default: "p40", Columns: []string{"NAME", "HOST"}}
	for i := 1; i <= 75; i++ {
		n := string(rune('0'+i/10)) + string(rune('0'+i%10))
		field.Choices = append(field.Choices, wizard.Choice{Value: "p" + n, Cells: []string{"Provider " + n, "smtp" + n + ".example.com"},
			Find: "region" + n[1:]})
	}
	field.Choices[39].Note = "The one that goes with the sender's domain."
	return steptest.Machine{Steps: []wizard.Step[steptest.Answers]{
		steptest.Step{Called: "preset", Pages: func(steptest.View) wizard.Page {
			return wizard.Page{Title: "Who sends the mail?", Field: []wizard.Field{field}}
		}, Takes: func(v steptest.View) steptest.Intent {
			a := v.Answers
			a.Preset = v.Input["preset"]
			a.Retries++
			if a.Retries == 1 { // asked a second time, for the rest of the script
				return wizard.Stay(a, wizard.Fault{Text: "Taken: " + a.Preset + ". Choose another one.", Tone: wizard.Bad})
			}
			return wizard.Next(a)
		}},
		steptest.Step{Called: "end"},
	}}
}

// everything is a page with each kind of block, some of them hostile.
func everything() steptest.Machine {
	long := strings.Repeat("long words that go on ", 6)
	return steptest.Machine{Steps: []wizard.Step[steptest.Answers]{steptest.Step{Called: "all", Pages: func(v steptest.View) wizard.Page {
		return wizard.Page{
			Title: "Everything", Why: "Why: " + long,
			Field: []wizard.Field{{Name: "lines", Label: "Source", Lines: true, Note: "As it came.", NoteTone: wizard.Warn}},
			Body: []wizard.Block{
				wizard.Text{Body: "A paragraph."},
				wizard.Text{Label: "It said", Body: "421 4.7.0 Try again \x1b[31mlater\x07\u202e", Tone: wizard.Bad},
				wizard.Text{Body: "Without a label.", Tone: wizard.Bad},
				wizard.Text{Body: "Without a label.", Tone: wizard.Warn},
				wizard.Text{},
				wizard.Table{Columns: []string{"NAME", "FROM", "smtp-relay.example.com says"}, Rows: []wizard.Row{
					{Tone: wizard.Good, Cells: []string{"id.example.com", "APP_URL", "accepted"}},
					{Tone: wizard.Bad, Cells: []string{"localhost", "Pocket ID 2.10+", "421 hung up at EHLO " + long}},
					{Tone: wizard.Busy, Cells: []string{"vps", "os.Hostname()", ""}},
					{Tone: wizard.Quiet, Cells: []string{"another", "", "later"}},
				}},
				wizard.Table{},
				wizard.Text{Label: "Typed", Body: fmt.Sprintf("%q", v.Text("lines", ""))},
				wizard.Verbatim{Lines: []wizard.VerbatimLine{
					{Text: "- SMTP_PORT=587", Tone: wizard.Bad}, {Text: "+ SMTP_PORT=465\tx", Tone: wizard.Good}, {Text: ""},
					{Text: "+ LONG=" + strings.Repeat("0123456789", 10)},
				}},
			},
		}
	}}}}
}

// Answers are read one for each question, the last without a line feed too.
func TestAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, answers string
		is            func(steptest.State) bool
	}{
		{"by number", "2\n", func(s steptest.State) bool { return s.Answers.Preset == "local" }},
		{"by beginning", "LOC\n", func(s steptest.State) bool { return s.Answers.Preset == "local" }},
		{"by label", "local postfix\n", func(s steptest.State) bool { return s.Answers.Preset == "local" }},
		{"after ambiguity", "lo\nloc\n", func(s steptest.State) bool { return s.Answers.Preset == "local" }},
		{"after a number too high", "4\n0\n-1\n2\n", func(s steptest.State) bool { return s.Answers.Preset == "local" }},
		{"without a line feed at the end", "2", func(s steptest.State) bool { return s.Answers.Preset == "local" }},
		{"with carriage returns", "1\r\nmx.example.com\r\n\r\n", func(s steptest.State) bool { return s.Answers.Host == "mx.example.com" }},
		{"a default emptied", "1\n-\n\n", func(s steptest.State) bool { return s.At == steptest.Sender && s.Answers.Host == "" }},
		{"a default kept", "1\n\n\n", func(s steptest.State) bool { return s.Answers.Host == "smtp-relay.example.com" }},
		{"an escaped command", "2\n\n\\?\n", func(s steptest.State) bool { return s.Inputs[steptest.Sender]["user"] == "?" }},
		{"an escaped escape", "2\n\n\\\\<\n", func(s steptest.State) bool { return s.Inputs[steptest.Sender]["user"] == `\<` }},
		{"a backslash that escapes nothing", "2\n\nCORP\\me\n", func(s steptest.State) bool { return s.Inputs[steptest.Sender]["user"] == `CORP\me` }},
		{"a leading one too", "2\n\n\\me\n", func(s steptest.State) bool { return s.Inputs[steptest.Sender]["user"] == `\me` }},
		{"a password as it is", "2\n\nme\n ?< \\! \n", func(s steptest.State) bool { return s.Answers.Password.Reveal() == ` ?< \! ` }},
		{"a password that is a command", "2\n\nme\n?\n", func(s steptest.State) bool { return s.Answers.Password.Reveal() == "?" }},
		{"back within the page", "1\nmx.example.com\n<\nmy.example.com\n26\n",
			func(s steptest.State) bool { return s.Answers.Host == "my.example.com" && s.Answers.Port == 26 }},
		{"a line too long", "2\n\n" + strings.Repeat("x", maxLine+1) + "\nme\n",
			func(s steptest.State) bool { return s.Inputs[steptest.Sender]["user"] == "me" }},
		{"what a correction changes is asked too", "1\n\n70000\n465\nnone\n",
			func(s steptest.State) bool { return s.Answers.Port == 465 && s.Answers.TLS == "none" }},
		{"only the faulted field is asked", "1\n\n70000\n26\n",
			func(s steptest.State) bool { return s.At == steptest.Sender && s.Answers.Port == 26 }},
		{"back from a fault goes one question up", "1\n\n70000\n<\nmy.example.com\n26\n",
			func(s steptest.State) bool { return s.Answers.Host == "my.example.com" && s.Answers.Port == 26 }},
		{"a warning passed by enter", "1\n\n25\n\n", func(s steptest.State) bool { return s.Answers.Port == 25 }},
		{"a warning passed by the same answer", "1\n\n25\n25\n", func(s steptest.State) bool { return s.Answers.Port == 25 }},
		{"a warning heeded", "1\n\n25\n26\n", func(s steptest.State) bool { return s.Answers.Port == 26 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, out, err := script(t, steptest.Guide(), tt.answers)
			if !errors.Is(err, ErrEOF) {
				t.Errorf("error %v", err)
			}
			if !tt.is(s) {
				t.Errorf("at %s, answers %+v, typed %v\n%s", s.At, s.Answers, s.Inputs, out)
			}
		})
	}
}

// A refusal is cured by one answer: the fault's field is asked, nothing else is.
func TestOneAnswerCures(t *testing.T) {
	t.Parallel()
	s, out, err := script(t, steptest.Guide(), "2\nrefused@example.com\nme\nwrong\n"+ // refused for the password
		"\n"+ // change the password
		"right\n"+ // refused for the sender
		"\n"+"ok@example.com\n"+ // cured
		"\n\n")
	if err != nil || s.Ended != wizard.Done || s.Answers.From != "ok@example.com" || s.Answers.Password.Reveal() != "right" {
		t.Errorf("%v: %+v\n%s", err, s.Answers, out)
	}
	if strings.Contains(out, "wrong") || strings.Contains(out, "right\n") {
		t.Errorf("a password was printed:\n%s", out)
	}
}

func TestEndOfInput(t *testing.T) {
	t.Parallel()
	for _, answers := range []string{"", "1\n", "1\nmx.example.com\n", "1\n\n\n\nme\n", "1\n\n\n\nme\ngeheim\n"} {
		s, out, err := script(t, steptest.Guide(), answers)
		if !errors.Is(err, ErrEOF) || !errors.Is(err, wizard.ErrInterrupted) || s.Ended != wizard.Open || !strings.HasSuffix(out, "\n") {
			t.Errorf("%q: %v, ended %d\n%s", answers, err, s.Ended, out)
		}
	}
}

// Every new state is offered for saving, the typed and not yet submitted too.
func TestSaved(t *testing.T) {
	t.Parallel()
	m := steptest.Guide()
	var last wizard.Place
	_, err := Run(t.Context(), m.Begin(steptest.Answers{}), Options{
		In: strings.NewReader("1\nmx.example.com\n"), Out: io.Discard, Saved: func(g wizard.Guide) { last = g.Place() }})
	if !errors.Is(err, ErrEOF) || last.At != steptest.Relay || last.Inputs[steptest.Relay]["host"] != "mx.example.com" {
		t.Errorf("%v: %+v", err, last)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestOutputGone(t *testing.T) {
	t.Parallel()
	m := steptest.Guide()
	if _, err := Run(t.Context(), m.Begin(steptest.Answers{}), Options{In: strings.NewReader(strings.Repeat("\n", 50)), Out: brokenPipe{}}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v", err)
	}
}
