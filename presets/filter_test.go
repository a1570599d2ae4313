package presets

import (
	"slices"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
)

func TestFilter(t *testing.T) {
	t.Parallel()
	for text, want := range casetest.Read[map[string]string](t, "filter") { // the first ones, in order
		if ids := strings.Join(idsOf(Filter(text)), " ") + " "; !strings.HasPrefix(ids, want+" ") {
			t.Errorf("Filter(%q) = %s, want %s first", text, ids, want)
		}
	}
}

// A region, or the host of one, comes first in its provider.
func TestFilterByRegion(t *testing.T) {
	t.Parallel()
	for text, want := range casetest.Read[map[string]string](t, "filterbyregion") {
		var hosts []string
		for _, p := range Filter(text) {
			hosts = append(hosts, p.DefaultHost())
			if all, _ := ByID(p.ID); len(all.Hosts) != len(p.Hosts) {
				t.Errorf("%q leaves %d hosts of %d", text, len(p.Hosts), len(all.Hosts))
			}
		}
		if got := strings.Join(hosts, " "); got != want {
			t.Errorf("Filter(%q) has the hosts %s, want %s", text, got, want)
		}
	}
}

func TestFilterEnds(t *testing.T) {
	t.Parallel()
	if got := Filter("  "); !slices.Equal(idsOf(got), idsOf(All())) {
		t.Errorf("no text: %v", idsOf(got))
	}
	for _, text := range []string{"google zzz", "qq frankfurt", "zzz", "smtp.example.com"} {
		if got := Filter(text); len(got) != 0 {
			t.Errorf("%q: %v", text, idsOf(got))
		}
	}
	for _, p := range All() {
		if first := Filter(p.ID)[0]; first.ID != p.ID || !slices.Contains(idsOf(Filter(p.Name)), p.ID) {
			t.Errorf("%q finds %s first, or %q does not find it", p.ID, first.ID, p.Name)
		}
	}
}

func idsOf(presets []Preset) []string {
	ids := make([]string, len(presets))
	for i, p := range presets {
		ids[i] = p.ID
	}
	return ids
}

func FuzzFilter(f *testing.F) {
	for _, s := range []string{"", "google", "a b c", "\xff", "İ", "smtp.", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := idsOf(Filter(text))
		if !slices.Equal(got, idsOf(Filter(text))) {
			t.Errorf("%q: the order is not stable", text)
		}
		slices.Sort(got)
		if len(slices.Compact(got)) != len(Filter(text)) {
			t.Errorf("%q finds a preset twice", text)
		}
		ByHost(text)
		ByID(text)
	})
}
