package pocketid

import (
	"slices"
	"testing"

	"smtp-wizard/internal/casetest"
)

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for _, tt := range casetest.Read[[]struct {
		In, Want string
		Exact    bool
	}](t, "version") {
		v, err := ParseVersion(tt.In)
		if err != nil || v.String() != tt.Want || v.Exact != tt.Exact || !v.Known() {
			t.Errorf("ParseVersion(%q) = %q exact %v, %v; want %q exact %v", tt.In, v, v.Exact, err, tt.Want, tt.Exact)
		}
	}
	for in, patch := range map[string]int{"0.27": 2, "0.35": 6, "2.9": 0} { // the last that changed how mail is sent
		if v := must(t, in); v.number[2] != patch {
			t.Errorf("%s has patch %d, want %d", in, v.number[2], patch)
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
	byNumber := func(a, b string) int { return must(t, a).compare(must(t, b)) }
	if !slices.IsSortedFunc(ordered, byNumber) || byNumber("2.9", "2.9.0") != 0 || byNumber("2.10", "2.9") != 1 {
		t.Errorf("%v are in the wrong order", ordered)
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
		if err != nil || again.compare(v) != 0 {
			t.Errorf("%q is read as %s, which is read as %s (%v)", s, v, again, err)
		}
	})
}

// A version keeps its precision as text: a process with other rights hands it on.
func TestVersionAsText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "2.9.0", "2.9", "v2", "latest", "none"} {
		var want, got Version
		if text != "" {
			var err error
			want, err = SpeaksAs(text)
			casetest.Must(t, err)
		}
		kept, err := want.MarshalText()
		casetest.Must(t, err, got.UnmarshalText(kept))
		if got != want {
			t.Errorf("%q is %q and then %+v, not %+v", text, kept, got, want)
		}
	}
}
