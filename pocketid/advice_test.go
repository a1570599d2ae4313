package pocketid

import (
	"slices"
	"strings"
	"testing"

	"smtp-wizard/smtpcheck"
)

const (
	idName = "id.example.com"
	boxID  = ExampleContainerID
)

var (
	ok        = smtpcheck.IdentityResult{Acceptance: smtpcheck.Accepted}
	atEHLO    = smtpcheck.IdentityResult{Acceptance: smtpcheck.Refused, Stage: smtpcheck.StageEHLO}
	atRCPT    = smtpcheck.IdentityResult{Acceptance: smtpcheck.Refused, Stage: smtpcheck.StageRcpt}
	port587   = Endpoint{587, smtpcheck.TLSStartTLS}
	port465   = Endpoint{465, smtpcheck.TLSImplicit}
	port25    = Endpoint{25, smtpcheck.TLSNone}
	bothPorts = []Endpoint{port587, port465}
)

func named(name string, r smtpcheck.IdentityResult) smtpcheck.IdentityResult {
	r.Name = name
	return r
}

func TestAdvise(t *testing.T) {
	t.Parallel()
	google := []smtpcheck.IdentityResult{named(idName, ok), named(boxID, atEHLO), named("localhost", atEHLO)}
	postfix := []smtpcheck.IdentityResult{named(idName, ok), named(boxID, atRCPT), named("localhost", atRCPT)}
	open := []smtpcheck.IdentityResult{named(idName, ok), named(boxID, ok), named("localhost", ok)}
	tests := []struct {
		name      string
		version   string
		hostname  string
		current   Endpoint
		results   []smtpcheck.IdentityResult
		endpoints []Endpoint
		login     bool
		want      []string // ids, with port where it changes
		certain   bool     // of the first
	}{
		{"2.9 on an open relay stays", "2.9", boxID, port587, open, bothPorts, false, []string{"keep"}, true},
		{"2.14 on an open relay stays, unproven", "2.14", boxID, port587, open, bothPorts, false, []string{"keep"}, false},
		{"2.9 at Google with a good hostname moves to 465", "2.9", idName, port587, google, bothPorts, true,
			[]string{"endpoint:465", "relay"}, true},
		{"clear text is offered only without a login", "2.9", idName, port587, google, []Endpoint{port25, port465}, false,
			[]string{"endpoint:465", "endpoint:25", "relay"}, true},
		{"no clear text with a login", "2.9", idName, port587, google, []Endpoint{port25}, true, []string{"relay"}, true},
		{"2.9 at Google in a container needs both", "2.9", boxID, port587, google, bothPorts, true,
			[]string{"endpoint-hostname:465", "relay"}, true},
		{"2.9 at Google on 465 needs the hostname", "2.9", boxID, port465, google, bothPorts, true,
			[]string{"hostname", "relay"}, true},
		{"2.9 at Postfix: the last EHLO counts, the hostname is enough", "2.9", boxID, port587, postfix, bothPorts, true,
			[]string{"hostname", "relay"}, true},
		{"2.9 at Postfix with the hostname set", "2.9", "ID.example.com", port587, postfix, bothPorts, true, []string{"keep"}, true},
		{"0.30 at Google with the hostname set", "0.30", idName, port587, google, bothPorts, true, []string{"keep"}, true},
		{"0.27.1 cannot do STARTTLS", "0.27.1", idName, port587, open, bothPorts, true,
			[]string{"endpoint:465", "relay"}, true},
		{"2.10 at Google has only the relay", "2.10", idName, port587, google, bothPorts, true, []string{"relay"}, true},
		{"2.14 at Google, unproven", "2.14", idName, port587, google, bothPorts, true, []string{"relay"}, true},
		{"2.10 at Postfix as well", "2.10", idName, port587, postfix, bothPorts, true, []string{"relay"}, true},
		{"0.27.0 at Google as well", "0.27.0", idName, port587, google, bothPorts, true, []string{"relay"}, true},
		{"all refused", "2.9", boxID, port587, []smtpcheck.IdentityResult{named(idName, atEHLO), named("localhost", atEHLO)},
			bothPorts, true, []string{"none"}, false},
		{"nothing known", "2.9", boxID, port587, []smtpcheck.IdentityResult{named(idName, smtpcheck.IdentityResult{}), named("localhost", atEHLO)},
			bothPorts, true, []string{"unknown"}, false},
		{"localhost alone accepted, hostname unknown", "2.9", "", port587, []smtpcheck.IdentityResult{named("localhost", ok)},
			bothPorts, true, []string{"unknown"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			options := Advise(Situation{Version: must(t, tt.version), Runtime: RuntimeCompose, Current: tt.current,
				Hostname: tt.hostname, Results: tt.results, Endpoints: tt.endpoints, HasLogin: tt.login})
			var got []string
			for _, o := range options {
				id := o.ID
				if o.Port != 0 {
					id += ":" + map[int]string{25: "25", 465: "465", 587: "587"}[o.Port]
				}
				got = append(got, id)
				if o.Title == "" || !strings.HasSuffix(o.Why, ".") {
					t.Errorf("%s has no text: %+v", id, o)
				}
			}
			if !slices.Equal(got, tt.want) || options[0].Certain != tt.certain {
				t.Errorf("got %v, want %v; first %+v", got, tt.want, options[0])
			}
			if tt.version == "2.14" && !strings.Contains(options[0].Why, "as far as is known") {
				t.Errorf("states as certain what is not: %s", options[0].Why)
			}
		})
	}
}
