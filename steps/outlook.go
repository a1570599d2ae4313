package steps

import (
	"fmt"
	"slices"
	"strings"

	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// outlook says what this version of Pocket ID will announce with the chosen
// name, and offers the settings with which the relay takes it.
func (s identity) outlook(v View) ([]wizard.Block, *wizard.Field) {
	name := v.Text("hostname", s.suggest(v))
	if name == another {
		name = strings.TrimSpace(v.Input["name"])
	}
	if name == "" {
		return nil, nil
	}
	situation := s.situation(v, name)
	version := situation.Version
	lead := fmt.Sprintf("With %s as its hostname, Pocket ID %s announces:", name, version)
	if !pocketid.SpeechOf(version, situation.Current.TLS, name).Proven {
		lead = fmt.Sprintf("As far as is known, and not proven, Pocket ID %s announces:", version)
	}
	table := wizard.Table{}
	for _, e := range append([]pocketid.Endpoint{situation.Current}, situation.Endpoints...) {
		table.Rows = append(table.Rows, outlookRow(e, situation.Announce(e, name)))
	}
	blocks := []wizard.Block{wizard.Text{Body: lead}, table}
	if text := s.consequence(v, situation, name); text != "" {
		blocks = append(blocks, wizard.Text{Body: text})
	}
	options := s.advice(v, name)
	if len(options) == 0 || options[0].ID == "keep" {
		return blocks, nil
	}
	if field := settingsField(options); field != nil {
		return blocks, field
	}
	// No port takes this name: the easiest way out is said, and chosen in the list.
	return append(blocks, wizard.Text{Tone: wizard.Warn, Body: options[0].Title + ". " + options[0].Why}), nil
}

// consequence says what has to be set for Pocket ID to have that hostname.
func (s identity) consequence(v View, in pocketid.Situation, name string) string {
	switch {
	case name == "localhost" || name == pocketid.ExampleContainerID:
		return ""
	case !pocketid.UsesHostname(in.Version, in.Current.TLS):
		return "This version has no use for a hostname when it sends mail, as far as is known."
	case name == s.present(v):
		return "Pocket ID has this hostname already."
	case in.Runtime == pocketid.RuntimeCompose && !overrides(v):
		return "The service in your compose file then needs `hostname: " + name + "`."
	case in.Runtime == pocketid.RuntimeCompose:
		return "This sets `hostname: " + name + "` in compose."
	case in.Runtime.InContainer():
		return "The container is then to be started with --hostname " + name + "."
	}
	return "This machine's hostname has then to become " + name + "."
}

// overrides reports whether the last page can set the hostname itself: where a
// compose file was found, and no override file that it would have to edit.
func overrides(v View) bool {
	found, _ := result[Surroundings](v, Install)
	return found.Install.ComposeFile != "" && found.Install.OverrideFile == ""
}

func outlookRow(e pocketid.Endpoint, out pocketid.Announcement) wizard.Row {
	names := out.Names.First
	if e.TLS == smtpcheck.TLSStartTLS && out.Names.AfterTLS != names {
		names += ", then " + out.Names.AfterTLS
	}
	row := wizard.Row{Cells: []string{fmt.Sprintf("%d %s", e.Port, e.TLS), names, "not judged"}, Tone: wizard.Quiet}
	switch {
	case out.Broken != "":
		row.Tone, row.Cells[2] = wizard.Bad, "this version fails: "+out.Broken
	case out.Acceptance == smtpcheck.Accepted:
		row.Tone, row.Cells[2] = wizard.Good, "accepted here"
	case out.Acceptance == smtpcheck.Refused:
		row.Tone, row.Cells[2] = wizard.Bad, "refused here"
	}
	return row
}

// settingsField offers the ports on which the relay takes the chosen name; nil
// where there is none.
func settingsField(options []pocketid.Option) *wizard.Field {
	f := &wizard.Field{
		Name: "settings", Label: "Settings", Kind: wizard.ChoiceField,
		Help: wizard.Help{What: "The settings with which this relay takes what Pocket ID announces, the easiest first."},
	}
	for _, o := range options {
		if o.ID == "endpoint" {
			f.Choices = append(f.Choices, wizard.Choice{Value: o.ID + o.Title, Cells: []string{o.Title}, Note: o.Why})
		}
	}
	if len(f.Choices) == 0 {
		return nil
	}
	f.Choices = append(f.Choices, wizard.Choice{Value: "leave", Cells: []string{"Leave it as it is"}})
	f.Default = f.Choices[0].Value
	return f
}

func (s identity) situation(v View, name string) pocketid.Situation {
	var all []smtpcheck.IdentityResult
	said := verdicts(v)
	for _, c := range s.candidates(v) {
		if one, ok := said[c.Name]; ok {
			all = append(all, one)
		}
	}
	setup := s.world.setup(v.Answers)
	setup.As, setup.Hostname = s.world.version(v.Answers), name
	return s.world.situation(setup, all, surveyed(v))
}

func (s identity) advice(v View, name string) []pocketid.Option {
	if len(verdicts(v)) == 0 {
		return nil
	}
	return pocketid.Advise(s.situation(v, name))
}

// situation is what the advice depends on.
func (w World) situation(s Setup, said []smtpcheck.IdentityResult, found []pocketid.Endpoint) pocketid.Situation {
	out := pocketid.Situation{
		Version: s.As, Runtime: s.Runtime, Hostname: s.Hostname, HasLogin: s.User != "",
		Current: pocketid.Endpoint{Port: s.Port, TLS: s.TLS}, Results: said, ContainerID: pocketid.ExampleContainerID,
	}
	if p, ok := w.preset(s.Preset); ok && s.Preset != Custom {
		for _, e := range p.Endpoints {
			found = append(found, pocketid.Endpoint{Port: e.Port, TLS: smtpcheck.TLSMode(e.TLS)})
		}
	}
	for _, e := range found {
		if e != out.Current && !slices.Contains(out.Endpoints, e) {
			out.Endpoints = append(out.Endpoints, e)
		}
	}
	return out
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
