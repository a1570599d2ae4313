package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// identity asks which name Pocket ID is to announce, and what the relay says to
// each.
type identity struct{ world World }

// The choices that are no names: to type one, and to let Pocket ID say it.
const (
	another = "another"
	hear    = "hear it"
)

func (identity) ID() wizard.ID       { return Identity }
func (identity) Name() string        { return "Identity" }
func (identity) Skip(a Answers) bool { return a.Offline }

// nameProbe is the job of asking the relay about names.
type nameProbe struct {
	setup Setup
	names string
}

func (s identity) Wants(v View) wizard.Job {
	a := v.Answers
	if a.Offline || a.Host == "" || discovered(v).whyInside(a.Host, a.runtime()) != "" {
		return wizard.Job{}
	}
	var names []string
	for _, c := range s.candidates(v) {
		if c.Check.Grade != pocketid.GradeBad {
			names = append(names, c.Name)
		}
	}
	setup := SetupOf(v.Answers)
	setup.Hostname, setup.ContainerID, setup.As, setup.Via = "", false, pocketid.Version{}, ""
	return wizard.Job{Task: "names", For: nameProbe{setup, strings.Join(names, " ")}}
}

// Work tries each name in a session of its own. No message is sent.
func (s identity) Work(ctx context.Context, job wizard.Job, _ View, report func(any)) any {
	probe := job.For.(nameProbe)
	plan, _ := s.world.Plan(probe.setup)
	return smtpcheck.Identities(ctx, plan, strings.Fields(probe.names), func(r smtpcheck.IdentityResult) { report(r) })
}

// candidates are the names found and typed.
func (s identity) candidates(v View) []pocketid.Candidate {
	list := discovered(v).Candidates(v.Answers.AppURL)
	for _, typed := range []string{v.Answers.Hostname, v.Input["name"], v.Input["hostname"]} {
		typed = strings.TrimSpace(typed)
		known := func(c pocketid.Candidate) bool { return strings.EqualFold(c.Name, typed) }
		if typed != "" && typed != another && typed != hear && !slices.ContainsFunc(list, known) {
			list = append(list, pocketid.Candidate{Name: typed,
				Origins: []pocketid.Origin{pocketid.FromTyped}, Check: pocketid.CheckName(typed)})
		}
	}
	return list
}

// isContainerID reports whether a name only stands for the container's own id. One that
// the admin gave is a name, whatever it looks like.
func (s identity) isContainerID(v View, name string) bool {
	given := v.Input["hostname"] == another || name == v.Answers.Hostname && !v.Answers.ContainerID
	return !given && slices.ContainsFunc(s.candidates(v), func(c pocketid.Candidate) bool {
		return c.Name == name && slices.Contains(c.Origins, pocketid.FromContainerID)
	})
}

// identityResults are the relay's answers so far, by name.
func identityResults(v View) map[string]smtpcheck.IdentityResult {
	said := map[string]smtpcheck.IdentityResult{}
	for _, one := range reported[smtpcheck.IdentityResult](v.Found[Identity]) {
		said[one.Name] = one
	}
	return said
}

func (s identity) Page(v View) wizard.Page {
	page := wizard.Page{
		Title: "Which name does Pocket ID announce?",
		Why: "Pocket ID tells the relay a name in EHLO, and a relay may hang up on a name such as localhost. " +
			"Each name is tried here up to RCPT; no mail is sent.",
	}
	f := v.Found[Identity]
	if f.Running {
		page.Busy, page.Skip = "Asking "+v.Answers.Host+s.world.atMost(SetupOf(v.Answers)), true
	}
	page.Field = append(page.Field, s.nameField(v))
	if v.Input["hostname"] == another {
		name := field(Identity, "name", wizard.TextField, "")
		name.Missing = v.Input["name"] == ""
		page.Field = append(page.Field, name)
	}
	if f.Running {
		return page
	}
	if failure := otherFailure(v); failure != nil {
		if errors.Is(failure, context.Canceled) {
			page.After = []wizard.Block{wizard.Text{Tone: wizard.Warn, Body: "You skipped the wait, so the relay was not asked about the names."}}
			return page
		}
		page.After = []wizard.Block{wizard.Text{Tone: wizard.Warn, Body: "The relay could not be asked about the names. " +
			"The test on the next page says what to change."}, errorBlock(failure)}
		return page
	}
	announcement, settings := s.announcement(v)
	page.After = announcement
	if settings != nil {
		page.Field = append(page.Field, *settings)
	}
	return page
}

func (s identity) nameField(v View) wizard.Field {
	said := identityResults(v)
	f := field(Identity, "hostname", wizard.ChoiceField, s.suggest(v))
	for _, c := range s.candidates(v) {
		f.Choices = append(f.Choices, s.nameChoice(c, said, v))
	}
	f.Choices = append(f.Choices, choice(another, "another name"))
	if !s.world.Practice && !v.Answers.Unattended {
		f.Choices = append(f.Choices, wizard.Choice{Value: hear, Key: "h", Cells: []string{"listen to it (h)"},
			Note: "Pocket ID sends a test mail to this program, which shows what it announces."})
	}
	return f
}

func (s identity) nameChoice(c pocketid.Candidate, said map[string]smtpcheck.IdentityResult, v View) wizard.Choice {
	var from []string
	for _, o := range c.Origins {
		if o == pocketid.FromLocalhost {
			from = append(from, pocketid.LocalhostLabel(v.Answers.version(), v.Answers.TLS))
		} else {
			from = append(from, o.Label())
		}
	}
	tone, words, took := wizard.Plain, "not tried", ""
	if one, ok := said[c.Name]; ok {
		tone, words = resultWords(one)
		took = millis(one.Elapsed)
		said := pocketid.SpeechOf(v.Answers.version(), v.Answers.TLS, "x").Names.First == "localhost"
		if c.Name == "localhost" && tone == wizard.Bad && !said {
			tone = wizard.Quiet // no harm: it is not said
		}
	} else if v.Found[Identity].Running {
		tone, words = wizard.Busy, "asking"
	}
	return wizard.Choice{Value: c.Name, Note: c.Check.Reason, Tone: tone,
		Cells: []string{c.Name, strings.Join(from, ", "), words, took}}
}

// resultWords says in a few words what the relay made of a name.
func resultWords(r smtpcheck.IdentityResult) (wizard.Tone, string) {
	stage := strings.ToUpper(string(r.Stage))
	switch {
	case r.Acceptance == smtpcheck.Accepted:
		return wizard.Good, "accepted"
	case r.Acceptance != smtpcheck.Refused:
		return wizard.Warn, "not judged"
	case r.Reply == nil:
		return wizard.Bad, "hung up at " + stage
	}
	return wizard.Bad, fmt.Sprintf("%d at %s", r.Reply.Code, stage)
}

// suggest is the name to begin with: what was chosen, else what Pocket ID has
// already if the relay accepts it, else the best name that it accepts.
func (s identity) suggest(v View) string {
	said := identityResults(v)
	accepted := func(name string) bool { return said[name].Acceptance == smtpcheck.Accepted }
	// Sent back by a refusal, nobody is offered the refused name again.
	sentBack := v.Fault.Field == "hostname" && said[v.Answers.Hostname].Acceptance == smtpcheck.Refused
	if v.Answers.Hostname != "" && !sentBack {
		return v.Answers.Hostname
	}
	if now := currentHostname(v); accepted(now) && pocketid.CheckName(now).Grade == pocketid.GradeOK {
		return now
	}
	list := s.candidates(v)
	for _, c := range list { // the best first
		if accepted(c.Name) && c.Name != "localhost" {
			return c.Name
		}
	}
	return list[0].Name
}

// currentHostname is the hostname that Pocket ID has now, as far as can be told.
func currentHostname(v View) string {
	found := discovered(v)
	if name := found.Install.Hostname.Value; name != "" {
		return name
	}
	if v.Answers.runtime().InContainer() {
		return "" // new with every container
	}
	return found.Hostname
}

// otherFailure is how the first session ended that ended for another reason than
// its name; nil when a name was accepted.
func otherFailure(v View) (first *smtpcheck.Failure) {
	for _, one := range reported[smtpcheck.IdentityResult](v.Found[Identity]) {
		if one.Acceptance == smtpcheck.Accepted {
			return nil
		}
		if one.Acceptance == smtpcheck.NotJudged && first == nil {
			first = one.Failure
		}
	}
	return first
}

func (s identity) Take(v View) Intent {
	a := v.Answers
	name, field := strings.TrimSpace(v.Input["hostname"]), "hostname"
	if name == another {
		name, field = strings.TrimSpace(v.Input["name"]), "name"
	}
	a.Listen, a.Heard = name == hear, Heard{}
	if a.Listen {
		name = s.suggest(v)
	}
	check := pocketid.CheckName(name)
	if check.Grade == pocketid.GradeBad {
		f := errorAt(field, check.Reason)
		if check.Suggest != "" && field == "name" {
			return wizard.Correct(a, wizard.Input{"name": check.Suggest},
				noticeAt("name", f.Text+" It is filled in; press Enter to use it."))
		}
		return wizard.Stay(a, f)
	}
	a.Hostname, a.ContainerID = name, s.isContainerID(v, name)
	for _, o := range s.advice(v, name) {
		if v.Input["settings"] == o.ID+o.Title {
			a.Port, a.TLS = o.Port, o.TLS
		}
	}
	if v.Input["settings"] == actVia {
		return wizard.Next(a.through(s.world.wayOut(v), s.advice(v, name)[0].Hostname))
	}
	return wizard.Next(a)
}

// announcement says what this version of Pocket ID will announce with the chosen
// name, and offers the settings with which the relay accepts it.
func (s identity) announcement(v View) ([]wizard.Block, *wizard.Field) {
	name := v.Text("hostname", s.suggest(v))
	if name == another || name == hear {
		name = strings.TrimSpace(v.Input["name"])
	}
	if name == "" {
		return nil, nil
	}
	situation := s.situation(v, name)
	version := situation.Version
	lead := fmt.Sprintf("With %s as its hostname, Pocket ID %s announces:", name, version)
	if !pocketid.SpeechOf(version, situation.Current.TLS, name).Proven {
		lead = fmt.Sprintf("As far as is known, but not proven, Pocket ID %s announces:", version)
	}
	if v.Answers.Via != "" {
		lead = "Pocket ID sends to a relay in between, which announces:"
	}
	table := wizard.Table{}
	for _, e := range append([]pocketid.Endpoint{situation.Current}, situation.Endpoints...) {
		table.Rows = append(table.Rows, announcementRow(e, situation.Announce(e, name)))
	}
	blocks := []wizard.Block{wizard.Text{Body: lead}, table}
	if text := s.consequence(v, situation, name); text != "" {
		blocks = append(blocks, wizard.Text{Body: text})
	}
	options := s.advice(v, name)
	if len(options) == 0 || options[0].ID == "keep" {
		return blocks, nil
	}
	if field := s.settingsField(v, options); field != nil {
		return blocks, field
	}
	// No port takes this name: the easiest way out is said, and chosen in the list.
	return append(blocks, wizard.Text{Tone: wizard.Warn, Body: options[0].Title + ". " + options[0].Why}), nil
}

// consequence says what has to be set for Pocket ID to have that hostname.
func (s identity) consequence(v View, in pocketid.Situation, name string) string {
	install := discovered(v).Install
	switch {
	case v.Answers.Via != "" || name == "localhost" || s.isContainerID(v, name):
		return ""
	case !pocketid.UsesHostname(in.Version, in.Current.TLS):
		return "As far as is known, this version does not use its hostname when it sends mail."
	case name == currentHostname(v):
		return "Pocket ID already has this hostname."
	case in.Runtime != install.Runs:
		return in.Runtime.HostnameSetting(name) + "."
	case len(install.HostnameFiles()) > 0:
		return "This sets `hostname: " + name + "` in compose." // the last page does
	}
	return install.HostnameAdvice(name) + "."
}

func announcementRow(e pocketid.Endpoint, out pocketid.Announcement) wizard.Row {
	names := out.Names.First
	if e.TLS == smtpcheck.TLSStartTLS && out.Names.AfterTLS != names {
		names += ", then " + out.Names.AfterTLS
	}
	tone, words := wizard.Quiet, "not judged"
	switch {
	case out.Broken != "":
		tone, words = wizard.Bad, "this version fails: "+out.Broken
	case out.Acceptance == smtpcheck.Accepted:
		tone, words = wizard.Good, "accepted here"
	case out.Acceptance == smtpcheck.Refused:
		tone, words = wizard.Bad, "refused here"
	}
	return rowOf(tone, fmt.Sprintf("%d %s", e.Port, e.TLS), names, words)
}

// settingsField offers the ports on which the relay accepts the chosen name; nil
// where there is none.
func (s identity) settingsField(v View, options []pocketid.Option) *wizard.Field {
	f := field(Identity, "settings", wizard.ChoiceField, "")
	for _, o := range options {
		if o.ID == "endpoint" {
			f.Choices = append(f.Choices, wizard.Choice{Value: o.ID + o.Title, Cells: []string{o.Title}, Note: o.Why})
		}
	}
	if way := s.world.wayOut(v); options[0].ID == "relay" && way != "" && v.Answers.Via == "" {
		f.Choices = append(f.Choices, viaChoice(way, options[0].Hostname))
	}
	if len(f.Choices) == 0 {
		return nil
	}
	f.Choices = append(f.Choices, choice("leave", "Leave it as it is"))
	f.Default = f.Choices[0].Value
	return &f
}

func (s identity) situation(v View, name string) pocketid.Situation {
	setup := SetupOf(v.Answers)
	setup.As, setup.Hostname = v.Answers.version(), name
	return s.world.situation(setup, reported[smtpcheck.IdentityResult](v.Found[Identity]), surveyed(v))
}

func (s identity) advice(v View, name string) []pocketid.Option {
	if situation := s.situation(v, name); len(situation.Results) > 0 {
		return pocketid.Advise(situation)
	}
	return nil
}

// surveyed are the endpoints that the look at the relay's ports has found.
func surveyed(v View) []pocketid.Endpoint {
	var list []pocketid.Endpoint
	for _, p := range portsFound(v.Found[Relay]) {
		if p.TLS != "" && v.Answers.Preset == Custom {
			list = append(list, pocketid.Endpoint{Port: p.Port, TLS: p.TLS})
		}
	}
	return list
}
