package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"smtp-wizard/internal/text"

	"smtp-wizard/diagnosis"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
	"smtp-wizard/steps"
)

// checkResult is the JSON of check. Its shape is a contract.
type checkResult struct {
	OK         *bool                `json:"ok"` // null where nothing was to be sent
	Verdict    steps.Verdict        `json:"verdict"`
	Stage      string               `json:"stage"`
	Exit       int                  `json:"exit"`
	SpeaksAs   string               `json:"speaks_as"`
	Proven     bool                 `json:"proven"`
	Announced  list[string]         `json:"announced"`
	Stages     list[stageJSON]      `json:"stages"`
	Identities list[identityJSON]   `json:"identities"`
	Diagnosis  *diagnosis.Diagnosis `json:"diagnosis,omitempty"`
	// RelayTookIt and ClientError are set where the relay took the message and
	// Pocket ID reports an error all the same.
	RelayTookIt bool   `json:"relay_took_it,omitempty"`
	ClientError string `json:"client_error,omitempty"`
	TimedOut    bool   `json:"timed_out,omitempty"`
	// Settings are what this version has against the settings, with the place.
	Settings list[steps.Objection] `json:"settings"`
	// Values are the settings that another place than the .env decides, as inspect has
	// them.
	Values map[string]install.ResultValue `json:"values,omitempty"`
	// Warnings are what keeps the settings from taking effect in Pocket ID,
	// whatever the relay says.
	Warnings   list[string] `json:"warnings"`
	Token      string       `json:"token,omitempty"`
	Transcript list[string] `json:"transcript"`
	Note       string       `json:"note,omitempty"`
}

type stageJSON struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	MS     int64  `json:"ms"`
	Detail string `json:"detail"`
}

type identityJSON struct {
	Name     string       `json:"name"`
	Origin   list[string] `json:"origin"`
	Verdict  string       `json:"verdict"` // accepted, refused, unknown
	Accepted bool         `json:"accepted"`
	Stage    string       `json:"stage"`
	Reply    string       `json:"reply"`
}

// containerNote is for a hostname that nobody can know in advance.
const containerNote = "No hostname is set for the container, so Pocket ID announces its id; " +
	pocketid.ExampleContainerID + " stands in for it. Use --hostname to test another name."

func newCheckResult(candidates []pocketid.Candidate, t steps.TestResult) checkResult {
	notes := []string{t.Speech.Note}
	if t.Setup.ContainerID {
		notes = append(notes, containerNote)
	}
	notes = append(notes, steps.ClearText(t.Setup.Settings))
	r := checkResult{
		OK: t.OK(), Verdict: t.Verdict(), SpeaksAs: t.Setup.Speaks().String(), Proven: t.Speech.Proven,
		Diagnosis: t.Diagnosis,
		Announced: t.Result.Announced, Identities: identitiesJSON(candidates, t.Identities),
		Note: strings.Join(slices.DeleteFunc(notes, func(s string) bool { return s == "" }), " "),
	}
	for _, s := range t.Result.Stages {
		r.Stages = append(r.Stages, stageJSON{string(s.Stage), s.OK, s.Elapsed.Milliseconds(), s.Detail})
		r.Stage = string(s.Stage)
	}
	if f := t.Result.Failure; f != nil {
		r.Stage, r.Exit = string(f.Stage), stageExit(f.Stage)
		if errors.Is(f, context.Canceled) {
			r.Exit = exitInterrupted
		}
		if t.Result.Accepted {
			r.RelayTookIt, r.ClientError = true, pocketid.QuitError(f)
		}
	} else if t.Result.Accepted {
		r.Token = t.Token
	}
	for _, l := range t.Result.Transcript {
		r.Transcript = append(r.Transcript, l.String())
	}
	return r
}

// addArrival adds why the message was not found to have arrived; nil where that was
// not asked, or it was.
func (r *checkResult) addArrival(ctx context.Context, missed error) {
	if missed == nil {
		return
	}
	r.Note = strings.TrimSpace(r.Note + " Not found to have arrived: " + missed.Error() + ".")
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		r.Exit = exitInterrupted
	case r.Exit == exitOK:
		r.Exit = exitNotArrived
	}
}

func identitiesJSON(candidates []pocketid.Candidate, results []smtpcheck.IdentityResult) list[identityJSON] {
	var identities list[identityJSON]
	for _, r := range results {
		one := identityJSON{Name: r.Name, Verdict: r.Acceptance.String(),
			Accepted: r.Acceptance == smtpcheck.Accepted, Stage: string(r.Stage)}
		if r.Reply != nil {
			one.Reply = r.Reply.String()
		} else if r.Failure != nil {
			one.Reply = r.Failure.Error()
		}
		for _, c := range candidates {
			if strings.EqualFold(c.Name, r.Name) {
				for _, o := range c.Origins {
					one.Origin = append(one.Origin, string(o))
				}
			}
		}
		if len(one.Origin) == 0 {
			one.Origin = list[string]{string(pocketid.FromTyped)}
		}
		identities = append(identities, one)
	}
	return identities
}

// exitError is the exit code of a result that has been printed.
func (r checkResult) exitError() error {
	switch r.Exit {
	case exitOK:
		return nil
	case exitInterrupted:
		return errInterrupted
	}
	return &exitError{Code: r.Exit}
}

// print prints a finished test for people.
func (r checkResult) print(w io.Writer, t steps.TestResult) {
	if r.Stage == string(smtpcheck.StageSettings) && len(r.Settings) > 0 {
		r.printSettings(w, t)
		return
	}
	printSpeaker(w, t.Setup)
	for _, s := range r.Stages {
		printStage(w, s)
	}
	r.printEnd(w, t)
}

// printSettings is a test that found nothing to send.
func (r checkResult) printSettings(w io.Writer, t steps.TestResult) {
	fmt.Fprintf(w, "Nothing was sent, because of the settings for %s.\n", steps.Speaker(t.Setup.As))
	for _, s := range r.Settings {
		if s.Stops {
			fmt.Fprintf(w, "  no   settings  %s\n", s)
			printLabeled(w, "Do this", s.Cure)
		}
	}
	r.printNotes(w, t)
}

// printNotes prints verdict, warnings and notes.
func (r checkResult) printNotes(w io.Writer, t steps.TestResult) {
	fmt.Fprintf(w, "%-8s %s: %s\n", "Verdict", r.Verdict, t.Words())
	for _, key := range slices.Sorted(maps.Keys(r.Values)) {
		printLabeled(w, "From", key+" is decided in "+r.Values[key].Place())
	}
	for _, warning := range r.Warnings {
		printLabeled(w, "Warning", warning)
	}
	printLabeled(w, "Note", r.Note)
}

// printEnd is what follows the stages.
func (r checkResult) printEnd(w io.Writer, t steps.TestResult) {
	if len(r.Identities) > 0 {
		fmt.Fprintf(w, "\nWhat %s says to each name\n", t.Setup.Host)
	}
	for _, i := range r.Identities {
		fmt.Fprintf(w, "  %-8s %-32s %s\n", i.Verdict, i.Name+" ("+originLabels(i.Origin)+")", i.Reply)
	}
	switch {
	case t.Diagnosis != nil:
		if r.RelayTookIt {
			fmt.Fprintf(w, "\nThe relay took the message, and Pocket ID reports an error all the same: %s\n", r.ClientError)
		}
		fmt.Fprintf(w, "\n%s at %s: %s\n", endLabel(t.Result.Failure), r.Stage, t.Result.Failure.Error())
		printLabeled(w, "Why", t.Diagnosis.Cause)
		printLabeled(w, "Do this", t.Diagnosis.Fix)
	case t.Setup.NoSend:
		fmt.Fprint(w, "\nEverything up to RCPT was accepted; no message was sent.\n")
	default:
		fmt.Fprintf(w, "\nThe relay took a message for %s. Its subject contains %s.\n", t.Setup.To, t.Token)
	}
	r.printNotes(w, t)
	for _, h := range t.Hints {
		label := "DNS"
		if h.Level == deliverability.Advice {
			label = "Advice"
		}
		printLabeled(w, label, h.Text)
	}
	for _, a := range t.Advice {
		if a.ID != "keep" && t.Diagnosis != nil && t.Diagnosis.Step == diagnosis.StepIdentity {
			printLabeled(w, "Option", a.Title+". "+a.Why)
		}
	}
}

// printLabeled prints a line of text with a label before it; no text, no line.
func printLabeled(w io.Writer, label, text string) {
	if text != "" {
		fmt.Fprintf(w, "%-8s %s\n", label, text)
	}
}

func printSpeaker(w io.Writer, s steps.Setup) {
	fmt.Fprintf(w, "Talking to %s, port %d (%s), %s\n", text.WithoutLogin(s.Host), s.Port, s.TLS, s.Manner())
}

func printStage(w io.Writer, s stageJSON) {
	label := "no"
	if s.OK {
		label = "ok"
	}
	fmt.Fprintf(w, "  %-4s %-9s %s (%d ms)\n", label, s.Name, s.Detail, s.MS)
}

// originLabels are the origins of a name as the pages call them.
func originLabels(origins []string) string {
	var labels []string
	for _, o := range origins {
		labels = append(labels, pocketid.Origin(o).Label())
	}
	return strings.Join(labels, ", ")
}

// endLabel tells a relay's no from other ends.
func endLabel(f *smtpcheck.Failure) string {
	switch {
	case errors.Is(f, context.Canceled):
		return "Stopped"
	case f.Reply != nil:
		return "Refused"
	}
	return "Failed"
}
