package text

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"unicode"
)

// Entry is something that can be searched for.
type Entry struct {
	Names []string // the first identifies it
	More  string   // other words for it; one with a * is a pattern of names
	// Under is the first name of the entry of which this one is a special case. A
	// query that matches all special cases finds that entry instead.
	Under string
	Last  bool // sorts after all others
}

// Find returns the indexes of the entries that have all words of a query, in any
// order, best match first. Of an address only the domain counts. If nothing matches,
// it tries the patterns, then words with a typo of one letter.
func Find(query string, entries []Entry) []int {
	query = strings.ToLower(strings.TrimSpace(query))
	words := strings.Fields(query)
	for i, w := range words {
		words[i] = strings.TrimSuffix(w[strings.LastIndexByte(w, '@')+1:], ".")
	}
	texts, patterns := make([]string, len(entries)), make([]string, len(entries))
	for i, e := range entries {
		for _, word := range strings.Fields(strings.ToLower(strings.Join(e.Names, " ") + " " + e.More)) {
			if strings.Contains(word, "*") {
				patterns[i] += word + " "
			} else {
				texts[i] += word + " "
			}
		}
	}
	for _, pass := range []struct {
		has func(text, word string) bool
		in  []string
	}{{strings.Contains, texts}, {fitsPattern, patterns}, {hasNearly, texts}} {
		if found := findWith(pass.has, words, pass.in, entries); len(found) > 0 {
			slices.SortStableFunc(found, func(a, b int) int {
				return cmp.Compare(rank(entries[a], texts[a], query), rank(entries[b], texts[b], query))
			})
			return found
		}
	}
	return nil
}

func findWith(has func(text, word string) bool, words, texts []string, entries []Entry) []int {
	found := map[string][]int{} // by Under, or the entry's own name
	cases := map[string]int{}
	for i, e := range entries {
		under := cmp.Or(e.Under, e.Names[0])
		cases[under]++
		if !slices.ContainsFunc(words, func(word string) bool { return !has(texts[i], word) }) {
			found[under] = append(found[under], i)
		}
	}
	var all []int
	for under, some := range found {
		general := func(i int) bool { return entries[i].Names[0] == under }
		if len(some) == cases[under] {
			some = slices.DeleteFunc(some, func(i int) bool { return !general(i) })
		} else if len(some) > 1 {
			some = slices.DeleteFunc(some, general)
		}
		all = append(all, some...)
	}
	slices.Sort(all)
	return all
}

// rank is lower for a better match.
func rank(e Entry, text, query string) int {
	begins := func(s string) bool { return strings.HasPrefix(strings.ToLower(s), query) }
	switch {
	case query == "":
		return 0
	case e.Last:
		return 4
	case slices.ContainsFunc(e.Names, func(s string) bool { return strings.EqualFold(s, query) }):
		return 0
	case slices.ContainsFunc(e.Names, begins):
		return 1
	case slices.ContainsFunc(pieces(text), begins):
		return 2
	}
	return 3
}

func pieces(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func fitsPattern(text, word string) bool {
	return slices.ContainsFunc(strings.Fields(text), func(pattern string) bool {
		ok, err := path.Match(pattern, word)
		return ok && err == nil
	})
}

// hasNearly reports whether a text has each piece of a word with at most one typo: a
// letter wrong, missing, extra or swapped. Longer pieces may be only the beginning of
// a word.
func hasNearly(text, word string) bool {
	for _, piece := range pieces(word) {
		near := func(token string) bool {
			return strings.Contains(token, piece) || len(piece) > 3 && nearly(piece, token) ||
				len(piece) > 4 && len(token) > len(piece) && nearly(piece, token[:len(piece)])
		}
		if !slices.ContainsFunc(pieces(text), near) {
			return false
		}
	}
	return word != ""
}

// nearly reports whether two words differ by at most one typo.
func nearly(a, b string) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	rest := func(s string, from int) string { return s[min(from, len(s)):] }
	return rest(a, 1) == rest(b, 1) || rest(a, 1) == b || a == rest(b, 1) ||
		len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] && a[2:] == b[2:]
}
