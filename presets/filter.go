package presets

import (
	"slices"
	"strings"

	"smtp-wizard/internal/text"
)

// Regions are the hosts to choose from: none where there is one alone, or where
// they are places to look at the same relay from.
func (p Preset) Regions() []Host {
	if len(p.Hosts) < 2 || strings.HasPrefix(p.Category, "local") {
		return nil
	}
	return p.Hosts
}

// FoundBy are the words that find a preset besides its id and name.
func (p Preset) FoundBy() string {
	words := slices.Concat([]string{p.Keywords, p.DefaultHost()}, p.Domains, p.HostPatterns)
	if p.Regions() == nil {
		for _, h := range p.Hosts {
			words = append(words, h.Host, h.Region)
		}
	}
	return strings.Join(words, " ")
}

// Filter finds presets by what people type: names, hosts, addresses, regions (see
// text.Find). Hosts whose region or name was meant come first in their preset. No
// text at all is the whole table.
func Filter(query string) []Preset {
	type row struct {
		preset Preset
		host   Host
	}
	var rows []row
	var entries []text.Entry
	for _, p := range table() {
		rows = append(rows, row{preset: p})
		entries = append(entries, text.Entry{Names: []string{p.ID, p.Name}, More: p.FoundBy(), Last: !p.Usable})
		for _, h := range p.Regions() {
			rows = append(rows, row{p, h})
			entries = append(entries, text.Entry{Names: []string{h.Host}, Under: p.ID, Last: !p.Usable,
				More: strings.Join([]string{h.Region, p.ID, p.Name, p.Keywords}, " ")})
		}
	}
	var found []Preset
	meant := map[string][]Host{}
	for _, i := range text.Find(query, entries) {
		p := rows[i].preset
		if !slices.ContainsFunc(found, func(f Preset) bool { return f.ID == p.ID }) {
			found = append(found, p)
		}
		if rows[i].host != (Host{}) {
			meant[p.ID] = append(meant[p.ID], rows[i].host)
		}
	}
	for i, p := range found {
		others := slices.DeleteFunc(slices.Clone(p.Hosts), func(h Host) bool { return slices.Contains(meant[p.ID], h) })
		found[i].Hosts = append(meant[p.ID], others...)
	}
	return found
}
