package received

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/tools/txtar"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/steptest"
)

// What is no received mail stays with the refusals and logs.
func TestLeavesRefusalsAlone(t *testing.T) {
	t.Parallel()
	var corpus []struct{ Name, Text string }
	raw, err := os.ReadFile("../testdata/corpus.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &corpus); err != nil {
		t.Fatal(err)
	}
	for _, c := range corpus {
		if r, ok := Read(c.Text); ok {
			t.Errorf("%s is taken for a received mail: %s\n%.400s", c.Name, r.Cause, c.Text)
		}
	}
}

// summary is a report in the words of the table.
func summary(r Report) map[string]string {
	all := map[string]string{"id": r.ID, "receiver": r.Auth.Receiver, "from": r.Auth.From, "hops": fmt.Sprint(len(r.Path)),
		"provider": r.Provider, "confidence": string(r.Confidence), "untrusted": strings.Join(r.Auth.Untrusted, ",")}
	if c := r.Auth.SPF; c != nil {
		all["spf"] = c.Result + ":" + c.Alignment
	}
	if c := r.Auth.DMARC; c != nil {
		all["dmarc"], all["policy"] = c.Result, c.Policy
	}
	if c := r.Auth.Composite; c != nil {
		all["compauth"] = c.Result
	}
	var signatures, filters []string
	for _, c := range r.Auth.DKIM {
		signatures = append(signatures, c.Domain+":"+c.Result+":"+c.Alignment)
	}
	for _, f := range r.Spam {
		score := ""
		if f.Score != nil {
			score = fmt.Sprintf("%g", *f.Score)
		}
		filters = append(filters, f.Name+":"+f.Verdict+":"+score)
	}
	all["dkim"], all["filters"] = strings.Join(signatures, ","), strings.Join(filters, ",")
	return all
}

var expectation = regexp.MustCompile(`(\w+)=(.*?)(?: \w+=|$)`)

// TestReceivers judges headers of real receivers.
func TestReceivers(t *testing.T) {
	t.Parallel()
	table, err := txtar.ParseFile("testdata/receivers.txtar")
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, c := range table.Files {
		about, headers, _ := strings.Cut(string(c.Data), "\n\n")
		r, ok := Read(headers)
		raw, err := json.MarshalIndent(r, "", " ")
		casetest.Must(t, err)
		all += c.Name + " " + string(raw) + "\n"
		if !ok || r.Stage != Delivered {
			t.Errorf("%s: not taken for a received mail", c.Name)
			continue
		}
		got := summary(r)
		_, want, _ := strings.Cut(about, "want: ")
		for want, _, _ = strings.Cut(want, "\n"); want != ""; {
			m := expectation.FindStringSubmatch(want)
			if got[m[1]] != m[2] {
				t.Errorf("%s: %s is %q, want %q", c.Name, m[1], got[m[1]], m[2])
			}
			want = strings.TrimPrefix(want[len(m[1]+"="+m[2]):], " ")
		}
	}
	steptest.Golden(t, "testdata/reports.txt", all)
}

func receivers(t testing.TB) (headers []string) {
	t.Helper()
	table, err := txtar.ParseFile("testdata/receivers.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range table.Files {
		_, text, _ := strings.Cut(string(c.Data), "\n\n")
		headers = append(headers, text)
	}
	return headers
}

// People paste headers in many ways, and all say the same.
func TestPastes(t *testing.T) {
	t.Parallel()
	everyLine := func(before, after string) func(string) string {
		return func(s string) string {
			return before + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", after+"\n"+before) + after
		}
	}
	pastes := map[string]func(string) string{
		"CRLF":          func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"quoted":        everyLine("> ", ""),
		"quoted twice":  everyLine("> > ", ""),
		"indented":      everyLine("    ", ""),
		"double-spaced": everyLine("", "\n"),
		"with a body":   func(s string) string { return s + "\n\nAuthentication-Results: mx.google.com; spf=fail\n" },
		"introduced":    func(s string) string { return "These are the headers:\n\n" + s },
		"mbox":          func(s string) string { return "From alice@example.org Thu Jun 14 10:31:41 2018\n" + s },
		"byte order":    func(s string) string { return "\ufeff" + s },
		"other fields":  func(s string) string { return "X-Mozilla-Status: 0001\n" + s },
	}
	for name, paste := range pastes {
		for i, headers := range receivers(t) {
			if name == "double-spaced" && strings.Count(headers, "\n") < 10 || strings.HasPrefix(strings.TrimSpace(headers), ">") {
				continue // too short to be told, or quoted already
			}
			want, _ := Read(headers)
			got, ok := Read(paste(headers))
			if !ok || !maps.Equal(summary(want), summary(got)) {
				t.Errorf("%s, %d: %v\n\twant %v", name, i, summary(got), summary(want))
			}
		}
	}
}

// What the way tells of the sender decides what to publish.
func TestSenders(t *testing.T) {
	t.Parallel()
	const (
		failed = "Authentication-Results: mx.example.net; spf=fail smtp.mailfrom=a@firm.example; dkim=none; dmarc=fail header.from=firm.example\n"
		sealed = "ARC-Authentication-Results: i=1; mx.microsoft.com 1; spf=pass smtp.mailfrom=firm.example; dkim=none\n"
		passed = "ARC-Authentication-Results: i=1; mx.list.example; spf=pass (list.example: domain of a@firm.example designates 198.51.100.7 as permitted sender) smtp.mailfrom=a@firm.example\n"
		from   = "From: a@firm.example\n"
	)
	by := func(host, ip string) string {
		return "Received: from " + host + " (" + host + " [" + ip + "]) by mx.example.net with ESMTP; Mon, 1 Jun 2026 10:00:00 +0000\n"
	}
	for name, c := range map[string]struct{ headers, value, fix string }{
		"microsoft":           {by("a.outbound.protection.outlook.com", "40.107.21.101") + failed + sealed + from, "v=spf1 include:spf.protection.outlook.com ~all", ""},
		"google":              {by("mail-sor-f41.google.com", "209.85.220.41") + failed + from, "v=spf1 include:_spf.google.com ~all", ""},
		"a value alone":       {"mx.example.net; spf=fail smtp.mailfrom=a@firm.example; dkim=none", "v=spf1 include:<the name that your mail provider gives> ~all", ""},
		"own server":          {by("vps.firm.example", "203.0.113.9") + failed + from, "v=spf1 ip4:203.0.113.9 ~all", ""},
		"own, IPv6":           {by("vps.firm.example", "IPv6:2001:db8::9") + failed + from, "v=spf1 ip6:2001:db8::9 ~all", ""},
		"numbers in its name": {by("4.3.2.1.dyn.firm.example", "203.0.113.9") + failed + from, "v=spf1 ip4:203.0.113.9 ~all", ""},
		"sendgrid":            {by("o1.ptr1.sendgrid.net", "167.89.0.1") + failed + from, "v=spf1 include:<the name that your mail provider gives> ~all", "at Twilio SendGrid"},
		"forwarded":           {by("mx.list.example", "203.0.113.9") + failed + passed + from, "", "survives forwarding"},
		"a free domain":       {by("vps.firm.example", "203.0.113.9") + strings.ReplaceAll(failed+from, "firm.example", "gmail.com"), "", "domain of your own"},
	} {
		r, ok := Read(c.headers)
		value := ""
		for _, p := range r.Problems {
			if p.Record != nil && strings.HasPrefix(p.Record.Value, "v=spf1") {
				value = p.Record.Value
			}
		}
		if !ok || value != c.value || !strings.Contains(r.Fix, c.fix) {
			t.Errorf("%s: %q, %s", name, value, r.Fix)
		}
	}
}

// A sender can write results into his mail: they are not the receiver's.
func TestForgedResults(t *testing.T) {
	t.Parallel()
	const (
		came    = "Received: from evil.example.org (evil.example.org [192.0.2.1]) by mx.example.net with ESMTP; Mon, 1 Jun 2026 10:00:00 +0000\n"
		earlier = "Received: from a.example.org by evil.example.org; Mon, 1 Jun 2026 09:59:00 +0000\n"
		from    = "From: a@bank.example\n"
		forged  = "Authentication-Results: other.example; dkim=pass header.d=bank.example; dmarc=pass header.from=bank.example\n"
		own     = "Authentication-Results: mx.example.net; dkim=none; spf=fail smtp.mailfrom=a@bank.example\n"
		asOwn   = "Authentication-Results: mx.example.net; dkim=pass header.d=bank.example; dmarc=pass header.from=bank.example\n"
		unnamed = "Authentication-Results: OpenDMARC; dmarc=pass header.from=bank.example\n"
	)
	for name, c := range map[string]struct{ headers, dkim, dmarc, untrusted string }{
		"below the fields of the mail": {came + from + forged, "", "", "other.example"},
		"below another server":         {own + came + earlier + forged + from, ":none:", "", "other.example"},
		"without a name":               {own + came + earlier + from + unnamed, ":none:", "", "opendmarc"},
		// RFC 8601 section 5 has the receiver remove what bears its name.
		"in the receiver's name": {own + came + earlier + asOwn + from, ":none:", "pass", ""},
		"the receiver's":         {asOwn + came + from, "bank.example:pass:strict", "pass", ""},
	} {
		r, ok := Read(c.headers)
		if got := summary(r); !ok || got["dkim"] != c.dkim || got["dmarc"] != c.dmarc || got["untrusted"] != c.untrusted {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Nothing of the body, no local part of an address and no control character comes
// back.
func TestKeepsThingsToItself(t *testing.T) {
	t.Parallel()
	hostile := "Return-Path: <secret-local@example.org>\x1b[31m\n" +
		"Received: from a\x1b]0;x\x07.example.org (a.example.org [192.0.2.1]) by mx.example.net with ESMTP id 1 for <secret-local@example.net>; Mon, 1 Jun 2026 10:00:00 +0000\n" +
		"Authentication-Results: mx.example.net; spf=fail reason=\"bad \u202e secret-local@example.org\" smtp.mailfrom=secret-local@example.org;\n" +
		" dkim=fail (no key for secret-local@example.org password=secret-local) header.d=exam\u200bple.org; auth=pass smtp.auth=secret-local\n" +
		"X-Spam-Report: Content preview:  secret-local SECRET_LOCAL\n" +
		"From: =?utf-8?q?secret-local?= <secret-local@example.org>\nSubject: secret-local\n\nsecret-local\n"
	r, ok := Read(hostile)
	raw, err := json.Marshal(r)
	if !ok || err != nil || strings.Contains(strings.ToLower(string(raw)), "secret") || strings.ContainsFunc(string(raw), func(c rune) bool { return !unicode.IsPrint(c) }) {
		t.Errorf("%t %v %s", ok, err, raw)
	}
	if r.ID != "spf-failed" || r.Auth.From != "example.org" {
		t.Errorf("%+v", r)
	}
}

// Clocks differ: no time is claimed that cannot be.
func TestClocks(t *testing.T) {
	t.Parallel()
	received := func(by, at string) string {
		return "Received: from x.example.org by " + by + ".example.net; " + at + "\n"
	}
	r, _ := Read(received("d", "no date") + received("c", "Mon, 1 Jun 2026 10:20:00 +0000 (UTC)") + received("b", "Mon, 1 Jun 2026 11:59:58 +0200") +
		received("a", "Mon, 1 Jun 2026 10:00:00 +0000") + "From: a@example.org\n")
	var got []string
	for _, h := range r.Path {
		delay := "null"
		if h.DelaySeconds != nil {
			delay = fmt.Sprint(*h.DelaySeconds)
		}
		got = append(got, fmt.Sprintf("%s %s %t", h.By, delay, h.Skewed))
	}
	want := "a.example.net null false, b.example.net null true, c.example.net 1202 false, d.example.net null false"
	if strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %q", strings.Join(got, ", "), want)
	}
}

// A report that mail was not delivered, a log and a conversation are none.
func TestIsNoReceivedMail(t *testing.T) {
	t.Parallel()
	const arrived = "Received: from a.example.org by mx.example.net; Mon, 1 Jun 2026 10:00:00 +0000\n" +
		"Authentication-Results: mx.example.net; spf=pass smtp.helo=a.example.org\n"
	for _, text := range []string{
		arrived + "From: MAILER-DAEMON@example.org (Mail Delivery System)\nTo: a@example.org\n\n550 5.1.1 no such user\n",
		arrived + "From: postmaster@example.org\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n",
		arrived + "Return-Path: <>\nAuto-Submitted: auto-replied\nFrom: support@example.org\n\n550 5.1.1 no such user\n",
		arrived + "From: a@example.org\n\nFinal-Recipient: rfc822; b@example.net\nAction: failed\nDiagnostic-Code: smtp; 550 5.1.1 no\n",
		"", "hello", "Subject: x\n", "Received: 220 mx.example.net ESMTP\n",
		"550 5.7.26 Unauthenticated email is not accepted\n\nAuthentication-Results: mx.example.net; spf=fail\n",
		"time=10:00 level=error msg=\"535 5.7.8 no\"\nFrom: a@example.org\nTo: b@example.org\nDate: x\n",
		"From: a@example.org\nTo: b@example.org\nSubject: x\nDate: y\n",
	} {
		if r, ok := Read(text); ok {
			t.Errorf("%.60q: %s", text, r.ID)
		}
	}
}

// The time for a text grows no faster than the text.
func TestGrowth(t *testing.T) {
	for name, part := range map[string]string{
		"fields":   "Authentication-Results: mx.example.net; spf=fail (a;b) smtp.mailfrom=a@example.org\n",
		"comments": "Authentication-Results: mx.example.net; spf=fail " + strings.Repeat("(", 1000) + "\n",
		"one line": "Received: from a by b " + strings.Repeat("(a [1:", 1000),
		"hops":     "Received: from a.example.org ([192.0.2.1]) by b.example.net; Mon, 1 Jun 2026 10:00:00 +0000\n",
		"folded":   "X-Spamd-Result: default: True [9 / 8];\n" + strings.Repeat(" A_B(1.0)[c],\n", 1000),
	} {
		casetest.GrowsEvenly(t, name, 20_000, func(n int) { Read(strings.Repeat(part, n/len(part)+1)) })
	}
}

func FuzzRead(f *testing.F) {
	for _, headers := range receivers(f) {
		f.Add(headers)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, ok := Read(text)
		if raw, err := json.Marshal(r); err != nil || strings.ContainsFunc(string(raw), func(c rune) bool { return c < ' ' || c == 0x7f }) {
			t.Errorf("%t %v %q", ok, err, raw)
		}
		if ok && (r.Cause == "" || r.Fix == "" || strings.Contains(r.Cause+r.Fix, "{")) {
			t.Errorf("%q, %q", r.Cause, r.Fix)
		}
	})
}
