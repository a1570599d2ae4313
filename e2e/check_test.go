//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/hostile"
	"smtp-wizard/smtpcheck/practice"
)

// outcome is how a run of the program without a terminal ended.
type outcome struct {
	Code     int
	Out, Err string
}

// run runs the program with in on its standard input.
func (h *home) run(in string, args ...string) outcome {
	h.t.Helper()
	return runCommand(h.t, h.command(args...), in)
}

func runCommand(t *testing.T, cmd *exec.Cmd, in string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in), &out, &errs
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

type checked = apptest.Checked

// check runs check --json on a .env with these settings, and requires that the
// exit code is the one in the JSON.
func (h *home) check(s settings, args ...string) checked {
	h.t.Helper()
	h.write(s)
	return h.checkFile(args...)
}

func (h *home) checkFile(args ...string) checked {
	h.t.Helper()
	o := h.run("", append([]string{"check", "--json"}, args...)...)
	var c checked
	if err := json.Unmarshal([]byte(o.Out), &c); err != nil {
		h.t.Fatalf("%v\n%s%s", err, o.Out, o.Err)
	}
	if c.Exit != o.Code {
		h.t.Errorf("exit code %d, but %d in the JSON", o.Code, c.Exit)
	}
	return c
}

// write makes a plain .env; the password must be one that needs no quotes.
func (h *home) write(s settings) {
	h.t.Helper()
	text := fmt.Sprintf("APP_URL=%s\nUI_CONFIG_DISABLED=true\nSMTP_HOST=%s\nSMTP_PORT=%d\nSMTP_TLS=%s\nSMTP_FROM=%s\n", appURL, s.Host, s.Port, s.TLS, s.From)
	if s.User != "" {
		text += fmt.Sprintf("SMTP_USER=%s\nSMTP_PASSWORD=%s\n", s.User, s.Password)
	}
	casetest.Must(h.t, os.WriteFile(h.envFile(), []byte(text), 0o600))
}

// TestIdentities compares the verdicts on names with what Postfix does, both
// when it judges a name at once and when it waits for RCPT, as it does by
// default.
func TestIdentities(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		delay string
		stage string // at which a name is refused
		exit  int
	}{{"yes", "rcpt", 18}, {"no", "ehlo", 13}} {
		t.Run("delay "+c.delay, func(t *testing.T) {
			t.Parallel()
			p := startPostfix(t, "smtpd_helo_required = yes", "smtpd_delay_reject = "+c.delay,
				"smtpd_helo_restrictions = reject_non_fqdn_helo_hostname")
			h := newHome(t, p.CAFile)
			for _, mode := range []string{"starttls", "tls", "none"} {
				s := p.asAdmin()
				s.use(p, mode)
				got := h.check(s, "--as", "2.9.0", "--hostname", "id.example.test", "--helo", "bare", "--to", s.To)
				judgesNames(t, mode, got, c.stage)
				if mode == "starttls" {
					greetsAsLocalhost(t, got, c.delay == "no")
					continue
				}
				if !got.OK || got.Exit != 0 || !slices.Equal(got.Announced, []string{"id.example.test"}) {
					t.Errorf("%s: %+v", mode, got)
				}
				p.inbox(t, got.Token)
				refused := h.check(s, "--as", "2.9.0", "--hostname", "bare", "--to", s.To)
				if refused.OK || refused.Stage != c.stage || refused.Exit != c.exit || refused.Diagnosis.Step != "identity" ||
					refused.Diagnosis.Field != "hostname" || refused.Diagnosis.Confidence != "exact" {
					t.Errorf("%s: as bare: %+v", mode, refused)
				}
			}
		})
	}
}

// judgesNames checks each name's verdict: the two with a dot pass, the bare ones
// do not.
func judgesNames(t *testing.T, mode string, got checked, stage string) {
	t.Helper()
	seen := map[string]bool{}
	for _, one := range got.Identities {
		seen[one.Name] = true
		want := "refused"
		if strings.Contains(one.Name, ".") {
			want = "accepted"
		}
		if one.Verdict != want || one.Accepted != (want == "accepted") {
			t.Errorf("%s: %+v", mode, one)
		}
		if want == "refused" && (one.Stage != stage || !strings.Contains(one.Reply, "need fully-qualified hostname")) {
			t.Errorf("%s: %+v", mode, one)
		}
	}
	for _, name := range []string{"localhost", "bare", "id.example.test"} {
		if !seen[name] {
			t.Errorf("%s: %s was not tried", mode, name)
		}
	}
}

// greetsAsLocalhost checks what Pocket ID 2.9 comes to with STARTTLS: it greets
// as localhost, then with its name. A relay that judges at once refuses it; one
// that waits for RCPT has forgotten localhost by then.
func greetsAsLocalhost(t *testing.T, got checked, refused bool) {
	t.Helper()
	if refused {
		if got.Exit != 13 || got.Stage != "ehlo" || got.Diagnosis.Step != "identity" || !strings.Contains(got.Diagnosis.Fix, "Port 465") {
			t.Errorf("starttls: %+v", got)
		}
		return
	}
	if !got.OK || !slices.Equal(got.Announced, []string{"localhost", "id.example.test"}) {
		t.Errorf("starttls: %+v", got)
	}
}

// TestOneConnection allows one connection at a time: what the check meets with its
// own sessions side by side is not the relay's answer to Pocket ID.
func TestOneConnection(t *testing.T) {
	t.Parallel()
	p := startPostfix(t, "smtpd_client_connection_count_limit = 1", "smtpd_client_event_limit_exceptions =")
	h := newHome(t, p.CAFile)
	for range 5 {
		s := p.asAdmin()
		got := h.check(s, "--as", "2.9.0", "--hostname", s.Name, "--helo", "vps.example.test", "--to", s.To)
		if !got.OK {
			t.Errorf("exit %d at %s: %s", got.Exit, got.Stage, strings.Join(got.Transcript, "\n"))
		}
		for _, one := range got.Identities {
			if !one.Accepted {
				t.Errorf("%+v", one)
			}
		}
	}
}

// TestSlowScanner waits for a relay that takes 20 s over the message, as content
// scanners do.
func TestSlowScanner(t *testing.T) {
	t.Parallel()
	for _, as := range []string{"2.9.0", "2.14.0"} {
		t.Run(as, func(t *testing.T) {
			t.Parallel()
			r := hostile.Start(t, hostile.Named(t, "slow-end"), practice.Options{})
			o := hostileSite(t, "127.0.0.1", r.Port(), "none").run("", "check", "--as", as, "--hostname", "id.example.com")
			if o.Code != 0 || !strings.Contains(o.Err, "data      waiting, up to") {
				t.Errorf("exit %d\n%s%s", o.Code, o.Out, o.Err)
			}
		})
	}
}
