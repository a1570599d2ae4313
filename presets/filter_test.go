package presets

import (
	"slices"
	"strings"
	"testing"
)

func TestFilter(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{ // the first ones, in order
		"google":          "google-workspace-relay gmail",
		"gmail":           "gmail google-workspace-relay",
		"ses":             "amazon-ses tencent-ses",
		"aws":             "amazon-ses",
		"SENDGRID":        "sendgrid",
		"postmark":        "postmark postmark-broadcast",
		"o365":            "microsoft-365",
		"outlook":         "microsoft-365 outlook-com",
		"microsoft relay": "microsoft-365-connector",
		"smtp.resend.com": "resend",
		"sendinblue":      "brevo",
		"zoho":            "zoho zeptomail",
		"web.de":          "web-de",
		"gmx":             "gmx",
		"custom":          "custom",
		"proton":          "proton-smtp proton-bridge",
	} {
		if ids := strings.Join(idsOf(Filter(text)), " ") + " "; !strings.HasPrefix(ids, want+" ") {
			t.Errorf("Filter(%q) = %s, want %s first", text, ids, want)
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
