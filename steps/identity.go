package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// identity asks which name Pocket ID shall announce, and what the relay says to
// each.
type identity struct{ world World }

// Choices that are no name: one of one's own, and to ask the relay once more.
const another, askAgain = "another", "again"

func (identity) ID() wizard.ID       { return Identity }
func (identity) Name() string        { return "Identity" }
func (identity) Skip(a Answers) bool { return a.Offline }

// inquiry is the job of asking the relay about names.
type inquiry struct {
	setup Setup
	names string
	again int
}

func (s identity) Wants(v View) wizard.Job {
	if v.Answers.Offline || v.Answers.Host == "" {
		return wizard.Job{}
	}
	var names []string
	for _, c := range s.candidates(v) {
		if c.Check.Err() == nil {
			names = append(names, c.Name)
		}
	}
	setup := s.world.setup(v.Answers)
	setup.Hostname, setup.As = "", pocketid.Version{}
	return wizard.Job{Task: "names", For: inquiry{setup, strings.Join(names, " "), v.Answers.Looks}}
}

func (s identity) Work(ctx context.Context, job wizard.Job, _ View, report func(any)) any {
	q := job.For.(inquiry)
	return s.world.Identities(ctx, q.setup, strings.Fields(q.names), report)
}

// candidates are the names found and typed.
func (s identity) candidates(v View) []pocketid.Candidate {
	found, _ := result[Surroundings](v, Install)
	src := pocketid.Sources{Hostname: found.Hostname, FQDN: found.FQDN, AppURL: v.Answers.AppURL}
	src = ofContainer(src, found.Install)
	list := pocketid.Candidates(src)
	for _, typed := range []string{v.Answers.Hostname, v.Input["name"], v.Input["hostname"]} {
		typed = strings.TrimSpace(typed)
		known := func(c pocketid.Candidate) bool { return strings.EqualFold(c.Name, typed) }
		if typed != "" && typed != another && typed != askAgain && !slices.ContainsFunc(list, known) {
			list = append(list, pocketid.Candidate{Name: typed, Origins: []pocketid.Origin{pocketid.FromTyped}, Check: pocketid.CheckName(typed)})
		}
	}
	return list
}

// verdicts are the relay's answers so far, by name.
func verdicts(v View) map[string]smtpcheck.IdentityResult {
	f := v.Found[Identity]
	said := map[string]smtpcheck.IdentityResult{}
	for _, news := range f.News {
		if one, ok := news.(smtpcheck.IdentityResult); ok {
			said[one.Name] = one
		}
	}
	all, _ := f.Result.([]smtpcheck.IdentityResult)
	for _, one := range all {
		said[one.Name] = one
	}
	return said
}

func (s identity) Page(v View) wizard.Page {
	page := wizard.Page{
		Title: "Who does Pocket ID say it is?",
		Why: "Pocket ID tells the relay a name in EHLO, and a relay may hang up on a name such as localhost. " +
			"Each name is tried here up to RCPT; no mail is sent.",
	}
	f := v.Found[Identity]
	if f.Running {
		page.Busy = "Asking " + v.Answers.Host
	}
	if err := failed(f); err != nil {
		page.Body = append(page.Body, wizard.Text{Tone: wizard.Bad, Body: sentence(err.Error())})
	}
	page.Field = append(page.Field, s.nameField(v))
	if v.Input["hostname"] == another {
		page.Field = append(page.Field, wizard.Field{
			Name: "name", Label: "Other name", Help: wizard.Help{
				What: "A fully qualified domain name, best one that resolves to this server.", Example: "id.example.com"},
		})
	}
	if f.Running {
		return page
	}
	if failure := unjudged(v, s.candidates(v)); failure != nil {
		page.After = s.trouble(v, failure)
		return page
	}
	outlook, settings := s.outlook(v)
	page.After = outlook
	if settings != nil {
		page.Field = append(page.Field, *settings)
	}
	return page
}

func (s identity) nameField(v View) wizard.Field {
	said := verdicts(v)
	f := wizard.Field{
		Name: "hostname", Label: "Name", Kind: wizard.ChoiceField, Flag: "--hostname",
		Columns: []string{"name", "from", "the relay says", ""},
		Default: s.suggest(v),
		Help: wizard.Help{
			What:    "The name that os.Hostname() shall return to Pocket ID. Pocket ID has no variable for it: a container takes it from `hostname:`, a service from the machine.",
			Example: "id.example.com",
			Where:   "A full name with a dot in it that DNS knows is taken nearly everywhere.",
		},
	}
	for _, c := range s.candidates(v) {
		f.Choices = append(f.Choices, s.nameChoice(c, said, v))
	}
	f.Choices = append(f.Choices, wizard.Choice{Value: another, Cells: []string{"another name"}})
	if !v.Answers.Unattended && unjudged(v, s.candidates(v)) != nil {
		f.Choices = append(f.Choices, wizard.Choice{Value: askAgain, Cells: []string{"ask the relay again"}})
	}
	return f
}

func (s identity) nameChoice(c pocketid.Candidate, said map[string]smtpcheck.IdentityResult, v View) wizard.Choice {
	var from []string
	for _, o := range c.Origins {
		if o == pocketid.FromLocalhost {
			from = append(from, pocketid.LocalhostLabel(s.world.version(v.Answers)))
		} else {
			from = append(from, o.Label())
		}
	}
	choice := wizard.Choice{Value: c.Name, Note: c.Check.Reason}
	words, took := "not tried", ""
	verdict, ok := said[c.Name]
	switch {
	case ok:
		choice.Tone, words = verdictWords(verdict)
		took = millis(verdict.Elapsed)
	case v.Found[Identity].Running:
		choice.Tone, words = wizard.Busy, "asking"
	}
	choice.Cells = []string{c.Name, strings.Join(from, ", "), words, took}
	return choice
}

// verdictWords says in a few words what the relay made of a name.
func verdictWords(v smtpcheck.IdentityResult) (wizard.Tone, string) {
	switch v.Acceptance {
	case smtpcheck.Accepted:
		return wizard.Good, "accepted"
	case smtpcheck.Refused:
		if v.Reply == nil {
			return wizard.Bad, "hung up at " + strings.ToUpper(string(v.Stage))
		}
		words := fmt.Sprintf("%d at %s", v.Reply.Code, strings.ToUpper(string(v.Stage)))
		return wizard.Bad, words
	}
	return wizard.Warn, "not judged"
}

// suggest is the name to begin with: what was chosen, else what Pocket ID has
// already if the relay takes it, else the best name that it takes.
func (s identity) suggest(v View) string {
	said := verdicts(v)
	// Sent back by a refusal, nobody is offered the refused name again.
	sentBack := v.Fault.Field == "hostname" && said[v.Answers.Hostname].Acceptance == smtpcheck.Refused
	if v.Answers.Hostname != "" && !sentBack {
		return v.Answers.Hostname
	}
	list := s.candidates(v)
	if now := s.present(v); said[now].Acceptance == smtpcheck.Accepted && pocketid.CheckName(now).Grade == pocketid.GradeOK {
		return now
	}
	for _, c := range list {
		if said[c.Name].Acceptance == smtpcheck.Accepted && c.Check.Grade == pocketid.GradeOK {
			return c.Name
		}
	}
	for _, c := range list {
		if said[c.Name].Acceptance == smtpcheck.Accepted && c.Name != "localhost" {
			return c.Name
		}
	}
	return list[0].Name
}

// present is the hostname that Pocket ID has now, as far as can be told.
func (s identity) present(v View) string {
	found, _ := result[Surroundings](v, Install)
	if found.Install.Hostname != "" {
		return found.Install.Hostname
	}
	if pocketid.Runtime(v.Answers.Runs).InContainer() {
		return pocketid.ExampleContainerID
	}
	return found.Hostname
}

// unjudged is how the first session ended that ended for another reason than
// its name; nil when a name was accepted.
func unjudged(v View, list []pocketid.Candidate) *smtpcheck.Failure {
	said := verdicts(v)
	var first *smtpcheck.Failure
	for _, c := range list {
		one, ok := said[c.Name]
		if ok && one.Acceptance == smtpcheck.Accepted {
			return nil
		}
		if ok && one.Acceptance == smtpcheck.NotJudged && first == nil {
			first = one.Failure
		}
	}
	return first
}

// trouble explains a relay that judged no name. The live test leads to the
// cure.
func (s identity) trouble(v View, f *smtpcheck.Failure) []wizard.Block {
	d := s.world.diagnose(f, s.world.setup(v.Answers), nil)
	return []wizard.Block{
		wizard.Text{Body: "The names could not be judged; the test on the next page leads to the answer to change.", Tone: wizard.Warn},
		wizard.Text{Label: "It said", Body: f.Error()},
		wizard.Text{Label: "Why", Body: d.Cause},
		wizard.Text{Label: "Do this", Body: d.Fix},
	}
}

func (s identity) Take(v View) Intent {
	a := v.Answers
	name, field := strings.TrimSpace(v.Input["hostname"]), "hostname"
	if name == askAgain {
		a.Looks++
		return wizard.Stay(a, wizard.Fault{})
	}
	if name == another {
		name, field = strings.TrimSpace(v.Input["name"]), "name"
	}
	check := pocketid.CheckName(name)
	if err := check.Err(); err != nil {
		text := sentence(err.Error())
		if check.Suggest != "" && field == "name" {
			return wizard.Correct(a, wizard.Input{"name": check.Suggest},
				note("name", text+" It is filled in; Enter takes it."))
		}
		return wizard.Stay(a, wizard.Fault{Field: field, Text: text, Tone: wizard.Bad})
	}
	a.Hostname = name
	for _, o := range s.advice(v, name) {
		if v.Input["settings"] == o.ID+o.Title {
			a.Port, a.TLS = o.Port, o.TLS
		}
	}
	return wizard.Next(a)
}
