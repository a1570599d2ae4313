package steptest

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"smtp-wizard/wizard"
)

// Guide is a small guide: a choice of provider, the relay (skipped for the
// provider "local"), the sender with a password, a test, and the end. Its test
// is refused at stage rcpt when the sender is refused@example.com, and at stage
// auth when the password is "wrong". It does no I/O.
func Guide() Machine {
	return Machine{Steps: []wizard.Step[Answers]{provider(), relay(), sender(), Test(nil), write()}}
}

func provider() Step {
	return Step{
		Called: Provider,
		Pages: func(v View) wizard.Page {
			return wizard.Page{
				Title: "Who sends the mail?", Why: "The preset fills in host and port.",
				Field: []wizard.Field{{
					Name: "preset", Label: "Provider", Kind: wizard.ChoiceField, Default: "google", Flag: "--preset",
					Choices: []wizard.Choice{
						{Value: "google", Cells: []string{"Google relay", "smtp-relay.example.com"}, Note: "It judges the name."},
						{Value: "local", Cells: []string{"Local Postfix", "localhost"}, Tone: wizard.Good},
						{Value: "lost", Cells: []string{"Lost Mail", "gone.example.com"}, Tone: wizard.Bad},
					},
				}},
			}
		},
		Takes: func(v View) Intent {
			a := v.Answers
			if v.Input["preset"] == "lost" {
				return wizard.Stay(a, wizard.Fault{Field: "preset", Text: "This one is gone.", Tone: wizard.Bad})
			}
			a.Preset = v.Input["preset"]
			if a.Host == "" {
				a.Host = "smtp-relay.example.com"
			}
			return wizard.Next(a)
		},
	}
}

func relay() Step {
	return Step{
		Called: Relay,
		Skips:  func(a Answers) bool { return a.Preset == "local" },
		Pages: func(v View) wizard.Page {
			port, mode := strconv.Itoa(cmp.Or(v.Answers.Port, 587)), "starttls"
			if v.Text("port", port) == "465" {
				mode = "tls"
			}
			return wizard.Page{Title: "Where is the relay?", Field: append(Asked(v, v.Answers.Port != 0,
				wizard.Field{Name: "host", Label: "Host", Default: v.Answers.Host, Flag: "--host",
					Help: wizard.Help{What: "SMTP_HOST.", Example: "smtp.example.com", Where: "At the provider."}},
				wizard.Field{Name: "port", Label: "Port", Default: port, Flag: "--port"},
			), wizard.Field{Name: "tls", Label: "TLS", Default: mode, Flag: "--tls"})}
		},
		Takes: takeRelay,
	}
}

func takeRelay(v View) Intent {
	a := v.Answers
	if host, port, ok := strings.Cut(v.Input["host"], ":"); ok {
		return wizard.Correct(a, wizard.Input{"host": host, "port": port},
			wizard.Fault{Field: "host", Text: "Taken as host " + host + " and port " + port + ".", Tone: wizard.Warn})
	}
	port, err := strconv.Atoi(v.Input["port"])
	if err != nil || port < 1 || port > 65535 {
		return wizard.Stay(a, wizard.Fault{Field: "port", Text: "A port is a number from 1 to 65535.", Tone: wizard.Bad})
	}
	odd := wizard.Fault{Field: "port", Text: "Port 25 is for mail between servers. Enter again keeps it.", Tone: wizard.Warn}
	if port == 25 && !v.Warned(odd) {
		return wizard.Stay(a, odd)
	}
	a.Host, a.Port, a.TLS = v.Input["host"], port, v.Input["tls"]
	return wizard.Next(a)
}

func sender() Step {
	return Step{
		Called: Sender,
		Pages: func(v View) wizard.Page {
			return wizard.Page{Title: "Who is the sender?", Field: Asked(v, v.Answers.From != "",
				wizard.Field{Name: "from", Label: "From", Default: cmp.Or(v.Answers.From, "id@example.com"), Flag: "--from"},
				wizard.Field{Name: "user", Label: "User", Default: v.Answers.User, Flag: "--user"},
				wizard.Field{Name: "password", Label: "Password", Kind: wizard.SecretField,
					Kept: !v.Answers.Password.Empty(), Flag: "--password-file"},
			)}
		},
		Takes: func(v View) Intent {
			a := v.Answers
			password, typed := v.Secret("password")
			if !typed {
				password = a.Password
			}
			if !strings.Contains(v.Input["from"], "@") {
				return wizard.Stay(a, wizard.Fault{Field: "from", Text: "An address has an @.", Tone: wizard.Bad})
			}
			if v.Input["user"] != "" && password.Empty() {
				return wizard.Stay(a, wizard.Fault{Field: "password", Text: "A user needs a password.", Tone: wizard.Bad})
			}
			a.From, a.User, a.Password = v.Input["from"], v.Input["user"], password
			return wizard.Next(a)
		},
	}
}

// Refusal is the result of the test's work: the field that it was refused for,
// or "".
type Refusal string

// Test is the live test of the small guide. Its work is do, or when that is nil
// to report its stages and to refuse at once.
func Test(do func(ctx context.Context, job wizard.Job, report func(any)) any) Worker {
	if do == nil {
		do = converse
	}
	return Worker{
		Step: Step{Called: LiveTest, Pages: testPage, Takes: takeTest},
		Want: func(v View) wizard.Job { return wizard.Job{Task: "test", For: v.Answers} },
		Do:   do,
	}
}

func converse(_ context.Context, job wizard.Job, report func(any)) any {
	a := job.For.(Answers)
	report("connect")
	if a.Password.Reveal() == "wrong" {
		return Refusal("password")
	}
	report("auth")
	if a.From == "refused@example.com" {
		return Refusal("from")
	}
	report("rcpt")
	return Refusal("")
}

func testPage(v View) wizard.Page {
	found := v.Found[LiveTest]
	page := wizard.Page{Title: "Live test", Why: "Speaking to " + v.Answers.Host + "."}
	table := wizard.Table{}
	for _, news := range found.News {
		table.Rows = append(table.Rows, wizard.Row{Tone: wizard.Good, Cells: []string{news.(string), "passed"}})
	}
	refusal, done := found.Result.(Refusal)
	if !done {
		page.Busy, page.Body = "Testing", []wizard.Block{table}
		return page
	}
	choices := []wizard.Choice{{Value: "on", Cells: []string{"Go on"}}}
	if refusal != "" {
		table.Rows = append(table.Rows, wizard.Row{Tone: wizard.Bad, Cells: []string{"refused", string(refusal)}})
		choices = []wizard.Choice{{Value: "fix", Cells: []string{"Change the " + string(refusal)}}}
	}
	choices = append(choices, wizard.Choice{Value: "again", Cells: []string{"Try again"}})
	page.Body = []wizard.Block{table}
	page.Field = []wizard.Field{{Name: "action", Label: "Next", Kind: wizard.ChoiceField,
		Default: choices[0].Value, Choices: choices}}
	return page
}

func takeTest(v View) Intent {
	a := v.Answers
	switch v.Input["action"] {
	case "again":
		a.Retries++
		return wizard.Stay(a, wizard.Fault{})
	case "fix":
		refusal, _ := v.Found[LiveTest].Result.(Refusal)
		return wizard.Goto(a, Sender, wizard.Fault{
			Field: string(refusal), Text: "The relay refused it: 550 no.", Tone: wizard.Bad})
	}
	return wizard.Next(a)
}

func write() Step {
	return Step{
		Called: Write,
		Pages: func(v View) wizard.Page {
			return wizard.Page{Title: "Write", Body: []wizard.Block{
				wizard.Verbatim{Lines: []wizard.VerbatimLine{{Text: "+ SMTP_HOST=" + v.Answers.Host}}},
			}}
		},
		Takes: func(v View) Intent { return wizard.Finish(v.Answers) },
	}
}
