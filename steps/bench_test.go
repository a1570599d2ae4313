package steps_test

import (
	"context"
	"testing"
	"time"

	"smtp-wizard/pocketid"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/steps"
)

// BenchmarkTry reports how much longer a test with a delivery and four
// identities beside it takes than one single conversation, with a relay that
// takes 100 ms for each reply.
func BenchmarkTry(b *testing.B) {
	behaviour, _ := practice.Named("open")
	behaviour.ReplyDelay = 100 * time.Millisecond
	const user, password = "mailer", "secret"
	relay, err := practice.Start(behaviour, practice.Options{User: user, Password: password})
	if err != nil {
		b.Fatal(err)
	}
	defer relay.Close()
	none, err := pocketid.SpeaksAs("none")
	if err != nil {
		b.Fatal(err)
	}
	world := steps.ThisHost()
	world.RootCAs = relay.CA()
	for _, mode := range []smtpcheck.TLSMode{smtpcheck.TLSNone, smtpcheck.TLSStartTLS, smtpcheck.TLSImplicit} {
		b.Run(string(mode), func(b *testing.B) {
			s := steps.Setup{
				Settings: smtpcheck.Settings{Host: "127.0.0.1", Port: relay.Port(), TLS: mode, User: user, Password: secret.New(password), From: "id@example.com", To: "me@example.com"}, As: none, Hostname: "id.example.com",
			}
			if mode == smtpcheck.TLSImplicit {
				s.Port = relay.TLSPort()
			}
			var alone, together time.Duration
			for b.Loop() {
				alone += converse(b, world, s)
				together += try(b, world, s)
			}
			b.ReportMetric(together.Seconds()/alone.Seconds(), "times-one-conversation")
		})
	}
}

// converse is one delivery and nothing beside it.
func converse(b *testing.B, w steps.World, s steps.Setup) time.Duration {
	b.Helper()
	plan, _ := w.Plan(s)
	message, err := smtpcheck.TestMail{
		From: s.From, To: s.To, Host: s.Host, Identity: s.Hostname, Token: w.Token(), Time: time.Now(),
	}.Bytes()
	if err != nil {
		b.Fatal(err)
	}
	plan.Message = message
	began := time.Now()
	if f := smtpcheck.Run(context.Background(), plan, nil).Failure; f != nil {
		b.Fatal(f)
	}
	return time.Since(began)
}

func try(b *testing.B, w steps.World, s steps.Setup) time.Duration {
	b.Helper()
	names := []string{"id.example.com", "example.com", "vps.example.net", "localhost"}
	began := time.Now()
	trial := w.RunTest(context.Background(), s, names, func(any) {})
	took := time.Since(began)
	if f := trial.Result.Failure; f != nil {
		b.Fatal(f)
	}
	for _, v := range trial.Identities {
		if v.Acceptance != smtpcheck.Accepted {
			b.Errorf("%s: %v", v.Name, v.Failure)
		}
	}
	return took
}
