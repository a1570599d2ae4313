package envwriter

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// A reader is a row: one more in a copy of the list is named, linted for, and has to
// agree on every value.
func TestAReaderIsARow(t *testing.T) {
	t.Parallel()
	upper := Reader{
		Name: "upper",
		Variants: []Variant{{"", func(file []byte) (map[string]string, error) {
			vars := map[string]string{}
			for line := range strings.Lines(string(file)) {
				key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
				if strings.HasPrefix(key, "export ") || strings.ToUpper(key) != key {
					return nil, errors.New("no name")
				}
				vars[key] = strings.ReplaceAll(value, "x", "X")
			}
			return vars, nil
		}}},
		lint: map[string]string{"export": "it knows no export"},
	}
	table := append(slices.Clone(Readers), upper)
	if names := Names(table); names[len(names)-1] != "upper" || len(names) != len(Readers)+1 {
		t.Errorf("the names are %q", names)
	}
	readers := []Reader{table[0], table[len(table)-1]}
	want := Problem{Line: 1, Reader: "upper", What: "it knows no export", Fatal: true, Fix: `remove "export"`}
	if got := Lint([]byte("export A=1\n"), readers); !slices.Equal(got, []Problem{want}) {
		t.Errorf("linted as %+v", got)
	}
	if fixed, lines := Fix([]byte("export A=1\n"), readers); string(fixed) != "A=1\n" || lines != 1 {
		t.Errorf("fixed as %q", fixed)
	}
	no := (*NoEncodingError)(nil)
	if _, err := Apply(nil, []Change{set("A", "x")}, readers); !errors.As(err, &no) || !slices.Equal(no.drop, []string{"upper"}) {
		t.Errorf("a value that it cannot read: %v", err)
	}
	edit, err := Apply(nil, []Change{set("A", "1")}, readers)
	if err != nil || !edit.Verify([]byte("A=1\n")) || edit.Verify([]byte("A=1\nb=2\n")) {
		t.Errorf("%+v, %v", edit, err)
	}
}

// Readers name known rules, and each rule matters to a reader.
func TestReadersNameKnownRules(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, rule := range rules {
		known[rule.name] = true
		if len(rulesFor(Readers)) != len(rules) || (rule.fix == nil) != (rule.advice == "") {
			t.Errorf("rule %s", rule.name)
		}
	}
	for _, r := range Readers {
		for name, what := range r.lint {
			if !known[name] || what == "" {
				t.Errorf("%s names the rule %q: %q", r.Name, name, what)
			}
		}
	}
}
