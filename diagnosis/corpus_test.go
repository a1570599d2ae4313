package diagnosis

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/smtpcheck"
)

// corpusCase is a refusal as somebody pasted it, with what is true of it: the
// stages it can have been said at and the pages that can cure it.
type corpusCase struct {
	Set      string
	Name     string
	Client   string
	Provider string
	Text     string
	Stages   []smtpcheck.Stage
	Steps    []Step
	Cause    string
	When     []string // what a practice relay did, one entry a cause
	Source   string
	Sure     string
	Answer   *known // where it is settled in full
}

func corpus(t testing.TB) []corpusCase {
	t.Helper()
	all, err := readCorpus()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var readCorpus = sync.OnceValues(func() (all []corpusCase, err error) {
	raw, err := os.ReadFile("testdata/corpus.json")
	if err == nil {
		err = json.Unmarshal(raw, &all)
	}
	return all, err
})

// explained are the answers to the corpus, case by case. Several tests look at them,
// and they take a second.
var explained = sync.OnceValue(func() []answered {
	all, _ := readCorpus()
	answers := make([]answered, len(all))
	for i, c := range all {
		a := &answers[i]
		a.diagnosis, a.matched, a.line = ExplainText(c.Text)
	}
	return answers
})

// answered is what ExplainText returned.
type answered struct {
	diagnosis Diagnosis
	matched   bool
	line      string
}

// held is one fifth of the corpus: rules are not written after these cases, so
// they tell how well the others carry over.
func (c corpusCase) held() bool {
	h := fnv.New32a()
	h.Write([]byte(c.Text))
	return h.Sum32()%5 == 0
}

// wrong is what an answer misses of the truth.
func (c corpusCase) wrong(a answered) string {
	switch {
	case !a.matched:
		return "unknown"
	case len(c.Stages) > 0 && !slices.Contains(c.Stages, a.diagnosis.Stage):
		return "stage"
	case len(c.Steps) > 0 && !slices.Contains(c.Steps, a.diagnosis.Step):
		return "step"
	}
	return ""
}

// score counts the answers of one part of the corpus.
type score struct {
	cases, right, exact, exactRight, likely, likelyRight int
}

func (s *score) add(d Diagnosis, right bool) {
	n := 0
	if right {
		n = 1
	}
	s.cases, s.right = s.cases+1, s.right+n
	switch d.Confidence {
	case Exact:
		s.exact, s.exactRight = s.exact+1, s.exactRight+n
	case Likely:
		s.likely, s.likelyRight = s.likely+1, s.likelyRight+n
	}
}

func (s score) String() string {
	return fmt.Sprintf("%d of %d right; exact %d of %d; likely %d of %d", s.right, s.cases, s.exactRight, s.exact, s.likelyRight, s.likely)
}

// TestCorpus scores the corpus by its parts. Run it with -v to see the scores.
func TestCorpus(t *testing.T) {
	t.Parallel()
	scores := map[string]*score{}
	of := func(part string) *score {
		if scores[part] == nil {
			scores[part] = &score{}
		}
		return scores[part]
	}
	for i, c := range corpus(t) {
		part := "written for"
		if c.held() {
			part = "held out"
		}
		d, wrong := explained()[i].diagnosis, c.wrong(explained()[i])
		for _, s := range []*score{of(part), of(c.Set + ", " + part)} {
			s.add(d, wrong == "")
		}
		if wrong != "" && !c.held() {
			t.Logf("%s: %s: got %s %s %s/%s %s, want %v %v\n\t%.600q", c.Name, wrong, d.ID, d.Stage, d.Step, d.Field, d.Confidence, c.Stages, c.Steps, c.Text)
		}
	}
	for _, part := range slices.Sorted(maps.Keys(scores)) {
		t.Logf("%-26s %v", part, scores[part])
	}
	for part, least := range map[string]int{"written for": 95, "held out": 85} {
		if s := of(part); s.right*100 < least*s.cases || s.exactRight < s.exact {
			t.Errorf("%s: %v, want %d of 100 right and every exact answer", part, s, least)
		}
	}
}

// TestAnswers shows in a diff what a change of the rules or of the reading does to the
// answers: all but the held out, which nobody is to write rules after.
func TestAnswers(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i, c := range corpus(t) {
		if !c.held() {
			a, d := explained()[i], explained()[i].diagnosis
			f, _ := telling(c.Text)
			fmt.Fprintf(&b, "%s: %s %v %s %s/%s %s %t %t; %d %s %s %s:%d %s %v %v; %.50s\n", c.Name, d.ID, d.Stages, d.Provider, d.Step, d.Field, d.Confidence,
				d.Temporary, d.WaitHelps, f.Code, f.Enhanced, f.Kind, f.Host, f.Port, f.TLS, f.Names, f.Hint, a.line)
		}
	}
	steptest.Golden(t, "testdata/answers.txt", b.String())
}

// TestHarmless: a line in which nothing failed, or something else than mail, has
// nothing to explain.
func TestHarmless(t *testing.T) {
	t.Parallel()
	lines, err := os.ReadFile("testdata/harmless.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(lines)) {
		if d, matched, _ := ExplainText(line); matched {
			t.Errorf("%s at %s for %q", d.ID, d.Stage, line)
		}
	}
}
