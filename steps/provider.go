package steps

import (
	"strings"

	"smtp-wizard/pocketid"
	"smtp-wizard/presets"
	"smtp-wizard/wizard"
)

// Custom is the preset for a relay that is in no table.
const Custom = "custom"

// keep is the choice that leaves the relay of the .env as it is.
const keep = "keep"

// provider asks whose relay sends the mail.
type provider struct{ world World }

func (provider) ID() wizard.ID     { return Provider }
func (provider) Name() string      { return "Provider" }
func (provider) Skip(Answers) bool { return false }

func (s provider) Page(v View) wizard.Page {
	chosen := v.Text("preset", s.suggest(v))
	page := wizard.Page{
		Title: "Who sends the mail?",
		Why: "The preset fills in host, port and TLS, and says what this provider wants as user, " +
			"password and sender. Everything can be changed on the next pages.",
		Field: []wizard.Field{{
			Name: "preset", Label: "Provider", Kind: wizard.ChoiceField, Flag: "--preset",
			Default: chosen, Choices: s.choices(v), Filter: true,
			Help: wizard.Help{
				What:    "The company or program that takes the mail from Pocket ID and delivers it. Type some letters to narrow the list.",
				Example: "Google Workspace relay; Amazon SES; a Postfix of your own",
				Where:   "Where the mail of your domain is handled, or where you have an account for sending.",
			},
		}},
	}
	if p, ok := presets.ByID(chosen); ok && len(p.Hosts) > 1 {
		page.Field = append(page.Field, regionField(p, v.Answers))
	}
	if v.Found[Provider].Running {
		page.Aside = "asking the DNS who receives the mail of " + s.senderDomain(v.Answers)
	}
	return page
}

func (s provider) choices(v View) []wizard.Choice {
	var list []wizard.Choice
	if s.isOfFile(v) {
		list = append(list, wizard.Choice{Value: keep, Cells: []string{"Keep " + v.Answers.Host, "as it is now"}})
	}
	for _, p := range s.world.Presets {
		list = append(list, presetChoice(p))
	}
	r, found := s.receiver(v)
	for _, p := range presets.All() {
		c := presetChoice(p)
		if found && p.ID == r.Preset.ID {
			c.Note = strings.TrimSpace(receives(r, s.senderDomain(v.Answers)) + " " + c.Note)
		}
		list = append(list, c)
	}
	return list
}

func presetChoice(p presets.Preset) wizard.Choice {
	c := wizard.Choice{Value: p.ID, Cells: []string{p.Name, firstHost(p)}, Note: p.Notes, Find: p.Keywords}
	for _, h := range p.Hosts {
		c.Find += " " + h.Host + " " + h.Region
	}
	if !p.Usable {
		c.Tone, c.Note = wizard.Bad, p.WhyNot
	}
	return c
}

func firstHost(p presets.Preset) string {
	if len(p.Hosts) == 0 {
		return ""
	}
	return p.Hosts[0].Host
}

// isOfFile reports whether the relay is the one that the .env has, so that it can
// be kept. A practice relay is a new one each time.
func (s provider) isOfFile(v View) bool {
	found, _ := result[Surroundings](v, Install)
	return v.Answers.Host != "" && v.Answers.Host == found.Value("SMTP_HOST") && !s.world.Practice
}

// suggest is the choice to begin at: what is set already, else the provider of
// the sender's domain or whoever receives its mail, else the first of the table.
func (s provider) suggest(v View) string {
	a := v.Answers
	if s.isOfFile(v) {
		return keep
	}
	if a.Preset != "" {
		return a.Preset
	}
	for _, p := range s.world.Presets {
		return p.ID
	}
	if a.Host != "" {
		return presetOf(a.Host)
	}
	if p, ok := presets.ForAddress(a.From); ok {
		return p.ID
	}
	if r, ok := s.receiver(v); ok && r.Preset.Usable {
		return r.Preset.ID
	}
	return presets.All()[0].ID
}

// manyHosts is how many regions of a provider are taken in at a glance.
const manyHosts = 9

func regionField(p presets.Preset, a Answers) wizard.Field {
	f := wizard.Field{
		Name: "region", Label: "Region", Kind: wizard.ChoiceField, Default: p.Hosts[0].Host,
		Filter: len(p.Hosts) > manyHosts,
		Help: wizard.Help{
			What:  "Accounts of this provider belong to a region, and each region has a host of its own.",
			Where: "In the provider's console, where the account was made.",
		},
	}
	local := strings.HasPrefix(p.Category, "local") // the hosts are places to look at the relay from
	if local {
		f.Label = "Seen from"
		f.Help = wizard.Help{What: "Where Pocket ID runs decides by which name it reaches the relay."}
	}
	for _, h := range p.Hosts {
		f.Choices = append(f.Choices, wizard.Choice{Value: h.Host, Cells: []string{h.Region, h.Host}})
		if local && h.Host == "127.0.0.1" && !pocketid.Runtime(a.Runs).InContainer() {
			f.Default = h.Host
		}
		if h.Host == a.Host {
			f.Default = h.Host
		}
	}
	return f
}

// Take fills the relay in from the preset, but for what was kept.
func (s provider) Take(v View) Intent {
	a := v.Answers
	id := v.Input["preset"]
	if id == keep {
		if p, ok := presets.ByHost(a.Host); ok && a.Preset == "" {
			a.Preset = p.ID
		}
		return wizard.Next(a)
	}
	p, ok := s.world.preset(id)
	if !ok {
		return wizard.Stay(a, wizard.Fault{Field: "preset", Text: "There is no preset " + strings.TrimSpace(id) + ". `smtp-wizard presets` lists them.", Tone: wizard.Bad})
	}
	if !p.Usable {
		return wizard.Stay(a, wizard.Fault{Field: "preset", Text: "Pocket ID cannot send through it: " + p.WhyNot, Tone: wizard.Bad})
	}
	chosen := a.Preset == p.ID
	a.Preset = p.ID
	if id == Custom {
		return wizard.Next(a)
	}
	before, port := a.Host, a.Port
	a.Host = firstHost(p)
	for _, h := range p.Hosts {
		if h.Host == v.Input["region"] {
			a.Host = h.Host
		}
	}
	if a.Host != before {
		a.SkipVerify, a.Untested = false, false // they were said of another relay
	}
	if again := chosen && a.Host == before && port != 0; !again { // its port may have been changed since
		a.Port, a.TLS = s.world.endpoint(p, a)
	}
	return wizard.Next(a)
}
