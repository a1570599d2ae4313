package steps

import (
	"fmt"
	"strings"

	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

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
	case v.Answers.Via != "":
		return ""
	case name == "localhost" || s.isContainerID(v, name):
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
	f := &wizard.Field{
		Name: "settings", Label: "Settings", Kind: wizard.ChoiceField,
		Help: wizard.Help{What: "The settings with which this relay accepts what Pocket ID announces, the easiest first."},
	}
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
	return f
}

func (s identity) situation(v View, name string) pocketid.Situation {
	var all []smtpcheck.IdentityResult
	said := identityResults(v)
	for _, c := range s.candidates(v) {
		if one, ok := said[c.Name]; ok {
			all = append(all, one)
		}
	}
	setup := setupOf(v.Answers)
	setup.As, setup.Hostname = v.Answers.version(), name
	return s.world.situation(setup, all, surveyed(v))
}

func (s identity) advice(v View, name string) []pocketid.Option {
	if len(identityResults(v)) == 0 {
		return nil
	}
	return pocketid.Advise(s.situation(v, name))
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
