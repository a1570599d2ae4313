package presets

import (
	"slices"
	"testing"
)

func TestFilter(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want []string // the first ones, in order
	}{
		{"google", []string{"google-workspace-relay", "gmail"}},
		{"gmail", []string{"gmail", "google-workspace-relay"}},
		{"ses", []string{"amazon-ses", "tencent-ses"}},
		{"aws", []string{"amazon-ses"}},
		{"SENDGRID", []string{"sendgrid"}},
		{"postmark", []string{"postmark", "postmark-broadcast"}},
		{"o365", []string{"microsoft-365"}},
		{"outlook", []string{"microsoft-365", "outlook-com"}},
		{"microsoft relay", []string{"microsoft-365-connector"}},
		{"smtp.resend.com", []string{"resend"}},
		{"sendinblue", []string{"brevo"}},
		{"zoho", []string{"zoho", "zeptomail"}},
		{"web.de", []string{"web-de"}},
		{"gmx", []string{"gmx"}},
		{"custom", []string{"custom"}},
		{"proton", []string{"proton-smtp", "proton-bridge"}},
	}
	for _, tt := range tests {
		got := Filter(tt.text)
		if ids := idsOf(got); !slices.Equal(ids[:min(len(ids), len(tt.want))], tt.want) {
			t.Errorf("Filter(%q) = %v, want %v first", tt.text, ids, tt.want)
		}
	}
}

func TestFilterEnds(t *testing.T) {
	t.Parallel()
	if got := Filter("  "); !slices.Equal(idsOf(got), idsOf(All())) {
		t.Errorf("no text: %v", idsOf(got))
	}
	if got := Filter("google zzz"); len(got) != 0 {
		t.Errorf("a word that is nowhere: %v", idsOf(got))
	}
	for _, p := range All() {
		for _, text := range []string{p.ID, p.Name} {
			if !slices.Contains(idsOf(Filter(text)), p.ID) {
				t.Errorf("%q does not find %s", text, p.ID)
			}
		}
		if got := Filter(p.ID); got[0].ID != p.ID {
			t.Errorf("%q finds %s first", p.ID, got[0].ID)
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
