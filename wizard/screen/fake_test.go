package screen

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
)

// The steps that the tests walk through: every kind of field, block and work
// that a face has to draw, with made-up content.

// plainStep is a step made of its parts.
type plainStep struct {
	id   wizard.ID
	name string
	page func(steptest.View) wizard.Page
	take func(steptest.View) steptest.Intent
}

func (s plainStep) ID() wizard.ID                    { return s.id }
func (s plainStep) Name() string                     { return s.name }
func (s plainStep) Skip(steptest.Answers) bool       { return false }
func (s plainStep) Page(v steptest.View) wizard.Page { return s.page(v) }
func (s plainStep) Take(v steptest.View) steptest.Intent {
	return s.take(v)
}

// workStep is one that works.
type workStep struct {
	plainStep
	wants func(steptest.View) wizard.Job
	work  func(context.Context, wizard.Job, func(any)) any
}

func (s workStep) Wants(v steptest.View) wizard.Job { return s.wants(v) }
func (s workStep) Work(ctx context.Context, j wizard.Job, _ steptest.View, report func(any)) any {
	return s.work(ctx, j, report)
}

// fakeMachine is the whole guide; pace is how long each piece of work takes.
func fakeMachine(pace time.Duration) steptest.Machine {
	return steptest.Machine{Now: time.Now, Steps: []wizard.Step[steptest.Answers]{
		fakeInstall(), fakeProvider(), fakeRelay(), fakeSender(), fakeIdentity(pace), fakeTest(pace), fakeWrite(),
	}}
}

func fakeInstall() wizard.Step[steptest.Answers] {
	return plainStep{"install", "Install", func(v steptest.View) wizard.Page {
		return wizard.Page{
			Title: "Where is Pocket ID installed?",
			Why:   "The guide ends with a .env file that Pocket ID reads. How Pocket ID runs decides who else reads it, and so how a value must be written.",
			Field: []wizard.Field{
				{Name: "env", Label: "Environment file", Default: cmp.Or(v.Answers.EnvFile, ".env"), Note: "found here", Help: wizard.Help{What: "The file with Pocket ID's variables.", Example: "/opt/pocket-id/.env"}},
				{Name: "runs", Label: "Runs by", Kind: wizard.ChoiceField, Default: cmp.Or(v.Answers.Runs, "compose"), Choices: []wizard.Choice{
					{Value: "compose", Cells: []string{"docker compose"}, Note: "compose.yaml is beside the file."},
					{Value: "docker", Cells: []string{"docker run"}}, {Value: "podman", Cells: []string{"podman"}},
					{Value: "systemd", Cells: []string{"systemd"}}, {Value: "manual", Cells: []string{"by hand"}},
				}},
				{Name: "url", Label: "APP_URL", Default: cmp.Or(v.Answers.AppURL, "https://id.example.com")},
			},
		}
	}, func(v steptest.View) steptest.Intent {
		a := v.Answers
		a.EnvFile, a.Runs, a.AppURL = v.Input["env"], v.Input["runs"], v.Input["url"]
		if strings.Contains(a.EnvFile, "panic") {
			panic("the step is broken")
		}
		return wizard.Next(a)
	}}
}

func fakeProvider() wizard.Step[steptest.Answers] {
	var choices []wizard.Choice
	for i := range 75 {
		choices = append(choices, wizard.Choice{
			Value: fmt.Sprintf("p%d", i), Find: "smtp", Note: "",
			Cells: []string{fmt.Sprintf("Provider %02d", i), fmt.Sprintf("smtp%d.example.net", i), "account"},
		})
	}
	choices[16].Cells[0] = "Oracle Cloud Email Delivery" // as long as a preset's name may be
	choices[42].Cells[0], choices[42].Note = "Google Workspace", "The relay wants a name that is yours."
	return plainStep{"provider", "Provider", func(v steptest.View) wizard.Page {
		return wizard.Page{
			Title: "Who sends your mail?",
			Why:   "A known provider fills in host, port and what the password must be.",
			Field: []wizard.Field{{
				Name: "preset", Label: "Provider", Kind: wizard.ChoiceField, Filter: true, Default: v.Answers.Preset,
				Columns: []string{"NAME", "RELAY", "KIND"}, Choices: choices,
			}},
		}
	}, func(v steptest.View) steptest.Intent {
		a := v.Answers
		a.Preset = v.Input["preset"]
		return wizard.Next(a)
	}}
}

func fakeRelay() wizard.Step[steptest.Answers] {
	return plainStep{"relay", "Relay", func(v steptest.View) wizard.Page {
		host, port, tls := v.Answers.Host, "587", cmp.Or(v.Answers.TLS, "starttls")
		if host == "" {
			host = "smtp-relay.gmail.com"
		}
		if v.Answers.Port > 0 {
			port = strconv.Itoa(v.Answers.Port)
		}
		return wizard.Page{
			Title: "Which relay takes the mail?", Why: "Pocket ID hands its mail to this host.",
			Field: []wizard.Field{
				{Name: "host", Label: "Host", Default: host, Note: "from the provider"},
				{Name: "port", Label: "Port", Default: port},
				{Name: "tls", Label: "TLS", Kind: wizard.ChoiceField, Default: tls, Columns: []string{"MODE", "PORT"}, Choices: []wizard.Choice{
					{Value: "starttls", Cells: []string{"starttls", "587"}, Tone: wizard.Good},
					{Value: "tls", Cells: []string{"tls", "465"}, Tone: wizard.Good},
					{Value: "none", Cells: []string{"none", "25"}, Tone: wizard.Warn, Note: "The password would cross the network in clear."},
				}},
			},
		}
	}, takeRelay}
}

func takeRelay(v steptest.View) steptest.Intent {
	a := v.Answers
	a.TLS = v.Input["tls"]
	host, port, ok := strings.Cut(v.Input["host"], ":")
	if ok {
		return wizard.Correct(a, wizard.Input{"host": host, "port": port}, wizard.Fault{})
	}
	n, err := strconv.Atoi(v.Input["port"])
	if err != nil {
		return wizard.Stay(a, wizard.Fault{Field: "port", Text: "A port is a number from 1 to 65535.", Tone: wizard.Bad})
	}
	if warn := (wizard.Fault{Field: "host", Text: "This host has no dot. Enter again keeps it.", Tone: wizard.Warn}); !strings.Contains(host, ".") && !v.Warned(warn) {
		return wizard.Stay(a, warn)
	}
	a.Host, a.Port = host, n
	return wizard.Next(a)
}

func fakeSender() wizard.Step[steptest.Answers] {
	return plainStep{"sender", "Sender", func(v steptest.View) wizard.Page {
		return wizard.Page{
			Title: "Who sends, and with which account?", Why: "The relay checks the account and often the sender too.",
			Field: []wizard.Field{
				{Name: "from", Label: "From", Default: v.Answers.From},
				{Name: "user", Label: "User", Default: v.Answers.User},
				{Name: "password", Label: "Password", Kind: wizard.SecretField, Kept: !v.Answers.Password.Empty(), Help: wizard.Help{What: "An app password.", Where: "The provider's console."}, Note: "an app password, not the account's"},
				{Name: "to", Label: "Test mail to", Default: v.Answers.To},
			},
		}
	}, func(v steptest.View) steptest.Intent {
		a := v.Answers
		a.From, a.User, a.To = v.Input["from"], v.Input["user"], v.Input["to"]
		if s, ok := v.Secret("password"); ok {
			a.Password = s
		}
		if a.From == "" {
			return wizard.Stay(a, wizard.Fault{Field: "from", Text: "Mail needs a sender.", Tone: wizard.Bad})
		}
		return wizard.Next(a)
	}}
}

func fakeIdentity(pace time.Duration) wizard.Step[steptest.Answers] {
	names := []string{"id.example.com", "vps-4711.example.net", "3f9c2a71b0de", "localhost"}
	from := []string{"APP_URL", "os.Hostname()", "container id", "Pocket ID 2.10+"}
	page := func(v steptest.View) wizard.Page {
		f := v.Found["identity"]
		p := wizard.Page{
			Title: "Who does Pocket ID say it is?", Why: `A relay may hang up on a client that greets it as "localhost".`,
			Body: []wizard.Block{wizard.Table{Columns: []string{"PORT", "ANNOUNCES", "RELAY"}, Rows: []wizard.Row{
				{Tone: wizard.Bad, Cells: []string{"587 starttls", "localhost, then its hostname", "refused here"}},
				{Tone: wizard.Good, Cells: []string{"465 tls", "its hostname", "works, recommended"}},
			}}},
		}
		if f.Running {
			p.Aside = fmt.Sprintf("asking the relay, %d of %d names", len(f.News), len(names))
		}
		field := wizard.Field{Name: "name", Label: "Name", Kind: wizard.ChoiceField, Default: names[0], Columns: []string{"NAME", "FROM", "THE RELAY SAYS", "TIME"}}
		for i, n := range names {
			c := wizard.Choice{Value: n, Cells: []string{n, from[i], "", ""}}
			if i < len(f.News) {
				c.Tone, c.Cells[2], c.Cells[3] = wizard.Good, "accepted", "101 ms"
				if i > 1 {
					c.Tone, c.Cells[2] = wizard.Bad, "421 hung up at EHLO"
				}
			}
			field.Choices = append(field.Choices, c)
		}
		field.Choices = append(field.Choices, wizard.Choice{Value: "other", Cells: []string{"another name", "", "", ""}})
		p.Field = []wizard.Field{field}
		p.After = []wizard.Block{wizard.Text{Body: "This sets hostname: " + v.Text("name", names[0]) + "."}}
		if v.Text("name", names[0]) == "other" {
			p.Field = append(p.Field, wizard.Field{Name: "other", Label: "Its name"})
		}
		return p
	}
	return workStep{plainStep{"identity", "Identity", page, func(v steptest.View) steptest.Intent {
		a := v.Answers
		if a.Hostname = v.Input["name"]; a.Hostname == "other" {
			a.Hostname = v.Input["other"]
		}
		return wizard.Next(a)
	}}, func(v steptest.View) wizard.Job {
		return wizard.Job{Task: "probe", For: v.Answers.Host}
	}, func(ctx context.Context, _ wizard.Job, report func(any)) any {
		for i := range names {
			wait(ctx, pace)
			report(i)
		}
		return len(names)
	}}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

var stages = []wizard.Row{
	{Tone: wizard.Good, Cells: []string{"dns", "smtp-relay.gmail.com is 142.250.102.28", "4 ms"}},
	{Tone: wizard.Good, Cells: []string{"connect", "port 587", "21 ms"}},
	{Tone: wizard.Good, Cells: []string{"greeting", "220 smtp-relay.gmail.com ESMTP", "40 ms"}},
	{Tone: wizard.Bad, Cells: []string{"ehlo", "localhost", "42 ms"}},
}

func fakeTest(pace time.Duration) wizard.Step[steptest.Answers] {
	return workStep{plainStep{"livetest", "Test", testPage, func(v steptest.View) steptest.Intent {
		a := v.Answers
		switch v.Input["next"] {
		case "port":
			return wizard.Goto(a, "relay", wizard.Fault{Field: "port", Text: "Port 465 with implicit TLS works here.", Tone: wizard.Bad})
		case "again":
			a.Retries++
			return wizard.Stay(a, wizard.Fault{})
		}
		a.Untested = true
		return wizard.Next(a)
	}}, func(v steptest.View) wizard.Job {
		return wizard.Job{Task: "test", For: fmt.Sprint(v.Answers.Port, v.Answers.Retries)}
	}, func(ctx context.Context, _ wizard.Job, report func(any)) any {
		for _, s := range stages {
			wait(ctx, pace)
			report(s)
		}
		wait(ctx, pace)
		return true
	}}
}

func testPage(v steptest.View) wizard.Page {
	f := v.Found["livetest"]
	p := wizard.Page{Title: "Live test", Why: "Speaking as Pocket ID 2.9.0 does."}
	table := wizard.Table{}
	for _, n := range f.News {
		table.Rows = append(table.Rows, n.(wizard.Row))
	}
	p.Body = []wizard.Block{table}
	if f.Running {
		p.Busy = "Talking to smtp-relay.gmail.com"
		return p
	}
	p.Body = append(p.Body,
		wizard.Text{Label: "It said", Body: "421 4.7.0 Try again later, closing connection. (EHLO)"},
		wizard.Text{Label: "Why", Body: `This relay refuses "localhost", the name Pocket ID 2.9 greets with before STARTTLS. Waiting does not help.`},
		wizard.Text{Label: "Do this", Body: "Use port 465 with implicit TLS: Pocket ID then greets with its hostname alone, and id.example.com was accepted a moment ago."})
	p.Field = []wizard.Field{{Name: "next", Label: "Next", Kind: wizard.ChoiceField, Default: "port", Choices: []wizard.Choice{
		{Value: "port", Cells: []string{"Use port 465 with implicit TLS, and test again"}},
		{Value: "again", Cells: []string{"Try again as it is"}},
		{Value: "on", Cells: []string{"Go on without a delivered message"}},
	}}}
	return p
}

func fakeWrite() wizard.Step[steptest.Answers] {
	return plainStep{"write", "Write", func(v steptest.View) wizard.Page {
		return wizard.Page{
			Title: "Write " + v.Answers.EnvFile, Why: "3 changed, 4 added, 14 lines untouched",
			Body: []wizard.Block{wizard.Verbatim{Lines: []wizard.VerbatimLine{
				{Tone: wizard.Bad, Text: "- SMTP_PORT=587"},
				{Tone: wizard.Good, Text: "+ SMTP_PORT=465"},
				{Tone: wizard.Good, Text: "+ SMTP_PASSWORD='••••••••'      read the same by Pocket ID and compose, whatever it is that runs it"},
				{Tone: wizard.Quiet, Text: "  backup   .env.20261123T094500Z.bak"},
			}}},
			Field: []wizard.Field{{Name: "do", Label: "Do", Kind: wizard.ChoiceField, Default: "write", Choices: []wizard.Choice{
				{Value: "write", Cells: []string{"Write it"}}, {Value: "show", Cells: []string{"Show the whole file"}},
			}}},
		}
	}, func(v steptest.View) steptest.Intent { return wizard.Finish(v.Answers) }}
}
