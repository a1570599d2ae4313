package pocketid

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/smtpcheck"
)

// TestReadmeHasTheTable compares the table of announced names in the README with
// the one that the program goes by.
func TestReadmeHasTheTable(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	casetest.Must(t, err)
	_, rest, _ := strings.Cut(string(readme), "| Pocket ID | TLS none or implicit | STARTTLS |\n|---|---|---|\n")
	got, _, found := strings.Cut(rest, "\n\n")
	if want := announcedTable(); !found || got+"\n" != want {
		t.Errorf("README.md has\n%s\nwant\n%s", got, want)
	}
}

func announcedTable() string {
	words := map[heloName]string{saysLocalhost: "`localhost`", saysHostname: "its hostname"}
	var b strings.Builder
	for i, c := range clients {
		startTLS := words[c.first] + ", then " + words[c.afterTLS]
		if c.first == c.afterTLS {
			startTLS = words[c.first] + ", twice"
		}
		if c.brokenStartTLS != "" {
			startTLS = "fails by itself"
		}
		doubt := ""
		if c.known == inferred {
			doubt = ", not proven"
		}
		fmt.Fprintf(&b, "| %s | %s%s | %s%s |\n", versions(i), words[c.direct], doubt, startTLS, doubt)
	}
	return b.String()
}

// TestAVersionIsOneRow adds one, and looks for it in everything that depends on
// versions. It runs alone, because it changes the table.
func TestAVersionIsOneRow(t *testing.T) {
	before := clients
	t.Cleanup(func() { clients = before })
	clients = append(slices.Clone(clients), client{since: release(9, 1, 2), newest: []Version{release(9, 4, 0)}, known: run,
		direct: saysHostname, first: saysHostname, afterTLS: saysHostname,
		speech: Speech{Client: smtpcheck.Client{Auth: smtpcheck.AuthPlain}, Note: "Its own words."}})

	if NewestKnown().String() != "9.4.0" || must(t, "v9").String() != "9.4.0" || must(t, "latest").String() != "9.4.0" ||
		must(t, "v2").String() != "2.14.0" || must(t, "9.1").compare(release(9, 1, 2)) != 0 {
		t.Errorf("newest %s, v9 %s, v2 %s", NewestKnown(), must(t, "v9"), must(t, "v2"))
	}
	for _, v := range []Version{must(t, "9.2"), {}} {
		s := SpeechOf(v, smtpcheck.TLSStartTLS, idName)
		if s.Names != smtpcheck.SameName(idName) || !s.Proven || s.Auth != smtpcheck.AuthPlain || s.Note != "Its own words." ||
			!UsesHostname(v, smtpcheck.TLSStartTLS) {
			t.Errorf("%q speaks as %+v", v, s)
		}
	}
	last := before[len(before)-1]
	if s := SpeechOf(must(t, "9.0.0"), smtpcheck.TLSNone, idName); s.Names.First != last.direct.of(idName) {
		t.Errorf("the version before it: %+v", s)
	}
	options := Advise(Situation{Version: must(t, "9.2"), Current: port587, Hostname: "vps",
		Results: []smtpcheck.IdentityResult{named("vps", atEHLO), named(idName, ok)}})
	if options[0].ID != "hostname" || !options[0].Certain {
		t.Errorf("advice: %+v", options)
	}
	if cure := (Refusal{Version: must(t, "9.2"), AtEHLO: true, FullName: idName, TLS: smtpcheck.TLSStartTLS}).Cure(); !strings.HasPrefix(cure, "Give Pocket ID a full hostname") {
		t.Errorf("cure: %s", cure)
	}
	if table := announcedTable(); !strings.Contains(table, " to 9.1.1 | ") ||
		!strings.HasSuffix(table, "| 9.1.2 and later | its hostname | its hostname, twice |\n") {
		t.Errorf("the README's table: %s", table)
	}
}

func TestCure(t *testing.T) {
	t.Parallel()
	for _, tt := range casetest.Read[[]struct {
		Version, Mode string
		Late, No465   bool
		Want          string
	}](t, "cure") {
		v := Version{}
		if tt.Version != "" {
			v, _ = SpeaksAs(tt.Version)
		}
		got := Refusal{Version: v, TLS: smtpcheck.TLSMode(tt.Mode), AtEHLO: !tt.Late, NoImplicitTLS: tt.No465, FullName: idName}.Cure()
		if !strings.Contains(got, tt.Want) {
			t.Errorf("%s with %s: %s", tt.Version, tt.Mode, got)
		}
	}
	if got := RelayCure(Version{}); !strings.HasPrefix(got, "This version of Pocket ID always announces localhost") {
		t.Error(got)
	}
}
