package diagnosis

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/lazy"
	"smtp-wizard/pocketid"
	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
)

// situations are ways in which the blanks of a text can be filled.
var situations = []Situation{
	{},
	{Settings: smtpcheck.Settings{Host: "smtp-relay.gmail.com", Port: 587, TLS: smtpcheck.TLSStartTLS, From: "id@mail.a-rather-long-domain-name.example.com", User: "someone@mail.a-rather-long-domain-name.example.com", To: "someone.else@mail.a-rather-long-domain-name.example.com"}, SpeaksAs: version("2.9.0"), Names: []string{"localhost"}},
	{Settings: smtpcheck.Settings{Host: "smtp.gmail.com", Port: 587, TLS: smtpcheck.TLSStartTLS, From: "id@example.com", User: "u@example.com"}, SpeaksAs: version("2.10.0"), Names: []string{"localhost"}},
	{Settings: smtpcheck.Settings{Host: "smtp.zoho.eu", Port: 465, TLS: smtpcheck.TLSImplicit}, SpeaksAs: version("0.26"), Names: []string{"3f9c2a71b0de"}},
	{Provider: "microsoft-365", Settings: smtpcheck.Settings{Host: "smtp.office365.com", Port: 587, TLS: smtpcheck.TLSStartTLS, From: "id@example.com"}, SpeaksAs: version("2.9")},
	{Provider: "qq", Settings: smtpcheck.Settings{Port: 25, TLS: smtpcheck.TLSNone}, SpeaksAs: version("0.30.0")},
	{Provider: "google-workspace-relay", SpeaksAs: version("2.14.1"), Settings: smtpcheck.Settings{TLS: smtpcheck.TLSImplicit}},
}

// bareEOF is the word without what it means beside it.
var bareEOF = lazy.Compile(`\bEOF\b`)

// hostOrAddress may begin a sentence as it is.
var hostOrAddress = lazy.Compile(`^\S+[.@]\S+ `)

// TestWording reads every cause and fix, with every way to fill them.
func TestWording(t *testing.T) {
	t.Parallel()
	for i := range rules() {
		r := &rules()[i]
		if r.ID == "" || r.Cause == "" || r.Fix == "" || !validStep(r.Step, r.Field) || !slices.Contains([]Confidence{Exact, ifSeen, Likely, Class}, r.Sure) {
			t.Errorf("rule %d, %q: incomplete, or %s/%s is no field of the wizard", i, r.ID, r.Step, r.Field)
		}
		for _, s := range reading.StagesOf(r.Stage + " " + r.At) {
			if !slices.Contains(smtpcheck.Stages, s) && s != smtpcheck.StageSettings {
				t.Errorf("rule %d, %q: %q is no stage", i, r.ID, s)
			}
		}
		for _, s := range situations {
			readDiagnosis(t, r.answer(newEvidence(s)))
		}
	}
	for _, s := range situations {
		for _, stage := range append([]smtpcheck.Stage{""}, smtpcheck.Stages...) {
			for _, reply := range []string{"", "450 4.7.1 no", "550 5.1.1 no", "554 no"} {
				s.Stage, s.Reply = stage, nil
				if reply != "" {
					s.Reply = replyOf(reply)
				}
				readDiagnosis(t, explain(s))
			}
		}
	}
	readDiagnosis(t, unknown)
}

func readDiagnosis(t *testing.T, d Diagnosis) {
	t.Helper()
	for _, text := range []string{d.Cause, d.Fix} {
		switch lower := strings.ToLower(text); {
		case strings.Contains(lower, "check your settings"), strings.Contains(lower, "check the settings"):
			t.Errorf("%s says nothing: %s", d.ID, text)
		case bareEOF.MatchString(text):
			t.Errorf("%s says EOF: %s", d.ID, text)
		case utf8.RuneCountInString(text) > 400:
			t.Errorf("%s is too long (%d): %s", d.ID, utf8.RuneCountInString(text), text)
		case strings.ContainsAny(text, "{}"):
			t.Errorf("%s has a blank that nothing fills: %s", d.ID, text)
		case !unicode.IsUpper([]rune(text)[0]) && !hostOrAddress.MatchString(text):
			t.Errorf("%s does not begin as a sentence: %s", d.ID, text)
		case !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "NAME."):
			t.Errorf("%s does not end as a sentence: %s", d.ID, text)
		case strings.Contains(text, "  "), strings.Contains(text, ".."):
			t.Errorf("%s is badly put together: %s", d.ID, text)
		}
	}
	if d.Temporary && !strings.Contains(strings.ToLower(d.Cause+d.Fix), "wait") {
		t.Errorf("%s does not say whether waiting helps: %s / %s", d.ID, d.Cause, d.Fix)
	}
}

// TestNameAtFault demands the refused name in the cause, where the text has it.
func TestNameAtFault(t *testing.T) {
	t.Parallel()
	for text, name := range casetest.Read[map[string]string](t, "wording") {
		if d, _, _ := ExplainText(text); d.Step != StepIdentity || !strings.Contains(d.Cause, strconv.Quote(name)) {
			t.Errorf("%q: %s, %q", text, d.Step, d.Cause)
		}
	}
}

// TestHidden: what hides the relay's words cannot be known for sure, and for Pocket
// ID's own lines the fix names the command that tells.
func TestHidden(t *testing.T) {
	t.Parallel()
	for text, ours := range map[string]bool{
		"EOF": true, "unexpected EOF": false, "smtp auth: EOF": true, "send email content: failed to set sender: EOF": true,
		"failed to set SMTP sender: EOF": true, "failed to configure SMTP transport security: SMTP server does not support STARTTLS": true,
		"SMTP server does not support AUTH": true, "smtp: server doesn't support AUTH": true,
		"read tcp 10.0.0.2:40000->198.51.100.9:587: read: connection reset by peer": false, "smtplib.SMTPServerDisconnected: Connection unexpectedly closed": false,
		"Expected response code 250 but got an empty response.":                                    false,
		"lost connection with relay.example.com[198.51.100.9] while performing the EHLO handshake": false,
	} {
		got, matched, _ := ExplainText(text)
		if !matched || got.Confidence != Likely {
			t.Errorf("%q is %s, %s", text, got.ID, got.Confidence)
		}
		if ours && !strings.Contains(got.Fix, "smtp-wizard check --as") && !strings.Contains(got.Fix, "smtp-wizard listen") {
			t.Errorf("%q: %s", text, got.Fix)
		}
	}
}

// TestValuesAreFilledIn: the exact value stands in the text where it is known.
func TestValuesAreFilledIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s    Situation
		want string
	}{
		{Situation{Text: "550-5.7.0 Mail relay denied [198.51.100.7]. Invalid credentials for relay"}, "Add IP 198.51.100.7 "},
		{Situation{Text: "550 5.7.1 Mail relay denied [2001:db8::7]."}, "2001:db8::7"},
		{Situation{Text: "5.7.1 <id@example.com>: Sender address rejected: not owned by user admin@example.org"}, "Set From to admin@example.org"},
		{Situation{Text: "The mail.example.com domain is not verified. Please, add and verify your domain"}, "Verify mail.example.com"},
		{Situation{Text: "x509: certificate is valid for mx.example.com, not smtp.example.com"}, "Set Host to mx.example.com,"},
		{Situation{Text: "x509: certificate is valid for *.example.net, mx.example.com, not smtp.example.com"}, "Set Host to mx.example.com,"},
		{Situation{Text: "x509: certificate is valid for *.example.net, not smtp.example.com"}, "Set Host to a host under example.net,"},
		{Situation{Text: "dial tcp: lookup smpt.example.com on 9.9.9.9:53: no such host"}, "smpt.example.com does not exist"},
		{Situation{Stage: "connect", Err: smtpcheck.ErrTimeout, Settings: smtpcheck.Settings{Port: 587}, Provider: "resend"}, "Set Port 2465 with TLS tls"},
		{Situation{Stage: "connect", Err: smtpcheck.ErrTimeout, Settings: smtpcheck.Settings{Port: 465, Host: "smtp.sendgrid.net"}}, "Set Port 2525 with TLS starttls"},
		{Situation{Stage: "auth", Reply: replyOf("535 no"), Settings: smtpcheck.Settings{Host: "smtp.resend.com"}}, "literally resend"},
		{Situation{Stage: "ehlo", Reply: replyOf("421 4.7.0 Try again later, closing connection. (EHLO)"), Names: []string{"localhost"}, SpeaksAs: version("2.9.0"), Settings: smtpcheck.Settings{TLS: "starttls", From: "id@example.net"}}, "Set Port 465 and TLS tls"},
		{Situation{Stage: "ehlo", Reply: replyOf("421 4.7.0 Try again later, closing connection. (EHLO)"), Names: []string{"localhost"}, SpeaksAs: version("2.9.0"), Settings: smtpcheck.Settings{TLS: "starttls", From: "id@example.net"}}, "id.example.net"},
		{Situation{Stage: "rcpt", Reply: replyOf("504 5.5.2 <3f9c2a71b0de>: Helo command rejected: need fully-qualified hostname")}, `"3f9c2a71b0de"`},
	} {
		got := explain(c.s)
		if !strings.Contains(got.Cause+" "+got.Fix, c.want) {
			t.Errorf("%s lacks %q: %s / %s", got.ID, c.want, got.Cause, got.Fix)
		}
	}
}

// TestNameCure: the cure of a refused name is pocketid's, and fits the provider.
func TestNameCure(t *testing.T) {
	t.Parallel()
	for _, p := range presets.All() {
		got := explain(Situation{Stage: "ehlo", Reply: replyOf("421 4.7.0 Try again later, closing connection."), Names: []string{"localhost"},
			SpeaksAs: version("2.9"), Provider: p.ID, Settings: smtpcheck.Settings{TLS: "starttls"}})
		_, implicit := p.With("tls")
		want := pocketid.Refusal{Version: version("2.9"), TLS: "starttls", AtEHLO: true, FullName: "id.example.com", NoImplicitTLS: p.Hosted() && !implicit}
		if !strings.HasPrefix(got.Fix, want.Cure()) {
			t.Errorf("%s: %s", p.ID, got.Fix)
		}
		if named := firstMatch(lazy.Compile(`Set Port (\d+)`), got.Fix); p.Hosted() && named != "" && !hasPort(p, named) {
			t.Errorf("%s has no port %s: %s", p.ID, named, got.Fix)
		}
	}
}

// TestPortAdvice: nobody is sent to a port that the provider's row lacks.
func TestPortAdvice(t *testing.T) {
	t.Parallel()
	for _, p := range presets.All() {
		for _, e := range p.Endpoints {
			got := explain(Situation{Stage: "connect", Err: smtpcheck.ErrTimeout, Provider: p.ID, Settings: smtpcheck.Settings{Port: e.Port, TLS: smtpcheck.TLSMode(e.TLS)}})
			named := firstMatch(lazy.Compile(`(?:Set|Try) Port (\d+)`), got.Fix)
			if p.Hosted() && named != "" && (!hasPort(p, named) || named == strconv.Itoa(e.Port)) {
				t.Errorf("%s on %d: %s", p.ID, e.Port, got.Fix)
			}
		}
	}
}

func hasPort(p presets.Preset, port string) bool {
	return slices.ContainsFunc(p.Endpoints, func(e presets.Endpoint) bool { return strconv.Itoa(e.Port) == port })
}

// TestWordingOfParticulars: what once read badly, or claimed too much.
func TestWordingOfParticulars(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want string }{
		{explain(Situation{Stage: "rcpt", Reply: replyOf("550 5.1.1 User unknown")}).Cause, "The relay has no mailbox for the recipient."},
		{explain(Situation{Stage: "dns", Settings: smtpcheck.Settings{Host: "mail"}, Err: smtpcheck.ErrNoSuchHost}).Cause, "found for mail, a name without a domain"},
		{explain(Situation{Stage: "ehlo", Settings: smtpcheck.Settings{Host: "localhost"}, Reply: replyOf("421 4.7.0 Try again later, closing connection."), Names: []string{"localhost"}}).Cause, `The relay refused the name "localhost"`},
		{explain(Situation{Stage: "mail", Settings: smtpcheck.Settings{Host: "localhost"}, Reply: replyOf("559 no")}).Cause, "The relay refused "},
		{explain(Situation{Stage: "auth", Err: smtpcheck.ErrUnencrypted, SpeaksAs: version("2.14.0")}).Cause, "as far as is known"},
		{explain(Situation{Stage: "tls", Err: smtpcheck.ErrClosed}).Fix, "most likely too old"},
		{explain(Situation{Text: "Hello called after other methods"}).Fix, "from 0.27.2 to 2.9"},
		{explain(Situation{Text: "421 4.7.0 Try again later, closing connection. (EHLO) x - gsmtp"}).Cause, "come and go"},
	} {
		if !strings.Contains(c.got, c.want) {
			t.Errorf("%q is not in: %s", c.want, c.got)
		}
	}
	for _, line := range []string{"ENCRYPTION_KEY must be at least 16 bytes long", "SMTP host is not configured", "invalid SMTP TLS setting: ssl"} {
		if d, matched, _ := ExplainText("pocket-id-1  | 2026/11/23 10:00:01 ERROR " + line); !matched || !strings.HasPrefix(d.ID, "pocketid-") {
			t.Errorf("%q: matched %v, %s", line, matched, d.ID)
		}
	}
	for i := range rules() {
		if text := rules()[i].Cause + rules()[i].Fix; regexp.MustCompile(`\b(?:identity|install|relay|sender|provider) step\b`).MatchString(text) {
			t.Errorf("%s speaks of a step where the wizard has pages: %s", rules()[i].ID, text)
		}
	}
}

// version is one that parses, or none.
func version(s string) pocketid.Version {
	if s == "" {
		return pocketid.Version{}
	}
	v, _ := pocketid.ParseVersion(s)
	return v
}

func TestGenericName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "localhost.localdomain": true, "vps": true, "3f9c2a71b0de": true, "[127.0.0.1]": true, "[IPv6:::1]": true,
		"192.0.2.7": true, "": true, "nas.local": true, "web.internal": true, "id.example.com": false, "id.example.com.": false, "vps-4711.example.net": false,
	} {
		if got := genericName(name); got != want {
			t.Errorf("genericName(%q) = %v", name, got)
		}
	}
}
