package received

import (
	_ "embed"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"smtp-wizard/internal/lazy"
)

// Filter is what one spam filter said.
type Filter struct {
	Name      string   `json:"filter"`
	Verdict   string   `json:"verdict"` // spam, clean, or "" where it only counts
	Score     *float64 `json:"score"`
	Threshold *float64 `json:"threshold"`
	Says      []string `json:"says"` // what weighed most

	symbols []symbol
}

// symbol is a rule of SpamAssassin or rspamd that fired.
type symbol struct {
	name, details string
	score         float64
}

// pattern is an expression of a row; N in it stands for a number.
type pattern struct{ *lazy.Regexp }

func (p *pattern) UnmarshalText(raw []byte) error {
	p.Regexp = lazy.Compile(`(?i)` + strings.ReplaceAll(string(raw), "N", `(-?\d+(?:\.\d+)?)`))
	return nil
}

func (p pattern) in(value string) bool { return p.Regexp != nil && p.MatchString(value) }

// row is a field in which a filter speaks. Clean goes before spam; what Skip
// matches was said by the sender's own filter.
type row struct {
	Field, Filter                       string
	Clean, Spam, Score, Threshold, Skip pattern
}

//go:embed knowledge.json
var knowledgeJSON []byte

// known is what the words of filters mean, and what to do about each problem.
// Microsoft's words are from its page "Anti-spam message headers in cloud
// organizations"; those that do not mean spam have a dash ahead. Symbols are rules
// that tell the result of a method.
var known = lazy.Table[struct {
	Fields                       []row
	Microsoft, Compauth, Symbols map[string]string
	Results                      map[string]string // the words of RFC 8601 for those that receivers use instead
	Operators                    map[string]string // of several domains, by one of them
	Advice                       map[string]struct{ Cause, Fix string }
}]("knowledge.json", knowledgeJSON)

// filters are all that speak in the headers, each once: its topmost word counts.
// What stands between Received fields of other servers is theirs.
func filters(head []field, way route) (all []Filter) {
	of := func(name string) *Filter {
		i := slices.IndexFunc(all, func(f Filter) bool { return f.Name == name })
		if i < 0 {
			all, i = append(all, Filter{Name: name, Says: []string{}}), len(all)
		}
		return &all[i]
	}
	rspamd := slices.ContainsFunc(head, func(f field) bool {
		return strings.HasPrefix(f.name, "x-rspamd-") || strings.HasPrefix(f.name, "x-spamd-")
	})
	cpanel := has(head, "x-spam-bar") // Exim there writes ten times the score
	for at, f := range head {
		if way.theirs(at) {
			continue
		}
		if prefix, ok := microsoftFields[f.name]; ok && !strings.Contains(f.value, "DIR:OUT") && speaks(prefix+f.value) {
			of("Microsoft").readMicrosoft(prefix + f.value)
		}
		if bar := strings.Fields(f.value + " /")[0]; f.name == "x-spamd-bar" && !has(head, "x-spamd-result") && !has(head, "x-rspamd-score") {
			score := float64(strings.Count(bar, "+") - strings.Count(bar, "-"))
			of("rspamd").Score = &score
		}
		i := slices.IndexFunc(known().Fields, func(r row) bool { return r.Field == f.name })
		if i < 0 || f.value == "" || known().Fields[i].Skip.in(f.value) || f.name == "x-spam-score" && cpanel {
			continue
		}
		name := known().Fields[i].Filter
		if rspamd && name == "SpamAssassin" && !strings.HasSuffix(f.name, "report") {
			name = "rspamd"
		}
		of(name).read(known().Fields[i], f.value)
	}
	for i := range all {
		all[i].conclude()
	}
	return all
}

func (f *Filter) read(r row, value string) {
	if f.Verdict == "" && r.Clean.in(value) {
		f.Verdict = "clean"
	} else if f.Verdict == "" && r.Spam.in(value) {
		f.Verdict = "spam"
	}
	number := func(p pattern, to **float64) {
		if *to == nil && p.in(value) {
			n, _ := strconv.ParseFloat(p.FindStringSubmatch(value)[1], 64)
			*to = &n
		}
	}
	number(r.Score, &f.Score)
	number(r.Threshold, &f.Threshold)
	if len(f.symbols) == 0 && (r.Filter == "SpamAssassin" || r.Filter == "rspamd") {
		f.symbols = symbols(value)
	}
}

var (
	fired    = lazy.Compile(`\b([A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:\((-?[\d.]+)\)(?:\[([^\]]{0,200})\])?|=(-?[\d.]+))?`)
	reported = lazy.Compile(`(?:^| )(-?\d+\.\d) +([A-Z][A-Z0-9]*_[A-Z0-9_]+) `)
)

// symbols are the rules that a field lists. SpamAssassin puts a preview of the body
// ahead of them, which nobody looks at.
func symbols(value string) (all []symbol) {
	add := func(name, details, score string) {
		n, _ := strconv.ParseFloat(score, 64)
		all = append(all, symbol{name, details, n})
	}
	_, details, isReport := strings.Cut(value, "Content analysis details")
	for _, m := range reported.FindAllStringSubmatch(details, 100) {
		add(m[2], "", m[1])
	}
	if !isReport && !strings.Contains(value, "Content preview") {
		for _, m := range fired.FindAllStringSubmatch(value, 200) {
			add(m[1], m[3], m[2]+m[4])
		}
	}
	return all
}

// conclude compares score and threshold where no verdict was given, and names the
// rules that weighed most.
func (f *Filter) conclude() {
	if f.Verdict == "" && f.Score != nil && f.Threshold != nil && *f.Threshold > 0 {
		f.Verdict = "clean"
		if *f.Score >= *f.Threshold {
			f.Verdict = "spam"
		}
	}
	heavy := slices.DeleteFunc(slices.Clone(f.symbols), func(s symbol) bool { return s.score < 0.5 })
	sort.SliceStable(heavy, func(i, j int) bool { return heavy[i].score > heavy[j].score })
	for _, s := range heavy[:min(len(heavy), 5)] {
		f.Says = append(f.Says, fmt.Sprintf("%s (%.1f)", s.name, s.score))
	}
}

// Points are the score and what it is measured by, in words.
func (f Filter) Points() string {
	switch {
	case f.Score == nil:
		return ""
	case f.Threshold == nil:
		return fmt.Sprintf("score %g", *f.Score)
	}
	return fmt.Sprintf("score %g, threshold %g", *f.Score, *f.Threshold)
}

// microsoftFields are those of Microsoft, and what their values lack.
var microsoftFields = map[string]string{
	"x-forefront-antispam-report": "", "x-microsoft-antispam": "", "x-microsoft-antispam-mailbox-delivery": "",
	"x-ms-exchange-organization-scl": "SCL:",
}

// pairs are what a field of Microsoft's consists of.
func pairs(value string) []string {
	return strings.Split(strings.Join(strings.Fields(value), ""), ";")
}

func speaks(value string) bool {
	return slices.ContainsFunc(pairs(value), func(pair string) bool { return known().Microsoft[pair] != "" })
}

func (f *Filter) readMicrosoft(value string) {
	for _, pair := range pairs(value) {
		name, v, _ := strings.Cut(pair, ":")
		if n, err := strconv.ParseFloat(v, 64); err == nil && name == "SCL" && f.Score == nil {
			five := 5.0
			f.Score, f.Threshold = &n, &five
		}
		meaning, innocent := strings.CutPrefix(known().Microsoft[pair], "-")
		if says := pair + " " + meaning; meaning != "" && !slices.Contains(f.Says, says) {
			f.Says = append(f.Says, says)
		}
		if meaning != "" && !innocent {
			f.Verdict = "spam"
		} else if innocent && f.Verdict == "" {
			f.Verdict = "clean"
		}
	}
}
