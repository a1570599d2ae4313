package steps

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"smtp-wizard/pocketid"
	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
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

// Wants looks up how mail is sent for the sender's domain while the page is read.
// Nothing is looked up where there is a better guess, or nobody to read it.
func (s provider) Wants(v View) wizard.Job {
	a := v.Answers
	domain := senderDomain(a)
	_, owned := presets.ForAddress(a.From)
	if domain == "" || owned || a.Host != "" || a.Preset != "" || len(s.world.Presets) > 0 || a.Unattended || a.Offline || s.world.Offline ||
		s.world.DNS == nil && deliverability.Reserved(domain) {
		return wizard.Job{}
	}
	return wizard.Job{Task: "relay", For: domain}
}

// Work returns presets.Suggestions, the surest first.
func (s provider) Work(ctx context.Context, job wizard.Job, _ View, _ func(any)) any {
	return s.world.discovery().Of(ctx, job.For.(string))
}

// suggestions are what was found out, for the domain of these answers.
func (s provider) suggestions(v View) []presets.Suggestion {
	found, _ := result[[]presets.Suggestion](v, Provider)
	if v.Found[Provider].Job != s.Wants(v) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(found), func(f presets.Suggestion) bool { return !f.Preset.Usable })
}

// senderDomain is that of the From address, else the one that mail of APP_URL's
// owner is likely to come from.
func senderDomain(a Answers) string { return cmp.Or(presets.DomainOf(a.From), mailDomain(a.AppURL)) }

// mailDomain is the domain that mail of a host's owner is likely to come from:
// example.com for https://id.example.com.
func mailDomain(appURL string) string {
	u, err := url.Parse(appURL)
	if err != nil || !strings.Contains(u.Hostname(), ".") {
		return ""
	}
	domain, _ := publicsuffix.EffectiveTLDPlusOne(u.Hostname()) // "" where there is none
	return domain
}

func (s provider) Page(v View) wizard.Page {
	chosen := v.Text("preset", s.suggest(v))
	f := field(Provider, "preset", wizard.ChoiceField, chosen)
	f.Choices = s.choices(v)
	page := wizard.Page{
		Title: "Who sends the mail?",
		Why: "The preset fills in host, port and TLS, and says what this provider wants as user, " +
			"password and sender. Everything can be changed on the next pages.",
		Field: []wizard.Field{f},
	}
	if p, ok := presets.ByID(chosen); ok && len(p.Hosts) > 1 {
		page.Field = append(page.Field, regionField(v, p))
	}
	if v.Found[Provider].Running {
		domain := senderDomain(v.Answers)
		page.Aside = fmt.Sprintf("asking %s how mail is sent for %s, at most 5 s", s.world.discovery().Asked(domain), domain)
	}
	return page
}

func (s provider) choices(v View) []wizard.Choice {
	var list []wizard.Choice
	if s.isOfFile(v) {
		list = append(list, wizard.Choice{Value: keep, Cells: []string{"Keep " + v.Answers.Host, "as it is now"}, Apart: true})
	}
	for _, p := range s.world.Presets {
		c := presetChoice(p)
		c.Apart = true
		list = append(list, c)
	}
	chosen := v.Text("preset", s.suggest(v))
	var regions []wizard.Choice // to be found by a filter
	for _, p := range presets.All() {
		list = append(list, presetChoice(p))
		for _, h := range p.Regions() {
			c := presetChoice(p)
			c.Value, c.Cells = h.Host, []string{p.Name + ", " + h.Region, h.Host}
			if c.Find = p.Keywords + " " + p.ID; h.Host == chosen {
				list = append(list, c)
			} else {
				c.Under = p.ID
				regions = append(regions, c)
			}
		}
	}
	for _, f := range slices.Backward(s.suggestions(v)) {
		i := slices.IndexFunc(list, func(c wizard.Choice) bool { return c.Value == valueOf(f) })
		if i < 0 { // not the region that is chosen
			i = slices.IndexFunc(list, func(c wizard.Choice) bool { return c.Value == f.Preset.ID })
		}
		why := "Suggested: " + f.Why
		if f.Preset.ID == Custom {
			why = fmt.Sprintf("Suggested: %s, port %d; %s", f.Host, f.Port, f.Why)
		}
		list[i].Note = strings.TrimSpace(why + ". " + f.Preset.Notes)
	}
	return append(list, regions...)
}

func presetChoice(p presets.Preset) wizard.Choice {
	c := wizard.Choice{Value: p.ID, Cells: []string{p.Name, p.DefaultHost()}, Note: p.Notes, Find: p.FoundBy()}
	if !p.Usable {
		c.Tone, c.Note = wizard.Bad, p.WhyNot
	}
	return c
}

// valueOf is the choice that was found out: one of a provider's regions, or it.
func valueOf(f presets.Suggestion) string {
	if slices.ContainsFunc(f.Preset.Regions(), func(h presets.Host) bool { return h.Host == f.Host }) {
		return f.Host
	}
	return f.Preset.ID
}

// isOfFile reports whether the relay is the one that the .env has, so that it can
// be kept. A practice relay may be another each time.
func (s provider) isOfFile(v View) bool {
	return v.Answers.Host != "" && v.Answers.Host == discovered(v).Value("SMTP_HOST") &&
		(!s.world.Practice || slices.Contains(s.world.Presets[0].Ports(), v.Answers.Port))
}

// suggest is the choice to begin at: what is set already, else the provider of
// the sender's domain or the relay that was found for it, else the first of the table.
func (s provider) suggest(v View) string {
	a := v.Answers
	var list []string // the best first
	add := func(when bool, id string) {
		if when && !slices.Contains(a.Refused, refusedChoice(id)) {
			list = append(list, id)
		}
	}
	add(s.isOfFile(v), keep)
	add(a.Preset != "", a.Preset)
	for _, p := range s.world.Presets {
		add(true, p.ID)
	}
	add(a.Host != "", presetOf(a.Host))
	p, ok := presets.ForAddress(a.From)
	add(ok, p.ID)
	for _, f := range s.suggestions(v) {
		add(true, valueOf(f))
	}
	add(slices.Contains(a.Refused, refusedChoice(keep)), Custom) // after a refusal, another relay
	for _, p := range presets.All() {
		add(p.Usable, p.ID)
	}
	return list[0]
}

// refusedChoice is a choice of this page in Answers.Refused.
func refusedChoice(id string) string { return "choice " + id }

// refusing has choices that are not suggested any more.
func (a Answers) refusing(ids ...string) Answers {
	a.Refused = slices.Clone(a.Refused)
	for _, id := range ids {
		if id != Custom { // which is any other one
			a.Refused = append(a.Refused, refusedChoice(id))
		}
	}
	return a
}

// presetOf is the preset that a relay belongs to.
func presetOf(host string) string {
	p, one := presets.ByHost(host)
	if !one && isLoopback(host) { // it may be anything
		return Custom
	}
	return cmp.Or(p.ID, Custom)
}

func regionField(v View, p presets.Preset) wizard.Field {
	a := v.Answers
	f := field(Provider, "region", wizard.ChoiceField, p.Hosts[0].Host)
	f.Missing = !slices.ContainsFunc(p.Hosts, func(h presets.Host) bool { return h.Host == v.Input["region"] })
	f.Filter = len(p.Hosts) > 9                     // more than are taken in at a glance
	local := strings.HasPrefix(p.Category, "local") // the hosts are places to look at the relay from
	if local {
		f.Label = "Seen from"
		f.Help = wizard.Help{What: "Where Pocket ID runs decides which name it reaches the relay by."}
	}
	for _, h := range p.Hosts {
		f.Choices = append(f.Choices, choice(h.Host, h.Region, h.Host))
		if local && h.Host == "127.0.0.1" && !a.runtime().InContainer() || h.Host == a.Host {
			f.Default = h.Host
		}
	}
	return f
}

// presetFor is the preset of a choice, or the only one that a text such as that of
// --preset finds; its first host is the one that was meant.
func (s provider) presetFor(text string) (p presets.Preset, fault string) {
	if p, ok := s.world.preset(strings.TrimSpace(text)); ok {
		return p, ""
	}
	found := presets.Filter(text)
	switch {
	case len(found) == 1:
		return found[0], ""
	case len(found) == 0 || strings.TrimSpace(text) == "":
		return p, "there is no preset " + strings.TrimSpace(text) + ". `smtp-wizard presets` lists them"
	}
	var ids []string
	for _, p := range found[:min(len(found), 4)] {
		ids = append(ids, p.ID)
	}
	return p, fmt.Sprintf("%s may be %d presets, such as %s", strings.TrimSpace(text), len(found), strings.Join(ids, ", "))
}

// keepAll goes on to what the file does not say, and with nothing missing to the
// test, which leads back to what is wrong.
func keepAll(v View, a Answers) Intent {
	if a.Unattended {
		return wizard.Next(a)
	}
	a.Kept = true
	if a.Hostname == "" {
		a.Hostname = currentHostname(v)
	}
	if a.Hostname == "" && a.runtime().InContainer() {
		a.Hostname, a.ContainerID = pocketid.ExampleContainerID, true
	}
	if a.To == "" || a.From == "" || a.User != "" && a.Password.Empty() {
		return wizard.NextAt(a, Sender)
	}
	return wizard.NextAt(a, LiveTest)
}

// Take fills the relay in from the preset, but for what was kept.
func (s provider) Take(v View) Intent {
	a := v.Answers
	id := v.Input["preset"]
	if id == keep {
		if p, ok := presets.ByHost(a.Host); ok && a.Preset == "" {
			a.Preset = p.ID
		}
		return keepAll(v, a)
	}
	a.Kept = false
	p, fault := s.presetFor(id)
	if fault != "" {
		return wizard.Stay(a, errorAt("preset", fault))
	}
	if !p.Usable {
		a = a.refusing(p.ID)
		return wizard.Correct(a, wizard.Input{"preset": s.suggest(View{Answers: a, Found: v.Found})},
			errorAt("preset", "Pocket ID cannot send through it: "+p.WhyNot))
	}
	chosenBefore := a.Preset == p.ID
	old, _ := s.world.preset(a.Preset)
	a.Preset = p.ID
	if p.ID == Custom {
		if i := slices.IndexFunc(s.suggestions(v), func(f presets.Suggestion) bool { return f.Preset.ID == Custom }); i >= 0 {
			f := s.suggestions(v)[i]
			a = a.atRelay(f.Host)
			a.Port, a.TLS = f.Port, smtpcheck.TLSMode(f.TLS)
		}
		return wizard.Next(a)
	}
	before := a.Host
	host := p.DefaultHost()
	asked := func(h presets.Host) bool { return h.Host == v.Input["region"] }
	if strings.EqualFold(p.ID, id) && slices.ContainsFunc(p.Hosts, asked) {
		host = v.Input["region"]
	}
	if a = a.atRelay(host); a.Password.Empty() && (p.UserLiteral != "" || old.UserLiteral == a.User) {
		a.User = "" // it is not the user's own
	}
	if !chosenBefore || a.Host != before || a.Port == 0 { // else its port may have been changed since
		a.Port, a.TLS = firstEndpoint(p, a.version())
		return wizard.Next(a).Dropping(Relay)
	}
	return wizard.Next(a)
}
