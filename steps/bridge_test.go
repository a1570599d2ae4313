package steps

import (
	"net/netip"
	"strings"
	"testing"

	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
)

// A relay on this machine is told how to let the container in, with the networks that
// are there; nobody else is told anything.
func TestRelayOfThisMachine(t *testing.T) {
	t.Parallel()
	world := sceneWorld()
	for _, tt := range []struct {
		host, inside string
		runs         install.Runs
		bridges      []string
		want         []string // none: nothing is said
	}{
		{"host.docker.internal", "", install.RunsCompose, []string{"172.17.0.1/16", "172.18.0.1/24"},
			[]string{"host-gateway", "inet_interfaces = 127.0.0.1, 172.17.0.1, 172.18.0.1 ", "mynetworks = 127.0.0.0/8 172.17.0.0/16 172.18.0.0/24;"}},
		{"host.docker.internal", "host.docker.internal", install.RunsCompose, []string{"172.17.0.1/16"}, []string{"A Postfix on this machine"}},
		{"host.containers.internal", "", install.RunsPodman, nil, []string{"its address belongs in inet_interfaces"}},
		{"mx.example.com", "", install.RunsCompose, []string{"172.17.0.1/16"}, nil},
		{"host.docker.internal", "", install.RunsSystemd, []string{"172.17.0.1/16"}, nil},
	} {
		world.Bridges = func() (list []netip.Prefix) {
			for _, b := range tt.bridges {
				list = append(list, netip.MustParsePrefix(b))
			}
			return list
		}
		in := install.Install{Runs: tt.runs}
		if tt.runs == install.RunsCompose {
			in.Compose = &install.Project{Inside: []string{tt.inside}}
		}
		got := world.ofThisMachine(tt.host, in, pocketid.Runtime(tt.runs))
		if got == "" && tt.want != nil || got != "" && tt.want == nil {
			t.Errorf("%s in %s: %q", tt.host, tt.runs, got)
		}
		for _, part := range tt.want {
			if !strings.Contains(got, part) {
				t.Errorf("%s in %s: %q does not say %q", tt.host, tt.runs, got, part)
			}
		}
		if tt.inside != "" && strings.Contains(got, "host-gateway") {
			t.Errorf("what is set is told again: %q", got)
		}
	}
}
