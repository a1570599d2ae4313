package smtpcheck_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
)

func TestDelivery(t *testing.T) {
	t.Parallel()
	for mode, want := range map[smtpcheck.TLSMode]string{
		smtpcheck.TLSNone:     "dns connect greeting ehlo auth mail rcpt data",
		smtpcheck.TLSStartTLS: "dns connect greeting ehlo starttls tls ehlo auth mail rcpt data",
		smtpcheck.TLSImplicit: "dns connect tls greeting ehlo auth mail rcpt data",
	} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			r := relay(t, "open", practice.Options{User: user, Password: password})
			p := login(plan(r, mode))
			p.Names = smtpcheck.Names{First: "localhost", AfterTLS: "id.example.com"}
			p.Body8Bit = true
			var events []smtpcheck.Event
			result := smtpcheck.Run(context.Background(), p, func(e smtpcheck.Event) { events = append(events, e) })
			if result.Failure != nil {
				t.Fatalf("failed at %s: %v", result.Failure.Stage, result.Failure)
			}
			var got []string
			for _, stage := range stages(events, smtpcheck.StagePassed) {
				got = append(got, string(stage))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("stages %v, want %s", got, want)
			}
			if !slices.Equal(slices.Compact(stages(events, smtpcheck.StageBegan)), stages(events, smtpcheck.StagePassed)) {
				t.Errorf("began and passed differ: %v", events)
			}
			announced := []string{"localhost"}
			if mode == smtpcheck.TLSStartTLS {
				announced = append(announced, "id.example.com")
			}
			r.Close()
			checkDelivered(t, r, result, announced, mode != smtpcheck.TLSNone)
		})
	}
}

func checkDelivered(t *testing.T, r *practice.Relay, result smtpcheck.Result, announced []string, encrypted bool) {
	t.Helper()
	delivered := r.Delivered()
	if len(delivered) != 1 {
		t.Fatalf("%d messages delivered", len(delivered))
	}
	d := delivered[0]
	if !slices.Equal(d.EHLO, announced) || !slices.Equal(result.Announced, announced) {
		t.Errorf("the relay heard %q, the result says %q, want %q", d.EHLO, result.Announced, announced)
	}
	if d.TLS != encrypted || d.Mechanism != "PLAIN" || d.User != user || result.Mechanism != "PLAIN" {
		t.Errorf("delivered with %+v", d.Session)
	}
	if d.From != "id@example.com" || !slices.Equal(d.To, []string{"admin@example.com"}) {
		t.Errorf("envelope %q %q", d.From, d.To)
	}
	if string(d.Data) != "Subject: x\r\n\r\n.a line with a dot\r\n..two\r\nlast\r\n" {
		t.Errorf("message arrived as %q", d.Data)
	}
	transcript := text(result)
	if !strings.Contains(transcript, "C: AUTH PLAIN ***") || !strings.Contains(transcript, "C: QUIT") || !strings.Contains(transcript, "S: 221") {
		t.Errorf("transcript:\n%s", transcript)
	}
	if strings.Contains(transcript, "AGNvc") || strings.Contains(transcript, password) {
		t.Errorf("the transcript shows a credential:\n%s", transcript)
	}
	if last := result.Stages[len(result.Stages)-1]; !strings.Contains(last.Detail, "queued as PRACTICE0001") {
		t.Errorf("data's detail: %q", last.Detail)
	}
}

func TestStopAfter(t *testing.T) {
	t.Parallel()
	for stop, want := range map[smtpcheck.Stage]string{
		smtpcheck.StageEHLO:     "EHLO QUIT",
		smtpcheck.StageStartTLS: "EHLO STARTTLS QUIT",
		smtpcheck.StageTLS:      "EHLO STARTTLS QUIT",
		smtpcheck.StageAuth:     "EHLO STARTTLS EHLO QUIT",
		smtpcheck.StageMail:     "EHLO STARTTLS EHLO MAIL QUIT",
		smtpcheck.StageRcpt:     "EHLO STARTTLS EHLO MAIL RCPT QUIT",
	} {
		r := relay(t, "open", practice.Options{})
		p := plan(r, smtpcheck.TLSStartTLS)
		p.StopAfter, p.Message = stop, nil
		result := smtpcheck.Run(context.Background(), p, nil)
		if result.Failure != nil {
			t.Errorf("%s: %v", stop, result.Failure)
		}
		var verbs []string
		for _, line := range result.Transcript {
			if line.From == smtpcheck.SpeakerClient {
				verbs = append(verbs, strings.Fields(line.Text)[0])
			}
		}
		if got := strings.Join(verbs, " "); got != want {
			t.Errorf("%s: said %s, want %s", stop, got, want)
		}
		if len(r.Delivered()) != 0 {
			t.Errorf("%s: a message was delivered", stop)
		}
	}
}

// A relay that forwards, or that will try, has taken the recipient (RFC 5321
// section 4.2.3).
func TestRecipientCodes(t *testing.T) {
	t.Parallel()
	for code, taken := range map[string]bool{"250": true, "251": true, "252": true, "220": false, "354": false, "450": false, "550": false} {
		p := fakeRelay(t, func(line, _ string) string {
			if strings.HasPrefix(line, "RCPT") {
				return code + " that is what I say"
			}
			return "250 ok"
		})
		p.StopAfter = smtpcheck.StageRcpt
		if f := smtpcheck.Run(context.Background(), p, nil).Failure; (f == nil) != taken || f != nil && f.Stage != smtpcheck.StageRcpt {
			t.Errorf("%s: %v", code, f)
		}
	}
}

func TestRefusedBeforeTheWire(t *testing.T) {
	t.Parallel()
	r := relay(t, "open", practice.Options{})
	cases := []struct {
		name   string
		stage  smtpcheck.Stage
		change func(*smtpcheck.Plan)
	}{
		{"line break in the name", smtpcheck.StageEHLO, func(p *smtpcheck.Plan) { p.Names.First = "a\r\nRSET" }},
		{"space in the second name", smtpcheck.StageEHLO, func(p *smtpcheck.Plan) { p.Names.AfterTLS = "a b" }},
		{"empty name", smtpcheck.StageEHLO, func(p *smtpcheck.Plan) { p.Names.First = "" }},
		{"name outside ASCII", smtpcheck.StageEHLO, func(p *smtpcheck.Plan) { p.Names.First = "bücher.example" }},
		{"NUL in the sender", smtpcheck.StageMail, func(p *smtpcheck.Plan) { p.From = "a\x00@b.example" }},
		{"a second command in the sender", smtpcheck.StageMail, func(p *smtpcheck.Plan) { p.From = "a@b.example>\r\nDATA" }},
		{"sender outside ASCII", smtpcheck.StageMail, func(p *smtpcheck.Plan) { p.From = "jürgen@b.example" }},
		{"display name", smtpcheck.StageMail, func(p *smtpcheck.Plan) { p.From = "A <a@b.example>" }},
		{"parameter in the recipient", smtpcheck.StageRcpt, func(p *smtpcheck.Plan) { p.To = "a@b.example> NOTIFY=NEVER" }},
		{"no recipient", smtpcheck.StageRcpt, func(p *smtpcheck.Plan) { p.To = "" }},
		{"NUL in the password", smtpcheck.StageAuth, func(p *smtpcheck.Plan) { p.Password = secret.New("a\x00b") }},
		{"no message", smtpcheck.StageData, func(p *smtpcheck.Plan) { p.Message = nil }},
		{"port", smtpcheck.StageConnect, func(p *smtpcheck.Plan) { p.Port = 70000 }},
		{"host with a port", smtpcheck.StageDNS, func(p *smtpcheck.Plan) { p.Host = "a b" }},
	}
	for _, c := range cases {
		p := plan(r, smtpcheck.TLSStartTLS)
		c.change(&p)
		result := smtpcheck.Run(context.Background(), p, nil)
		if f := result.Failure; f == nil || f.Stage != c.stage || !errors.Is(f, smtpcheck.ErrInvalid) {
			t.Errorf("%s: %v", c.name, f)
		}
		if len(result.Transcript) != 0 {
			t.Errorf("%s: something went over the wire:\n%s", c.name, text(result))
		}
	}
}
