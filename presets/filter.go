package presets

import (
	"cmp"
	"slices"
	"strings"
)

// Filter finds presets by free text: every word of it must occur in the id, the
// name, the keywords, a host or a mail domain. The best match comes first, equals
// keep the order of the table, and no text at all is the whole table.
func Filter(text string) []Preset {
	words := strings.Fields(strings.ToLower(text))
	if len(words) == 0 {
		return All()
	}
	type hit struct {
		preset Preset
		score  int
	}
	var hits []hit
	for _, p := range table {
		if score, ok := matchAll(p, words); ok {
			hits = append(hits, hit{p, score})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.score, b.score) })
	out := make([]Preset, len(hits))
	for i, h := range hits {
		out[i] = h.preset
	}
	return out
}

// matchAll adds up the scores of all words; lower is better.
func matchAll(p Preset, words []string) (int, bool) {
	total := 0
	for _, word := range words {
		score, ok := match(p, word)
		if !ok {
			return 0, false
		}
		total += score
	}
	if !p.Usable {
		total += scoreUnusable
	}
	return total, true
}

// Scores of one word, by where it was found.
const (
	scoreExact    = 0 // it is the id or the name
	scorePrefix   = 1 // id or name begin with it
	scoreWord     = 2 // a word of the name or a keyword begins with it
	scoreInside   = 4 // somewhere in id or name
	scoreHost     = 6 // in a host or a domain
	scoreUnusable = 3 // moves a preset that cannot be used behind its equals
)

func match(p Preset, word string) (int, bool) {
	name := strings.ToLower(p.Name)
	switch {
	case p.ID == word || name == word:
		return scoreExact, true
	case strings.HasPrefix(p.ID, word) || strings.HasPrefix(name, word):
		return scorePrefix, true
	case anyWord(name+" "+p.ID+" "+p.Keywords, word):
		return scoreWord, true
	case strings.Contains(p.ID, word) || strings.Contains(name, word):
		return scoreInside, true
	case p.hasHost(word):
		return scoreHost, true
	}
	return 0, false
}

func anyWord(text, word string) bool {
	split := func(r rune) bool { return strings.ContainsRune(" -/()", r) }
	return slices.ContainsFunc(strings.FieldsFunc(text, split), func(w string) bool {
		return strings.HasPrefix(w, word)
	})
}

func (p Preset) hasHost(word string) bool {
	inHost := func(h Host) bool { return strings.Contains(h.Host, word) }
	inDomain := func(d string) bool { return strings.Contains(d, word) }
	return slices.ContainsFunc(p.Hosts, inHost) || slices.ContainsFunc(p.Domains, inDomain)
}
