package command

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/hostile"
)

// relayCase is how check must end at a relay of the catalogue. An exit code of 0
// is a delivered message.
type relayCase struct {
	Relay, Mode string
	Login       bool
	Args        string // besides --as none --hostname id.example.com
	Exit        int
	Stage       string
	Step, Field string // of the diagnosis
	ID          string // of the diagnosis, where the row is about it
	Says        string // part of the failed stage's detail
}

func TestEveryPracticeRelay(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	for _, c := range casetest.Read[[]relayCase](t, "relays") {
		tried[c.Relay] = true
		t.Run(strings.TrimSpace(c.Relay+" "+c.Mode+" "+c.Args), func(t *testing.T) {
			t.Parallel()
			args := append([]string{"--as", "none", "--hostname", "id.example.com"}, strings.Fields(c.Args)...)
			c.check(t, args, func() *site { return newSite(t, hostile.Named(t, c.Relay), c.Mode, c.Login) })
		})
	}
	for _, b := range hostile.Relays {
		if !tried[b.Name] && b.Name != "slow-end" { // that one is in the end-to-end tests
			t.Errorf("no case for the relay %s", b.Name)
		}
	}
}

// check tries again where a busy machine made the relay or the program later than
// either waits for.
func (c relayCase) check(t *testing.T, args []string, at func() *site) {
	t.Helper()
	var failed error
	for range 4 {
		got, exit := at().check(args...)
		if failed = c.compare(got, exit); failed == nil {
			return
		}
	}
	t.Error(failed)
}

func (c relayCase) compare(got apptest.Checked, exit int) error {
	if exit != c.Exit || got.Exit != c.Exit || got.OK != (c.Exit == 0) || got.Stage != c.Stage {
		return fmt.Errorf("exit %d, ok %v, exit %d and stage %q in the JSON", exit, got.OK, got.Exit, got.Stage)
	}
	if last := got.Stages[len(got.Stages)-1]; last.Name != c.Stage || !strings.Contains(last.Detail, c.Says) {
		return fmt.Errorf("the last stage is %+v", last)
	}
	for _, said := range append(got.Transcript, got.Stages[len(got.Stages)-1].Detail) {
		if strings.Contains(said, "EOF") || strings.IndexFunc(said, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) >= 0 {
			return fmt.Errorf("unsafe, or of EOF: %q", said)
		}
	}
	d := got.Diagnosis
	if none := d.ID == "" && d.Cause == "" && d.Fix == ""; none != (c.Exit == 0) || d.Step != c.Step || d.Field != c.Field || c.ID != "" && d.ID != c.ID {
		return fmt.Errorf("diagnosis %+v", d)
	}
	return nil
}

// A port of the other TLS Mode: both sides would wait for each other forever.
func TestPortsOfTheOtherMode(t *testing.T) {
	t.Parallel()
	for _, c := range []relayCase{
		{Mode: "tls", Stage: "tls", ID: "go-tls-first-record", Says: "speaks SMTP in clear text first", Exit: 15},
		{Mode: "starttls", Stage: "greeting", ID: "implicit-tls-port", Says: "speaks TLS from the first byte", Exit: 12},
		{Mode: "none", Stage: "greeting", ID: "implicit-tls-port", Says: "speaks TLS from the first byte", Exit: 12},
	} {
		t.Run(c.Mode, func(t *testing.T) {
			t.Parallel()
			c.Step, c.Field = "relay", "tls"
			c.check(t, []string{"--as", "none", "--hostname", "id.example.com", "--timeout", "19s"}, func() *site {
				s := newSite(t, hostile.Named(t, "open"), c.Mode, true)
				port := s.relay.TLSPort()
				if c.Mode == "tls" {
					port = s.relay.Port()
				}
				s.write(c.Mode, port, true, "")
				return s
			})
		})
	}
}
