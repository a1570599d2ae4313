package pocketid

import "testing"

func TestParseVersion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in, want string
		exact    bool
	}{
		{"2.9.0", "2.9.0", true},
		{"v2.9.0", "2.9.0", true},
		{" 2.9.0-distroless\n", "2.9.0", true},
		{"v2.9", "2.9", true},
		{"0.30", "0.30", true},
		{"0.27", "0.27", true},
		{"0.35", "0.35", true},
		{"v2", "2.14.0", false},
		{"2-distroless", "2.14.0", false},
		{"v1", "1.16.0", false},
		{"0", "0.53.0", false},
		{"3", "3.0.0", false},
		{"3.1.4", "3.1.4", true},
		{"latest", "2.14.0", false},
		{"", "2.14.0", false},
	}
	for _, tt := range tests {
		v, err := ParseVersion(tt.in)
		if err != nil || v.String() != tt.want || v.Exact != tt.exact || !v.Known() {
			t.Errorf("ParseVersion(%q) = %q exact %v, %v; want %q exact %v", tt.in, v, v.Exact, err, tt.want, tt.exact)
		}
	}
	for in, patch := range map[string]int{"0.27": 2, "0.35": 6, "2.9": 0} { // the last that changed how mail is sent
		if v := must(t, in); v.Patch != patch {
			t.Errorf("%s has patch %d, want %d", in, v.Patch, patch)
		}
	}
	for _, in := range []string{"next", "v", "2.x", "1.2.3.4", "-1", "2..1", "99999999999", "none", "+2.9", "-", "-distroless"} {
		if v, err := ParseVersion(in); err == nil {
			t.Errorf("ParseVersion(%q) = %q, want an error", in, v)
		}
	}
}

func TestVersionOrder(t *testing.T) {
	t.Parallel()
	ordered := []string{"0.27.0", "0.27.1", "0.35.6", "1.0.0", "2.9.0", "2.10.0", "2.14.0"}
	for i := 1; i < len(ordered); i++ {
		lower, higher := must(t, ordered[i-1]), must(t, ordered[i])
		if lower.Compare(higher) != -1 || higher.Compare(lower) != 1 || lower.Compare(lower) != 0 {
			t.Errorf("%s and %s are in the wrong order", lower, higher)
		}
	}
	if got := NewestKnown().String(); got != "2.14.0" {
		t.Errorf("NewestKnown = %s", got)
	}
}

func TestSpeaksAs(t *testing.T) {
	t.Parallel()
	v, err := SpeaksAs("none")
	if err != nil || !v.IsNone() || v.String() != "none" {
		t.Errorf("SpeaksAs(none) = %q, %v", v, err)
	}
}

func must(t *testing.T, s string) Version {
	t.Helper()
	v, err := ParseVersion(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func FuzzParseVersion(f *testing.F) {
	for _, s := range []string{"2.9.0", "v2", "latest", "2.9.0-distroless", "..", "v9999999.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseVersion(s)
		if err != nil {
			return
		}
		again, err := ParseVersion(v.String())
		if err != nil || again.Compare(v) != 0 {
			t.Errorf("%q is read as %s, which is read as %s (%v)", s, v, again, err)
		}
	})
}
