package diagnosis

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/internal/casetest"
)

func base64Of(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// pasted are lines with a password in them, which is "geheim123" or has that
// word in it; all of them are about a login.
var pasted = []string{
	`{"smtpPassword":"geheim123","msg":"535 5.7.8 failed"}`,
	`{"level":"error","msg":"535 5.7.8 failed","config":{"smtp":{"Pass":"geheim123","user":"bob"}}}`,
	`{"name":"SMTP_PASSWORD","value":"geheim123 in two","msg":"535 5.7.8 failed"}`,
	`{"msg":"535 5.7.8 failed","env":["SMTP_PASSWORD=geheim123","SMTP_USER=bob"]}`,
	`{"msg":"535 5.7.8 failed","args":["swaks","--auth-password","geheim123"]}`,
	`{"msg":"535 5.7.8 failed","args":["curl","-u","bob:geheim123"]}`,
	`{"msg":"535 5.7.8 failed","headers":{"Authorization":["Basic ` + base64Of("bob:geheim123") + `"]}}`,
	`{"msg":"535 5.7.8 failed","body":"{\"password\":\"ge\\\"heim123\"}"}`,
	`{"smtpPassword":"geheim123","msg":"535 5.7.8 failed"} and more`,
	`535 5.7.8 failed {"password":"ge\"heim123"} x`,
	`time=now level=ERROR msg="535 5.7.8 failed" config="{\"smtpPassword\":\"geheim123\"}"`,
	"535 5.7.8 failed with password geheim123",
	"535 5.7.8 failed with password GeHeim123.",
	"535 5.7.8 failed, the password is geheim123",
	"535 5.7.8 failed, the password was geheim.",
	`535 5.7.8 failed for password "geheim123"`,
	`535 5.7.8 failed for password "geheim 123"`,
	"535 5.7.8 failed for password 'geheim 123'",
	`535 5.7.8 failed for password"geheim123"`,
	`535 5.7.8 failed for password "x"geheim123`,
	`535 5.7.8 failed for password "x""geheim123"`,
	"535 5.7.8 failed for password 'x'geheim123",
	"535 5.7.8 failed pwd=geheim123",
	"535 5.7.8 failed pw: geheim123",
	"535 5.7.8 failed smtp_pw=geheim123",
	"535 5.7.8 failed token=geheim123",
	"535 5.7.8 failed api_key: geheim123",
	"535 5.7.8 failed bearer geheim123",
	"535 5.7.8 failed Authorization: Bearer geheim123",
	"535 5.7.8 failed Authorization: Basic " + base64Of("bob:geheim123"),
	"535 5.7.8 failed Basic " + base64Of("bob:geheim123"),
	"curl -u bob:geheim123 smtp://mail.example.com gives 535 5.7.8 failed",
	"curl --user 'bob:geheim123' smtp://mail.example.com gives 535 5.7.8 failed",
	"curl --user=bob:geheim123 gives 535 5.7.8 failed",
	"swaks --auth-password geheim123 gives 535 5.7.8 failed",
	"swaks -ap geheim123 gives 535 5.7.8 failed",
	"msmtp --password='geheim 123' gives 535 5.7.8 failed",
	"smtp://bob:geheim123@mail.example.com: 535 5.7.8 failed",
	"smtp://bob:ge/heim123@mail.example.com: 535 5.7.8 failed",
	"smtp://bob:ge@heim123@mail.example.com: 535 5.7.8 failed",
	"smtp://bob@example.com:geheim123@mail.example.com:587 535 5.7.8 failed",
	`500 5.5.1 unrecognized: "` + base64Of("\x00bob\x00geheim123") + `"`,
	`500 5.5.1 unrecognized: "` + base64Of("\x00bob\x00geheim123")[:18] + `..."`,
	`500 5.5.1 unrecognized: "` + base64Of("geheim123") + `"`,
	`500 5.5.1 unrecognized: "AUTH PLAIN ` + strings.ToUpper(base64Of("\x00bob\x00geheim123")) + `"`,
	"334 " + base64Of("Is geheim123 your password?") + "\n535 5.7.8 failed",
	"535 5.7.8 failed smtp_password=abc def geheim123",
	"535 5.7.8 failed SMTP_PASSWORD=this is my geheim123",
	"535 5.7.8 failed smtpPassword: abc def geheim123",
	"SMTP_PASSWORD=abc geheim123 535 5.7.8 failed",
	"level=error password=abc geheim123 error=\"535 5.7.8 failed\"",
	"535 5.7.8 failed map[SMTP_HOST:mail.example.com SMTP_PASSWORD:geheim123 SMTP_USER:bob]",
	"535 5.7.8 failed {Host:mail.example.com Password:geheim123 User:bob}",
	"535 5.7.8 failed SMTP_PASSWORD=\"geheim 123\" # mine",
	"535 5.7.8 failed passwort: geheim123",
	"535 5.7.8 failed credentials: bob:geheim123",
	"PASS geheim123\n535 5.7.8 failed",
	"535 5.7.8 failed password:\tgeheim123",
	"AUTH PLAIN " + plain + "\n535 5.7.8 Error: authentication failed",
	"535 5.7.8 authentication failed after AUTH PLAIN " + plain,
	"AUTH LOGIN " + base64Of("geheim@example.com") + "\n334 UGFzc3dvcmQ6\n" + password + "\n535 authentication failed",
	"AUTH LOGIN\n334 VXNlcm5hbWU6\n" + base64Of("geheim@example.com") + "\n334 UGFzc3dvcmQ6\n" + password + "\nauth failed: EOF",
	"535 authentication failed SMTP_PASSWORD=" + password,
	"535 authentication failed smtp_password: '" + password + "' user=x",
	`{"level":"error","msg":"smtp login","password":"` + password + `","error":"535 authentication failed"}`,
	"failed to send by smtp://x:" + password + "@relay.example.com:587: 535 authentication failed",
	"send: 'AUTH PLAIN " + plain + "\\r\\n'\nreply: b'535 5.7.8 authentication failed\\r\\n'",
	"2026-11-23 10:00:00 CLIENT -> SERVER: AUTH LOGIN\n2026-11-23 10:00:00 SERVER -> CLIENT: 334 UGFzc3dvcmQ6\n" +
		"2026-11-23 10:00:00 CLIENT -> SERVER: " + password + "\n2026-11-23 10:00:00 SERVER -> CLIENT: 535 authentication failed",
}

var (
	plain    = base64Of("\x00bob\x00geheim123")
	password = base64Of("geheim123")
)

func TestPastedPasswordsAreMasked(t *testing.T) {
	t.Parallel()
	for _, log := range pasted {
		got, matched, line := ExplainText(log)
		live := explain(Situation{Text: log})
		all, err := json.Marshal([]any{got, line, live})
		if err != nil || !matched || got.Confidence != Class && got.Step == StepNone {
			t.Errorf("%q: matched %v, %s, %v", log, matched, got.ID, err)
		}
		shown := strings.ToLower(string(all))
		for _, secret := range []string{"geheim", "heim123", "eim 123", "ym9i", "z2vozwlt", "mtiz", "dvozwlt", "boywlhbnzwgw"} {
			if strings.Contains(shown, secret) {
				t.Errorf("%q: %s is in %s", log, secret, all)
			}
		}
	}
}

// TestSentencesAboutPasswordsStay: what a relay says of a password is no password.
func TestSentencesAboutPasswordsStay(t *testing.T) {
	t.Parallel()
	for _, said := range casetest.Read[[]string](t, "credentialsleft") {
		if got := reading.HideCredentials(said); got != said {
			t.Errorf("%q became %q", said, got)
		}
	}
}

func FuzzHideCredentials(f *testing.F) {
	for _, log := range pasted {
		f.Add(log)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := reading.HideCredentials(reading.OneLine(text))
		if twice := reading.HideCredentials(once); twice != once {
			t.Errorf("%q became %q, and then %q", text, once, twice)
		}
	})
}

// TestLongLines: the end of a value is not looked for through all of a line again
// and again, which took minutes for a line of a megabyte. Four times the length is
// to take about four times as long, and not sixteen.
func TestLongLines(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"password=", "password: not ", "password: xy is ", `pw:"`, "://a:", "AUTH PLAIN "} {
		short, long := strings.Repeat(piece, 8_000/len(piece)), strings.Repeat(piece, 32_000/len(piece))
		var a, b time.Duration
		for range 5 { // the machine may have been busy with something else for the one and not for the other
			if a, b = quickest(short), quickest(long); b <= 10*a+50*time.Millisecond {
				break
			}
		}
		if b > 10*a+50*time.Millisecond {
			t.Errorf("%q over and over: %s, and %s for four times as much", piece, a, b)
		}
	}
}

// quickest is the least time of several, since other work on the machine only adds.
func quickest(text string) time.Duration {
	least := time.Hour
	for range 3 {
		began := time.Now()
		reading.HideCredentials(text)
		least = min(least, time.Since(began))
	}
	return least
}
