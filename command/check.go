package command

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/steps"
)

type checkFlags struct {
	to, as, hostname, ca string
	helo                 []string
	noSend               bool
}

func newCheck(o *options) *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check",
		Short: "Test the mail settings of an existing .env, as Pocket ID would use them",
		Long: `Check reads the mail settings of the .env and has the conversation with the relay
that Pocket ID would have, up to a delivered message. Beside it, each name that
Pocket ID could announce is tried up to RCPT.

The exit code is the stage that failed: 10 dns, 11 connect, 12 greeting, 13 ehlo,
14 starttls, 15 tls, 16 auth, 17 mail, 18 rcpt, 19 data; 0 is success.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := o.bounded(cmd.Context())
			defer cancel()
			world, err := newWorld(ctx, o, f.ca)
			if err != nil {
				return err
			}
			found := world.LookRound(ctx, o.envFile)
			setup, err := f.setup(world, found)
			if err != nil {
				return err
			}
			live := newProgress(o, setup)
			candidates := f.candidates(world, found)
			trial := world.Try(ctx, setup, namesOf(candidates), live.report)
			live.end()
			r := trialJSON(candidates, trial)
			r.Warnings = append(r.Warnings, world.Minds(found, setup.As)...)
			return report(o, trial, r)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.to, "to", "", "send the test to this `address` (default: SMTP_FROM)")
	flags.BoolVar(&f.noSend, "no-send", false, "stop after RCPT: nothing is delivered")
	flags.StringVar(&f.as, "as", "", "speak as this `version` of Pocket ID; \"none\" announces the hostname everywhere (default: found out, else the newest known)")
	flags.StringVar(&f.hostname, "hostname", "", "the `name` that os.Hostname() will return to Pocket ID (default: found out)")
	flags.StringArrayVar(&f.helo, "helo", nil, "try this `name` as an identity too (repeatable)")
	flags.StringVar(&f.ca, "ca", "", "trust the certificates in this PEM `file` too")
	return c
}

// setup reads the .env into a test.
func (f checkFlags) setup(w steps.World, found steps.Surroundings) (steps.Setup, error) {
	if err := found.Usable(); err != nil {
		return steps.Setup{}, file(err)
	}
	s, err := w.SetupFrom(found)
	if err != nil {
		return s, usage(err)
	}
	if f.as != "" {
		if s.As, err = pocketid.SpeaksAs(f.as); err != nil {
			return s, usage(fmt.Errorf("--as: %w", err))
		}
	}
	if err := announceable("--helo", f.helo...); err != nil {
		return s, err
	}
	if f.hostname != "" {
		if err := announceable("--hostname", f.hostname); err != nil {
			return s, err
		}
		s.Hostname = f.hostname
	}
	if f.to != "" {
		if s.To, err = steps.ParseAddress(f.to); err != nil {
			return s, usage(fmt.Errorf("--to: %w", err))
		}
	}
	s.NoSend = f.noSend
	return s, nil
}

// candidates are the identities to try: those found, and those given. Also what
// is no proper name is tried where it was found: Pocket ID would announce it.
func (f checkFlags) candidates(w steps.World, found steps.Surroundings) []pocketid.Candidate {
	return w.Candidates(found, append(slices.Clone(f.helo), f.hostname))
}

func namesOf(candidates []pocketid.Candidate) []string {
	var names []string
	for _, c := range candidates {
		names = append(names, c.Name)
	}
	return names
}

// checkResult is the JSON of check. Its shape is a contract.
type checkResult struct {
	OK         bool           `json:"ok"`
	Stage      string         `json:"stage"`
	Exit       int            `json:"exit"`
	SpeaksAs   string         `json:"speaks_as"`
	Proven     bool           `json:"proven"`
	Announced  []string       `json:"announced"`
	Stages     []stageJSON    `json:"stages"`
	Identities []identityJSON `json:"identities"`
	Diagnosis  *diagnosisJSON `json:"diagnosis,omitempty"`
	Advice     []adviceJSON   `json:"advice"`
	Hints      []hintJSON     `json:"hints"`
	// Warnings are what keeps the settings from their effect in Pocket ID,
	// whatever the relay says.
	Warnings    []string `json:"warnings"`
	Token       string   `json:"token,omitempty"`
	Transcript  []string `json:"transcript"`
	Explanation string   `json:"note,omitempty"`
}

type stageJSON struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	MS     int64  `json:"ms"`
	Detail string `json:"detail"`
}

type identityJSON struct {
	Name     string   `json:"name"`
	Origin   []string `json:"origin"`
	Verdict  string   `json:"verdict"` // accepted, refused, unknown
	Accepted bool     `json:"accepted"`
	Stage    string   `json:"stage"`
	Reply    string   `json:"reply"`
}

type diagnosisJSON struct {
	ID         string `json:"id"`
	Cause      string `json:"cause"`
	Fix        string `json:"fix"`
	Step       string `json:"step"`
	Field      string `json:"field"`
	Confidence string `json:"confidence"`
	Temporary  bool   `json:"temporary"`
}

// hintJSON is what DNS says of the mail: good, advice or unknown.
type hintJSON struct {
	ID    string `json:"id"`
	Level string `json:"level"`
	Text  string `json:"text"`
}

type adviceJSON struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Why      string `json:"why"`
	Port     int    `json:"port,omitempty"`
	TLS      string `json:"tls,omitempty"`
	Hostname string `json:"hostname,omitempty"`
	Certain  bool   `json:"certain"`
}

// containerNote is said where nobody knows the hostname beforehand.
const containerNote = "No hostname is set for the container, so Pocket ID announces its id; " +
	pocketid.ExampleContainerID + " stands for it. --hostname tests another name."

// trialJSON turns a test into its JSON. The lists are never null.
func trialJSON(candidates []pocketid.Candidate, t steps.Trial) checkResult {
	r := checkResult{
		OK: t.Result.Failure == nil, SpeaksAs: t.Setup.As.String(), Proven: t.Speech.Proven,
		Announced: append([]string{}, t.Result.Announced...), Explanation: t.Speech.Note,
		Stages: []stageJSON{}, Identities: []identityJSON{}, Advice: []adviceJSON{}, Hints: []hintJSON{}, Warnings: []string{}, Transcript: []string{},
	}
	if t.Setup.Hostname == pocketid.ExampleContainerID {
		r.Explanation = strings.TrimSpace(r.Explanation + " " + containerNote)
	}
	r.Explanation = strings.TrimSpace(r.Explanation + " " + t.Setup.ClearText())
	for _, s := range t.Result.Stages {
		r.Stages = append(r.Stages, stageJSON{string(s.Stage), s.OK, s.Elapsed.Milliseconds(), s.Detail})
		r.Stage = string(s.Stage)
	}
	if f := t.Result.Failure; f != nil {
		r.Stage, r.Exit = string(f.Stage), exitOf[f.Stage]
		if errors.Is(f, context.Canceled) {
			r.Exit = exitInterrupted
		}
	} else if !t.Setup.NoSend {
		r.Token = t.Token
	}
	r.Identities = identitiesJSON(candidates, t.Verdicts)
	if d := t.Diagnosis; d != nil {
		r.Diagnosis = &diagnosisJSON{d.ID, d.Cause, d.Fix, string(d.Step), d.Field, string(d.Confidence), d.Temporary}
	}
	for _, o := range t.Advice {
		r.Advice = append(r.Advice, adviceJSON{o.ID, o.Title, o.Why, o.Port, string(o.TLS), o.Hostname, o.Certain})
	}
	for _, h := range t.Hints {
		r.Hints = append(r.Hints, hintJSON{h.ID, string(h.Level), h.Text})
	}
	for _, l := range t.Result.Transcript {
		r.Transcript = append(r.Transcript, l.String())
	}
	return r
}

func identitiesJSON(candidates []pocketid.Candidate, verdicts []smtpcheck.IdentityResult) []identityJSON {
	list := []identityJSON{}
	for _, v := range verdicts {
		one := identityJSON{Name: v.Name, Origin: []string{}, Verdict: v.Acceptance.String(),
			Accepted: v.Acceptance == smtpcheck.Accepted, Stage: string(v.Stage)}
		if v.Reply != nil {
			one.Reply = v.Reply.String()
		} else if v.Failure != nil {
			one.Reply = v.Failure.Error()
		}
		for _, c := range candidates {
			if strings.EqualFold(c.Name, v.Name) {
				for _, o := range c.Origins {
					one.Origin = append(one.Origin, string(o))
				}
			}
		}
		if len(one.Origin) == 0 {
			one.Origin = append(one.Origin, string(pocketid.FromTyped))
		}
		list = append(list, one)
	}
	return list
}

// report prints the outcome and returns its exit code as an error.
func report(o *options, t steps.Trial, r checkResult) error {
	if o.json {
		if err := printJSON(o.Out, r); err != nil {
			return err
		}
	} else {
		printVerdict(shown{o.Out}, t, r)
	}
	switch r.Exit {
	case exitOK:
		return nil
	case exitInterrupted:
		return errInterrupted
	}
	return &exitError{Code: r.Exit}
}

// newWorld is the machine as it is, with further certificates to trust.
func newWorld(ctx context.Context, o *options, ca string) (steps.World, error) {
	w := steps.Real()
	w.Getenv = o.Getenv
	if ca == "" {
		return w, nil
	}
	pem, err := readFile(ctx, ca, mostCertificate)
	if err != nil {
		return w, file(err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return w, file(fmt.Errorf("%s has no certificate in PEM form", ca))
	}
	w.RootCAs = pool
	return w, nil
}
