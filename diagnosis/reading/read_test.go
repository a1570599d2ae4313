package reading

import (
	"slices"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
)

func TestFixtures(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range casetest.Read[[]struct {
		Dialect  string
		Text     string
		Code     int
		Enhanced string
		Stages   string
		Kind     Kind
		Host     string
		Port     int
		Reply    string // the beginning of the relay's own words
	}](t, "fixtures") {
		seen[f.Dialect] = true
		messages := Read(f.Text)
		if len(messages) == 0 {
			t.Errorf("%q: nothing read", f.Text)
			continue
		}
		m := messages[len(messages)-1]
		var stages []string
		for _, s := range m.Stages {
			stages = append(stages, string(s))
		}
		if got := strings.Join(stages, " "); m.Code != f.Code || m.Enhanced != f.Enhanced || got != f.Stages || m.Kind != f.Kind ||
			f.Host != "" && m.Host != f.Host || f.Port != 0 && m.Port != f.Port || !strings.HasPrefix(m.Reply, f.Reply) {
			t.Errorf("%q\n got %d %s at %q, %q, %s:%d, %q", f.Text, m.Code, m.Enhanced, got, m.Kind, m.Host, m.Port, m.Reply)
		}
	}
	for _, d := range tables().Dialects {
		if d.Has != "" && !seen[d.Name] {
			t.Errorf("%s has no fixture", d.Name)
		}
		for _, s := range d.Signs {
			if s.Kind != "" && stagesOfKind(s.Kind) == "" && !slices.Contains([]Kind{ReadTimeout, Closed, "own-service", BadReply}, s.Kind) {
				t.Errorf("%s: there is no kind %s", d.Name, s.Kind)
			}
		}
	}
}
