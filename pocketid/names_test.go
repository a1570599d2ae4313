package pocketid

import (
	"slices"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
)

func TestCheckName(t *testing.T) {
	t.Parallel()
	tests := casetest.Read[[]struct {
		Name    string
		Grade   Grade
		Reason  string // part of it
		Suggest string
	}](t, "checkname")
	for _, tt := range tests {
		got := CheckName(tt.Name)
		if got.Grade != tt.Grade || !strings.Contains(got.Reason, tt.Reason) || got.Suggest != tt.Suggest {
			t.Errorf("CheckName(%q) = %+v, want grade %d, %q, suggest %q", tt.Name, got, tt.Grade, tt.Reason, tt.Suggest)
		}
	}
}

func TestLooseHost(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://ID.example.com/": "id.example.com", "http://localhost:1411": "localhost", "id.example.com": "id.example.com",
		"https://id.example.com:8443/": "id.example.com", "id.example.com:8443": "id.example.com",
		" https://id.example.com\n": "id.example.com", "https://[2001:db8::1]:1411": "2001:db8::1",
		"https://192.0.2.1": "192.0.2.1", "https://id.example.com/auth": "id.example.com",
		"": "", "https://": "", "://x": "", "https://a b/": "", "https://%zz": "", "/": "",
	} {
		if got := hostOfURL(in); got != want {
			t.Errorf("hostOfURL(%q) = %q, want %q", in, got, want)
		}
	}
	for _, host := range []string{"example.co.uk", "example.com", "localhost", "192.0.2.1"} {
		if parent := parentDomain(host); parent != "" {
			t.Errorf("%s: %s is offered as a domain of one's own", host, parent)
		}
	}
}

func TestCandidates(t *testing.T) {
	t.Parallel()
	got := Candidates(Sources{
		Hostname: "vps", AppURL: "https://id.example.com/x",
		Compose: "ID.example.com", Typed: []string{"mail.example.org", "vps-4711.example.net", "", "https://a.example"},
	})
	var names []string
	for _, c := range got {
		names = append(names, c.Name)
		if c.Origins[0].Label() == "" {
			t.Errorf("no label for %v", c.Origins)
		}
	}
	want := []string{"id.example.com", "example.com", "mail.example.org", "vps-4711.example.net",
		"vps", "localhost", "https://a.example"}
	if !slices.Equal(names, want) {
		t.Fatalf("names %q, want %q", names, want)
	}
	if o := got[0].Origins; !slices.Equal(o, []Origin{fromAppURL, fromCompose}) {
		t.Errorf("origins of the APP_URL host: %v", o)
	}
}

func FuzzCheckName(f *testing.F) {
	for _, s := range []string{"id.example.com", "https://x", "a_b", "bücher.example", "[::1]", "\r\n", "a:1", "@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		check := CheckName(name)
		if (check.Grade == GradeOK) != (check.Reason == "") {
			t.Errorf("%q: grade %d with reason %q", name, check.Grade, check.Reason)
		}
		if check.Grade == GradeOK && strings.ContainsAny(name, " \r\n\x00_/:@") {
			t.Errorf("%q is graded ok", name)
		}
		if check.Suggest != "" && CheckName(check.Suggest).Grade == GradeBad {
			t.Errorf("%q: the suggestion %q is no better", name, check.Suggest)
		}
		Candidates(Sources{AppURL: name, Typed: []string{name}})
	})
}
