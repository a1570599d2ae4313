package steps

import (
	"fmt"

	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// outlook says what this version of Pocket ID will announce with the chosen
// name, and offers the settings with which the relay takes it.
func (s identity) outlook(v wizard.View) ([]wizard.Block, *wizard.Field) {
	name := v.Text("hostname", s.suggest(v))
	if name == another {
		name = v.Input["name"]
	}
	situation := s.situation(v, name)
	version, way := situation.Version, situation.Way
	lead := fmt.Sprintf("Your Pocket ID is %s, %s. With this name as its hostname it announces", version, way.Label())
	if !pocketid.SpeechOf(version, situation.Current.TLS, name).Proven {
		lead = fmt.Sprintf("Your Pocket ID is %s, %s. As far as is known (this is not proven) it announces", version, way.Label())
	}
	table := wizard.Table{}
	for _, e := range append([]pocketid.Endpoint{situation.Current}, situation.Endpoints...) {
		table.Rows = append(table.Rows, outlookRow(e, situation.OutlookAt(e, name)))
	}
	blocks := []wizard.Block{wizard.Text{Body: lead}, table}
	options := s.advice(v, name)
	if len(options) == 0 || options[0].ID == "keep" {
		return blocks, nil
	}
	if !settles(options[0]) {
		for _, o := range options {
			blocks = append(blocks, wizard.Text{Tone: wizard.Warn, Label: o.Title, Body: o.Why})
		}
		return blocks, nil
	}
	return blocks, settingsField(options)
}

func outlookRow(e pocketid.Endpoint, out pocketid.Outlook) wizard.Row {
	names := out.Names.First
	if e.TLS == smtpcheck.TLSStartTLS && out.Names.AfterTLS != names {
		names += ", then " + out.Names.AfterTLS
	}
	row := wizard.Row{Cells: []string{fmt.Sprintf("%d %s", e.Port, e.TLS), names, "not judged"}, Tone: wizard.Quiet}
	switch {
	case out.Broken != "":
		row.Tone, row.Cells[2] = wizard.Bad, "this version fails: "+out.Broken
	case out.Status == pocketid.Accepted:
		row.Tone, row.Cells[2] = wizard.Good, "accepted here"
	case out.Status == pocketid.Refused:
		row.Tone, row.Cells[2] = wizard.Bad, "refused here"
	}
	return row
}

// settles reports whether an option is a setting that the wizard can make.
func settles(o pocketid.Option) bool {
	switch o.ID {
	case "endpoint", "hostname", "endpoint-hostname":
		return true
	}
	return false
}

func settingsField(options []pocketid.Option) *wizard.Field {
	f := &wizard.Field{
		Name: "settings", Label: "So", Kind: wizard.ChoiceField,
		Help: wizard.Help{What: "The settings with which this relay takes what Pocket ID announces, the easiest first."},
	}
	for _, o := range options {
		if settles(o) {
			f.Choices = append(f.Choices, wizard.Choice{Value: o.ID + o.Title, Cells: []string{o.Title}, Note: o.Why})
		}
	}
	f.Choices = append(f.Choices, wizard.Choice{Value: "leave", Cells: []string{"Leave it as it is"}})
	f.Default = f.Choices[0].Value
	return f
}

func (s identity) situation(v wizard.View, name string) pocketid.Situation {
	var all []smtpcheck.Verdict
	said := verdicts(v)
	for _, c := range s.candidates(v) {
		if one, ok := said[c.Name]; ok {
			all = append(all, one)
		}
	}
	setup := s.world.setup(v.Answers)
	setup.As, setup.Hostname = s.world.version(v.Answers), name
	return s.world.situation(setup, all, pocketid.Way(v.Answers.Runs))
}

func (s identity) advice(v wizard.View, name string) []pocketid.Option {
	if len(verdicts(v)) == 0 {
		return nil
	}
	return pocketid.Advise(s.situation(v, name))
}

// situation is what the advice depends on.
func (w World) situation(s Setup, said []smtpcheck.Verdict, way pocketid.Way) pocketid.Situation {
	out := pocketid.Situation{
		Version: s.As, Way: way, Hostname: s.Hostname, HasLogin: s.User != "",
		Current: pocketid.Endpoint{Port: s.Port, TLS: s.TLS},
	}
	for _, v := range said {
		status := pocketid.Unknown
		switch v.Outcome {
		case smtpcheck.Accepted:
			status = pocketid.Accepted
		case smtpcheck.Refused:
			status = pocketid.Refused
		}
		out.Verdicts = append(out.Verdicts, pocketid.NamedVerdict{
			Name: v.Name, Verdict: pocketid.Verdict{Status: status, Stage: v.Stage}})
	}
	if p, ok := w.preset(s.Preset); ok && s.Preset != Custom {
		for _, e := range p.Endpoints {
			mode := smtpcheck.TLSMode(e.TLS)
			if e.Port != s.Port || mode != s.TLS {
				out.Endpoints = append(out.Endpoints, pocketid.Endpoint{Port: e.Port, TLS: mode})
			}
		}
	}
	return out
}
