package steps

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/smtpcheck/practice"
)

// A relay on this machine is told how to let the container in, with the networks that
// are there; nobody else is told anything.
func TestRelayOfThisMachine(t *testing.T) {
	t.Parallel()
	world := sceneWorld()
	for _, tt := range casetest.Read[[]struct {
		Host, Inside string
		Runs         pocketid.Runtime
		Bridges      []string
		Want         []string // none: nothing is said
	}](t, "relayofthismachine") {
		world.Bridges = func() (list []Bridge) {
			for _, b := range tt.Bridges {
				list = append(list, Bridge{"docker0", netip.MustParsePrefix(b)})
			}
			return list
		}
		in := install.Install{Runs: tt.Runs}
		if tt.Runs == pocketid.RuntimeCompose {
			in.Compose = &install.Project{Inside: []string{tt.Inside}}
		}
		got := world.ofThisMachine(tt.Host, in, pocketid.Runtime(tt.Runs))
		if got == "" && tt.Want != nil || got != "" && tt.Want == nil {
			t.Errorf("%s in %s: %q", tt.Host, tt.Runs, got)
		}
		for _, part := range tt.Want {
			if !strings.Contains(got, part) {
				t.Errorf("%s in %s: %q does not say %q", tt.Host, tt.Runs, got, part)
			}
		}
		if tt.Inside != "" && strings.Contains(got, "host-gateway") {
			t.Errorf("what is set is told again: %q", got)
		}
	}
}

// TestToTheBridge sends to where the container would: the name is this machine's address
// in the container's network, which proves all but that Pocket ID's own address is let in.
func TestToTheBridge(t *testing.T) {
	t.Parallel()
	w, relay := practiceWorld(t, "open", practice.Options{})
	w.Bridges = func() []Bridge {
		return []Bridge{{"br-1234", netip.MustParsePrefix("192.0.2.1/24")}, {"docker0", netip.MustParsePrefix("127.0.0.1/8")}}
	}
	for compose, verdict := range map[string]Verdict{
		"services: {pocket-id: {image: 'pocketid/pocket-id:v2.9.0', env_file: .env}}\n":                                                           VerdictProbably,
		"services: {pocket-id: {image: 'pocketid/pocket-id:v2.9.0', env_file: .env, extra_hosts: ['host.docker.internal:host-gateway']}}\n":       VerdictProbably,
		"services: {pocket-id: {image: 'pocketid/pocket-id:v2.9.0', env_file: .env, extra_hosts: {host.docker.internal: host-gateway}}}\n":        VerdictProbably,
		"services: {pocket-id: {image: 'pocketid/pocket-id:v2.9.0', env_file: .env, extra_hosts: {host.docker.internal: 192.0.2.7}}}\n":           VerdictNotTested,
		"services: {pocket-id: {image: 'pocketid/pocket-id:v2.9.0', env_file: .env, network_mode: host}}\n":                                       VerdictNotTested,
		"services: {pocket-id: {image: 'pocketid/pocket-id:v2.9.0', env_file: .env}, host.docker.internal: {image: mail, container_name: other}}": VerdictNotTested,
	} {
		dir := t.TempDir()
		env := filepath.Join(dir, ".env")
		text := fmt.Sprintf("APP_URL=https://id.example.com\nUI_CONFIG_DISABLED=true\nSMTP_HOST=host.docker.internal\nSMTP_PORT=%d\nSMTP_TLS=none\nSMTP_FROM=id@example.com\n", relay.Port())
		casetest.Must(t, errors.Join(os.WriteFile(env, []byte(text), 0o600), os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(compose), 0o600)))
		found := w.Discover(t.Context(), env)
		v, _ := pocketid.ParseVersion("2.9.0")
		s := w.SetupFrom(found, v)
		s.To = "me@example.org"
		var result TestResult
		if stops := Stopping(found.Objections(s, false)); len(stops) > 0 {
			result = NotSent(s, stops)
		} else {
			result = w.RunTest(t.Context(), s, nil, func(any) {})
		}
		if got := result.Verdict(); got != verdict {
			t.Errorf("%s%s: %v", compose, got, result.Result.Failure)
		}
		if verdict == VerdictProbably && !strings.Contains(result.Words(), "Pocket ID has another address") {
			t.Errorf("%s", result.Words())
		}
	}
}
