package diagnosis

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/smtpcheck"
)

// known is a refusal that a user met, in its own words, and the answer to the dot.
type known struct {
	Text      string
	ID        string          `json:"id"`
	With      string          `json:"with"`      // a provider, where the words alone fit several
	WithID    string          `json:"with_id"`   // and the answer when it is known
	WithStep  Step            `json:"with_step"` // where it differs
	WithField string          `json:"with_field"`
	Stage     smtpcheck.Stage `json:"stage"`
	Step      Step            `json:"step"`
	Field     string          `json:"field"`
	Sure      Confidence      `json:"sure"`
}

// catalogue are the cases of the corpus whose answer is settled.
func catalogue(t testing.TB) (all []known) {
	t.Helper()
	for _, c := range corpus(t) {
		if c.Answer != nil {
			k := *c.Answer
			k.Text = c.Text
			all = append(all, k)
		}
	}
	return all
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	all := catalogue(t)
	if len(all) != 108 {
		t.Errorf("%d refusals in the catalogue, want 108", len(all))
	}
	sure := 0
	for _, k := range all {
		got, matched, line := ExplainText(k.Text)
		check(t, k, got)
		if !matched || line == "" {
			t.Errorf("%q: matched %v, telling line %q", k.Text, matched, line)
		}
		check(t, k, explain(Situation{Text: k.Text}))
		if got.Confidence != Class {
			sure++
		}
		if m := reading.Of(k.Text, nil); m.Code != 0 && (k.Text[0] == '4' || k.Text[0] == '5') { // as a conversation has it
			k := k
			k.Sure = "" // what is seen is surer than what is told
			check(t, k, FromFailure(&smtpcheck.Failure{Stage: k.Stage,
				Reply: &smtpcheck.Reply{Code: m.Code, Enhanced: m.Enhanced, Lines: []string{m.Reply}}}, Situation{}))
		}
		if k.WithID != "" {
			k.ID, k.Sure = k.WithID, ""
			if k.WithStep != "" {
				k.Step, k.Field = k.WithStep, k.WithField
			}
			check(t, k, explain(Situation{Text: k.Text, Provider: k.With}))
		}
	}
	if sure < 100 {
		t.Errorf("%d are exact or likely, want 100 at least", sure)
	}
}

func check(t *testing.T, k known, got Diagnosis) {
	t.Helper()
	if got.ID != k.ID || got.Stage != k.Stage || got.Step != k.Step || got.Field != k.Field || k.Sure != "" && got.Confidence != k.Sure {
		t.Errorf("%q\n got %s at %q: %s/%s, %s\nwant %s at %q: %s/%s, %s", k.Text,
			got.ID, got.Stage, got.Step, got.Field, got.Confidence, k.ID, k.Stage, k.Step, k.Field, k.Sure)
	}
}

// Values that vary from one user to the next; each is replaced by another of its
// own kind. Loopback addresses mean something and stay.
var variations = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`\b(?:98\.144\.108\.17|145\.136\.242\.129|45\.247\.227\.73|222\.66\.4\.242|213\.156\.68\.104|74\.125\.193\.27|74\.125\.71\.26|8\.8\.8\.8)\b`), "203.0.113.77"},
	{regexp.MustCompile(`\b(?:192\.168\.1\.176|10\.255\.255\.53|10\.0\.0\.67|10\.0\.0\.1)\b`), "10.9.8.7"},
	{regexp.MustCompile(`2a00:1450:[0-9a-f:]+`), "2001:db8:7::25"},
	{regexp.MustCompile(`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`), "someone.else@other-domain.example"},
	{regexp.MustCompile(`mail\.example\.com|other\.example\.com|smtp\.bliibli\.com|no-such-host\.invalid|xy\.com|cloud\.mydomain\.tld`), "host7.other-domain.example"},
	{regexp.MustCompile(`supabase-mail`), "mailer"},
	{regexp.MustCompile(`15b0717dc4c2`), "0a1b2c3d4e5f"},
	{regexp.MustCompile(`f10sm1a4899ejl\.97|x8-v6sm5005123itf\.1|h26sm30121397pfq\.64|q19sm2934692qbq`), "ab12-20020a17090zz.7"},
	{regexp.MustCompile(`\[[A-Z0-9]+\.[A-Za-z0-9.]+ 202\d-[^\]]+\]`), "[FR3P281CA0001.DEUP281.PROD.OUTLOOK.COM 2026-11-23T09:45:00.000Z 08DC00000000FFFF]"},
	{regexp.MustCompile(`(->|tcp )127\.0\.0\.1:\d+`), "${1}127.0.0.1:2626"},
	{regexp.MustCompile(`2026-11-23T0\d:03:57Z`), "2027-01-01T00:00:00Z"},
	{regexp.MustCompile(`PRX2|PRX\d`), "PRX5"},
}

func vary(s string) string {
	for _, v := range variations {
		s = v.what.ReplaceAllString(s, v.with)
	}
	return s
}

// A wrapping is how another program writes a refusal down.
type wrapping struct {
	Name, Text string
	Reply      bool // only of what a relay said
}

func (w wrapping) around(k known, text string) string {
	code, words := text[:min(3, len(text))], text[min(4, len(text)):]
	return strings.NewReplacer("TEXT", text, "QUOTED", quoteJSON(text), "ESCAPED", strings.ReplaceAll(text, `"`, `\"`),
		"CODE", code, "WORDS", words, "COMMAND", postfixCommand[k.Stage]).Replace(w.Text)
}

var postfixCommand = map[smtpcheck.Stage]string{
	smtpcheck.StageGreeting: "initial server greeting", smtpcheck.StageEHLO: "EHLO", smtpcheck.StageStartTLS: "STARTTLS", smtpcheck.StageAuth: "AUTH PLAIN",
	smtpcheck.StageMail: "MAIL FROM", smtpcheck.StageRcpt: "RCPT TO", smtpcheck.StageData: "end of DATA",
}

func quoteJSON(s string) string {
	b, _ := json.Marshal(s) // escapes <, > and & as Go's loggers do
	return string(b)
}

var wholeReply = regexp.MustCompile(`^[45]\d\d[ -]`)

// TestCatalogueInOtherWords changes all that differs from one user to the next,
// and wraps each refusal as other programs write it down.
func TestCatalogueInOtherWords(t *testing.T) {
	t.Parallel()
	wrappings := casetest.Read[[]wrapping](t, "wrappings")
	for _, k := range catalogue(t) {
		for i, text := range []string{vary(k.Text), k.Text, strings.ToUpper(k.Text[:1]) + k.Text[1:], strings.ReplaceAll(k.Text, " ", "  ")} {
			for _, w := range wrappings {
				if w.Reply && !wholeReply.MatchString(k.Text) || i > 0 && w.Text != "TEXT" {
					continue
				}
				wrapped := w.around(k, text)
				if got, matched, _ := ExplainText(wrapped); !matched || got.ID != k.ID || got.Step != k.Step {
					t.Errorf("%s: %q is %s (%s), want %s (%s)", w.Name, wrapped, got.ID, got.Step, k.ID, k.Step)
				}
			}
		}
	}
}

// TestCatalogueWrapped breaks each refusal at each third blank, as a narrow
// terminal or a mail does.
func TestCatalogueWrapped(t *testing.T) {
	t.Parallel()
	for _, k := range catalogue(t) {
		words := strings.Fields(k.Text)
		for at := 1; at < len(words); at += 3 {
			text := strings.Join(words[:at], " ") + "\n" + strings.Join(words[at:], " ")
			if got, _, _ := ExplainText(text); got.ID != k.ID {
				t.Errorf("%q is %s, want %s", text, got.ID, k.ID)
			}
		}
	}
}

// TestMultiLine puts the lines of a run-together reply back on lines of their own.
func TestMultiLine(t *testing.T) {
	t.Parallel()
	for _, k := range catalogue(t) {
		if !wholeReply.MatchString(k.Text) {
			continue
		}
		code := k.Text[:3]
		text := strings.NewReplacer(" "+code+"-", "\n"+code+"-", " "+code+" ", "\n"+code+" ").Replace(k.Text)
		if got, _, _ := ExplainText(text); got.ID != k.ID {
			t.Errorf("%q is %s, want %s", text, got.ID, k.ID)
		}
		swaks := "<** " + strings.ReplaceAll(text, "\n", "\n<** ")
		if got, _, _ := ExplainText(swaks); got.ID != k.ID {
			t.Errorf("%q is %s, want %s", swaks, got.ID, k.ID)
		}
	}
}
