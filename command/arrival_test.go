package command

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/internal/hostile"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/steps"
)

// TestWaitForCode types what somebody reads in the mail. The code is in nothing that
// check prints.
func TestWaitForCode(t *testing.T) {
	t.Parallel()
	wrong := func(code string) string {
		n, _ := strconv.Atoi(code)
		return strconv.Itoa(100000+(n+1)%900000) + "\n"
	}
	for name, c := range map[string]struct {
		relay   string
		args    []string
		before  string
		types   func(string) string
		verdict steps.Verdict
		ok      bool
		exit    int
	}{
		"right":       {types: func(c string) string { return c + "\n" }, verdict: steps.VerdictArrived, ok: true},
		"with gaps":   {types: func(c string) string { return " " + c[:3] + "-" + c[3:5] + " " + c[5:] }, verdict: steps.VerdictArrived, ok: true},
		"wrong":       {types: wrong, verdict: steps.VerdictAccepted, ok: true, exit: 21},
		"missing":     {types: func(string) string { return "" }, verdict: steps.VerdictAccepted, ok: true, exit: 21},
		"empty line":  {types: func(string) string { return "\n" }, verdict: steps.VerdictAccepted, ok: true, exit: 21},
		"most likely": {args: []string{"--as", "none"}, types: wrong, verdict: steps.VerdictOtherwise, ok: true, exit: 21},
		"password":    {args: []string{"--password-stdin"}, before: relayPassword + "\n", types: func(c string) string { return c }, verdict: steps.VerdictArrived, ok: true},
		"not taken":   {relay: "recipient-refused", types: func(string) string { return "" }, verdict: steps.VerdictNotAccepted, exit: 18},
		"QUIT fails":  {relay: "drops-at-quit", args: []string{"--as", "2.10.0"}, types: func(c string) string { return c }, verdict: steps.VerdictArrived, exit: 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.relay == "" {
				c.relay = "open"
			}
			s := newSite(t, hostile.Named(t, c.relay), "tls", true)
			for _, more := range [][]string{nil, {"--json"}} {
				var out, errs strings.Builder
				in := &apptest.Mailbox{Relay: s.relay, Before: c.before, Types: c.types}
				args := append(append(s.checkArgs("--hostname", "id.example.com", "--as", "2.9.0", "--wait-code"), c.args...), more...)
				exit := run(t.Context(), args, testIO(in, &out, &errs))
				if exit != c.exit || more == nil && c.verdict != "" && !strings.Contains(out.String(), "Verdict  "+string(c.verdict)+":") {
					t.Errorf("exit code %d\n%s\n%s", exit, out.String(), errs.String())
				}
				if in.Code != "" && strings.Contains(out.String()+errs.String(), in.Code) {
					t.Errorf("the code %s is shown:\n%s\n%s", in.Code, out.String(), errs.String())
				}
				if more == nil {
					continue
				}
				if got := s.checked(out.String()); got.OK != c.ok || got.Verdict != string(c.verdict) || got.Exit != c.exit {
					t.Errorf("%+v", got)
				}
			}
		})
	}
}

// TestNoCodeInTime gives up with --timeout. On a machine where the time is over
// before the mail is out, it tries again with more.
func TestNoCodeInTime(t *testing.T) {
	t.Parallel()
	s := newSite(t, practice.Behavior{}, "tls", false)
	never := make(chan string)
	t.Cleanup(func() { close(never) })
	for timeout, exit := time.Second, 0; exit != exitNotArrived; timeout *= 4 {
		if timeout > 5*time.Minute {
			t.Fatalf("exit code %d", exit)
		}
		in := &apptest.Mailbox{Relay: s.relay, Types: func(string) string { return <-never }}
		var out, errs strings.Builder
		args := s.checkArgs("--hostname", "id.example.com", "--wait-code", "--json", "--timeout", timeout.String())
		exit = run(t.Context(), args, testIO(in, &out, &errs))
		if out.Len() == 0 && exit == exitInterrupted {
			continue // before the test began
		}
		got := s.checked(out.String())
		if exit != got.Exit || !got.TimedOut || got.Verdict == string(steps.VerdictArrived) {
			t.Errorf("exit code %d, %+v", exit, got)
		}
	}
}

func TestArrivalFlags(t *testing.T) {
	t.Parallel()
	s := newSite(t, practice.Behavior{}, "tls", false)
	for _, args := range []string{
		"--wait-code --no-send", "--imap imap.example.com", "--imap-user x", "--imap-password-file x", "--wait-code --imap x --imap-password-file ca.pem",
	} {
		if _, errs, exit := s.run(s.checkArgs(strings.Fields(args)...)...); exit != exitUsage {
			t.Errorf("%s: exit code %d: %s", args, exit, errs)
		}
	}
	secret := s.file("imap-password", "pass-w0rd-of-the-inbox\n")
	began := len(s.relay.Delivered())
	out, errs, exit := s.run(s.checkArgs("--hostname", "id.example.com", "--imap", "127.0.0.1:1", "--imap-password-file", secret)...)
	if exit != exitNotArrived || !strings.Contains(out, "connection refused") || strings.Contains(out+errs, "pass-w0rd") || len(s.relay.Delivered()) != began+1 {
		t.Errorf("exit code %d\n%s\n%s", exit, out, errs)
	}
}

// TestCodeInBothFaces types the code into the guide: nothing that it writes to the
// terminal or into the draft has it.
func TestCodeInBothFaces(t *testing.T) {
	t.Parallel()
	w, r := toIdentity(t)
	w.Keys(keyEnter)
	w.Opens("[Inbox]", "accepted. The relay took a message", "› Code", "PRACTICE0001", "spam folder")
	current(t, "inbox", w.Picture())
	code := apptest.CodeIn(r.Delivered()[0].Data)
	before := w.Output()
	w.Keys("000000"[:6-len(code)]+"12", keyEnter)
	w.Until("not the code of this mail; tries left: 2")
	w.Keys(code[:3]+" "+code[3:], keyEnter)
	w.Opens("[Write]", "› Write it")
	w.Keys(keyEnter)
	w.Opens("Done", "arrived. The message was found in the mailbox")
	current(t, "arrived", w.Picture())
	w.Keys(keyEnter)
	w.Ends(0)
	if code == "" || strings.Contains(before, code) || strings.Contains(w.Output(), code) || strings.Contains(w.Output(), code[:3]+" "+code[3:]) {
		t.Errorf("the code %q is shown", code)
	}
}

// TestCodeInLines does the same line by line, through a pipe.
func TestCodeInLines(t *testing.T) {
	t.Parallel()
	s := newSite(t, practice.Behavior{}, "tls", true)
	cmd := command(s.dir, trusting(s.dir), "--plain")
	in := &apptest.Mailbox{Relay: s.relay, Before: "\n\nme@example.org\n", Types: func(code string) string {
		return code + "\n\n"
	}}
	cmd.Stdin = in
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Mail: arrived. The message was found in the mailbox.") {
		t.Errorf("%v\n%s", err, out)
	}
	if in.Code == "" || strings.Contains(string(out), in.Code) {
		t.Errorf("the code %q is shown:\n%s", in.Code, out)
	}
}
