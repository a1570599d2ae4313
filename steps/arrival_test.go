package steps

import (
	"encoding/json"
	"strings"
	"testing"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/wizard"
)

// atInbox is a guide whose test mail was taken, and its code.
func atInbox(t *testing.T) (*walk, string) {
	t.Helper()
	w := newWalk(t, "google", practice.Options{})
	w.to(Arrival)
	mail := w.relay.Delivered()[0].Data
	code := apptest.CodeIn(mail)
	if code == "" || !w.trial().IsCode(code) {
		t.Fatalf("no code in\n%s", mail)
	}
	return w, code
}

func (w *walk) types(field, text string) {
	w.t.Helper()
	w.apply(wizard.TypedSecret{Field: field, Secret: secret.New(text)})
	kept, err := json.Marshal(ForDraft(wizard.Session[Answers]{Machine: w.machine, State: w.state}))
	if err != nil || strings.Contains(string(kept), text) {
		w.t.Errorf("%v; the draft has what was typed: %s", err, kept)
	}
	w.enter()
}

func TestThreeCodes(t *testing.T) {
	t.Parallel()
	w, _ := atInbox(t)
	w.apply(wizard.TypedSecret{Field: "code", Secret: secret.New(w.trial().Token)}) // looks like one, and costs no try
	w.enter()
	if !strings.Contains(w.state.Fault.Text, "word in the subject") {
		t.Errorf("%+v", w.state.Fault)
	}
	for _, said := range []string{"tries left: 2", "tries left: 1", "stays"} {
		w.types("code", "none of it")
		if w.state.At != Arrival || !strings.Contains(w.state.Fault.Text, said) {
			t.Errorf("%s: %+v", w.state.At, w.state.Fault)
		}
	}
	if page := w.machine.Page(w.state); len(page.Field) > 0 {
		t.Errorf("a fourth try: %+v", page.Field)
	}
	w.enter()
	if w.state.At != Write || w.trial().Verdict() != VerdictAccepted {
		t.Errorf("at %s: %s", w.state.At, w.trial().Verdict())
	}
}

func TestCodeProvesArrival(t *testing.T) {
	t.Parallel()
	w, code := atInbox(t)
	w.types("code", code[:2]+"-"+code[2:4]+"\u00a0"+code[4:])
	if w.state.At != Write || w.trial().Verdict() != VerdictArrived || !strings.Contains(Claim(w.state), "arrived") {
		t.Errorf("at %s: %s", w.state.At, Claim(w.state))
	}
	// Another test is another mail.
	w.apply(wizard.WentBack{})
	w.apply(wizard.WentBack{})
	w.answer("action", actRetry)
	w.enter()
	if w.trial().Verdict() != VerdictAccepted || len(w.relay.Delivered()) != 2 {
		t.Errorf("%d mails, %s", len(w.relay.Delivered()), w.trial().Verdict())
	}
}

// A source that has the code proves the same, and its headers are judged.
func TestSourceOfTheMail(t *testing.T) {
	t.Parallel()
	w, _ := atInbox(t)
	w.types("code", "source")
	source := "Received: from a.example.com (a.example.com [192.0.2.7]) by mx.example.org; Mon, 23 Nov 2026 09:45:01 +0000\n" +
		"Authentication-Results: mx.example.org; spf=fail smtp.mailfrom=example.com; dmarc=fail header.from=example.com\n"
	w.answer("source", source+"From: <id@example.com>\n")
	w.enter()
	if page := pageText(w); !strings.Contains(page, "SPF") || w.trial().Arrived {
		t.Errorf("headers alone: arrived %v\n%s", w.trial().Arrived, page)
	}
	w.answer("how", bySource)
	w.answer("source", source+string(w.relay.Delivered()[0].Data))
	w.enter()
	if w.trial().Verdict() != VerdictArrived {
		t.Errorf("the whole source: %s", w.trial().Verdict())
	}
}

// A mailbox that cannot be looked into is said, and the code can still be typed.
func TestMailboxThatIsNotThere(t *testing.T) {
	t.Parallel()
	w, code := atInbox(t)
	w.types("code", "imap")
	w.answer("imap", "127.0.0.1:1")
	w.types("imap_password", "pass-w0rd-of-the-inbox")
	if page := pageText(w); !strings.Contains(page, "connection refused") || strings.Contains(page, "pass-w0rd") {
		t.Errorf("%s", page)
	}
	w.types("code", code)
	if w.trial().Verdict() != VerdictArrived {
		t.Errorf("%+v", w.state.Fault)
	}
}

// pageText is the body of the page.
func pageText(w *walk) string {
	var text strings.Builder
	for _, block := range w.machine.Page(w.state).Body {
		switch b := block.(type) {
		case wizard.Text:
			text.WriteString(b.Label + ": " + b.Body + "\n")
		case wizard.Table:
			for _, r := range b.Rows {
				text.WriteString(strings.Join(r.Cells, " ") + "\n")
			}
		}
	}
	return text.String()
}

func TestRelayID(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"250 2.0.0 Ok: queued as 4Tz3Xb1w2Nz9rxL":                                     "4Tz3Xb1w2Nz9rxL",
		"250 OK id=1rABcD-0001Xy-2Z":                                                  "1rABcD-0001Xy-2Z",
		"250 2.0.0 OK  1763891100 5b1f17b1804b1-477a9689f7bsm26547325e9.1 - gsmtp":    "5b1f17b1804b1-477a9689f7bsm26547325e9.1",
		"250 Ok 0102018f0a1b2c3d-1234abcd-0000":                                       "0102018f0a1b2c3d-1234abcd-0000",
		"250 2.0.0 3ANAj0xY012345 Message accepted for delivery":                      "3ANAj0xY012345",
		"250 2.6.0 <a@b> [InternalId=123456789, Hostname=X] Queued mail for delivery": "123456789",
		"250 2.0.0 a1b2c3d4 Message accepted for delivery":                            "a1b2c3d4",
		"250 Thanks": `in "250 Thanks"`,
	} {
		r := smtpcheck.Result{Stages: []smtpcheck.StageResult{{Stage: smtpcheck.StageData, OK: true, Detail: said}}}
		if got := relayID(r); got != want {
			t.Errorf("%s: %q, want %q", said, got, want)
		}
	}
}

// Who comes back to the page sends another mail: the code of the first is not kept.
func TestInboxAfterAResume(t *testing.T) {
	t.Parallel()
	w, _ := atInbox(t)
	w.state = w.machine.Resume(w.state)
	w.enter()
	if w.state.At != Arrival || len(w.relay.Delivered()) != 2 {
		t.Fatalf("at %s, %d mails", w.state.At, len(w.relay.Delivered()))
	}
	w.types("code", apptest.CodeIn(w.relay.Delivered()[1].Data))
	if w.state.At != Write || w.trial().Verdict() != VerdictArrived {
		t.Errorf("at %s: %s", w.state.At, w.trial().Verdict())
	}
}

// Back from the page is the page of the test, as it was.
func TestBackFromTheInbox(t *testing.T) {
	t.Parallel()
	w, _ := atInbox(t)
	w.apply(wizard.WentBack{})
	w.settle()
	if w.state.At != LiveTest || len(w.relay.Delivered()) != 1 {
		t.Errorf("at %s, %d mails", w.state.At, len(w.relay.Delivered()))
	}
}
