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

// fakeMachine has every kind of field, block and work that a face has to draw;
// pace is how long each piece of work takes.
func fakeMachine(pace time.Duration) steptest.Machine {
	return steptest.Machine{Now: time.Now, Steps: []wizard.Step[steptest.Answers]{
		fakeInstall, fakeProvider, fakeRelay, fakeSender, fakeIdentity(pace), fakeTest(pace), fakeWrite,
	}}
}

// single is a guide of one page.
func single(page func(steptest.View) wizard.Page) steptest.Machine {
	return steptest.Machine{Steps: []wizard.Step[steptest.Answers]{steptest.Step{Called: "names", Pages: page}}}
}

func choice(value string, cells ...string) wizard.Choice {
	if cells == nil {
		cells = []string{value}
	}
	return wizard.Choice{Value: value, Cells: cells}
}

func oneOf(name, label, def string, choices ...wizard.Choice) wizard.Field {
	return wizard.Field{Name: name, Label: label, Kind: wizard.ChoiceField, Default: def, Choices: choices}
}

var fakeInstall = steptest.Step{Called: "install", Titled: "Install", Pages: func(v steptest.View) wizard.Page {
	return wizard.Page{
		Title: "Where is Pocket ID installed?", Why: "The guide ends with a .env file that Pocket ID reads.",
		Field: []wizard.Field{
			{Name: "env", Label: "Environment file", Default: cmp.Or(v.Answers.EnvFile, ".env"), Note: "found here",
				Help: wizard.Help{What: "The file with Pocket ID's variables.", Example: "/opt/pocket-id/.env"}},
			oneOf("runs", "Runs by", cmp.Or(v.Answers.Runs, "compose"), choice("compose", "docker compose"),
				choice("docker", "docker run"), choice("podman"), choice("systemd")),
			{Name: "url", Label: "APP_URL", Default: cmp.Or(v.Answers.AppURL, "https://id.example.com")},
		},
	}
}, Takes: func(v steptest.View) steptest.Intent {
	a := v.Answers
	a.EnvFile, a.Runs, a.AppURL = v.Input["env"], v.Input["runs"], v.Input["url"]
	if strings.Contains(a.EnvFile, "panic") {
		panic("the step is broken")
	}
	return wizard.Next(a)
}}

var fakeProvider = steptest.Step{Called: "provider", Titled: "Provider", Pages: func(v steptest.View) wizard.Page {
	f := oneOf("preset", "Provider", v.Answers.Preset)
	f.Filter, f.Columns = true, []string{"NAME", "RELAY", "KIND"}
	for i := range 75 {
		f.Choices = append(f.Choices, choice(fmt.Sprintf("p%d", i),
			fmt.Sprintf("Provider %02d", i), fmt.Sprintf("smtp%d.example.net", i), "account"))
	}
	f.Choices[16].Cells[0] = "Oracle Cloud Email Delivery" // as long as a preset's name may be
	f.Choices[42].Cells[0], f.Choices[42].Note = "Google Workspace", "The relay wants a name that is yours."
	return wizard.Page{Title: "Who sends your mail?", Why: "It fills in host and port.", Field: []wizard.Field{f}}
}, Takes: func(v steptest.View) steptest.Intent {
	a := v.Answers
	a.Preset = v.Input["preset"]
	return wizard.Next(a)
}}

var fakeRelay = steptest.Step{Called: "relay", Titled: "Relay", Pages: func(v steptest.View) wizard.Page {
	port := "587"
	if v.Answers.Port > 0 {
		port = strconv.Itoa(v.Answers.Port)
	}
	return wizard.Page{Title: "Which relay takes the mail?", Why: "Pocket ID hands its mail to this host.", Field: steptest.Asked(v, v.Answers.Port != 0,
		wizard.Field{Name: "host", Label: "Host", Default: cmp.Or(v.Answers.Host, "smtp-relay.gmail.com"), Note: "from the provider"},
		wizard.Field{Name: "port", Label: "Port", Default: port},
		oneOf("tls", "TLS", cmp.Or(v.Answers.TLS, "starttls"), choice("starttls"), choice("tls"), choice("none")),
	)}
}, Takes: func(v steptest.View) steptest.Intent {
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
	warn := wizard.Fault{Field: "host", Text: "This host has no dot. Enter again keeps it.", Tone: wizard.Warn}
	if !strings.Contains(host, ".") && !v.Warned(warn) {
		return wizard.Stay(a, warn)
	}
	a.Host, a.Port = host, n
	return wizard.Next(a)
}}

var fakeSender = steptest.Step{Called: "sender", Titled: "Sender", Pages: func(v steptest.View) wizard.Page {
	return wizard.Page{Title: "Who sends, and with which account?", Field: steptest.Asked(v, v.Answers.From != "",
		wizard.Field{Name: "from", Label: "From", Default: v.Answers.From},
		wizard.Field{Name: "user", Label: "User", Default: v.Answers.User},
		wizard.Field{Name: "password", Label: "Password", Kind: wizard.SecretField, Kept: !v.Answers.Password.Empty(), Note: "an app password"},
		wizard.Field{Name: "to", Label: "Test mail to", Default: v.Answers.To},
	)}
}, Takes: func(v steptest.View) steptest.Intent {
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

func identityPage(v steptest.View) wizard.Page {
	names := []string{"id.example.com", "vps-4711.example.net", "3f9c2a71b0de", "localhost"}
	name, found := v.Text("name", names[0]), v.Found["identity"]
	f := oneOf("name", "Name", names[0])
	f.Open = true
	f.Columns = []string{"NAME", "THE RELAY SAYS", "TIME"}
	for i, n := range names {
		c := choice(n, n, "", "")
		if i < len(found.News) {
			c.Tone, c.Cells[1], c.Cells[2] = wizard.Good, "accepted", "101 ms"
			if i > 1 {
				c.Tone, c.Cells[1] = wizard.Bad, "421 hung up at EHLO"
			}
		}
		f.Choices = append(f.Choices, c)
	}
	f.Choices = append(f.Choices, choice("other", "another name"))
	p := wizard.Page{Title: "Who does Pocket ID say it is?", Field: []wizard.Field{f},
		After: []wizard.Block{wizard.Text{Body: "This sets hostname: " + name + "."}}}
	if found.Running {
		p.Aside = fmt.Sprintf("asking the relay, %d of %d names", len(found.News), len(names))
	}
	if name == "other" {
		p.Field = append(p.Field, wizard.Field{Name: "other", Label: "Its name", Missing: v.Input["other"] == ""})
	}
	return p
}

// reporting is work that reports so many things.
func reporting(pace time.Duration, n int) func(context.Context, wizard.Job, func(any)) any {
	return func(ctx context.Context, _ wizard.Job, report func(any)) any {
		for i := range n {
			select {
			case <-ctx.Done():
			case <-time.After(pace):
			}
			report(i)
		}
		return n
	}
}

func fakeIdentity(pace time.Duration) steptest.Worker {
	return steptest.Worker{
		Step: steptest.Step{Called: "identity", Titled: "Identity", Pages: identityPage},
		Want: func(v steptest.View) wizard.Job { return wizard.Job{Task: "probe", For: v.Answers.Host} },
		Do:   reporting(pace, 4),
	}
}

var stages = []wizard.Row{
	{Tone: wizard.Good, Cells: []string{"dns", "smtp-relay.gmail.com is 142.250.102.28", "4 ms"}},
	{Tone: wizard.Good, Cells: []string{"connect", "port 587", "21 ms"}},
	{Tone: wizard.Good, Cells: []string{"greeting", "220 smtp-relay.gmail.com ESMTP", "40 ms"}},
	{Tone: wizard.Bad, Cells: []string{"ehlo", "localhost", "42 ms"}},
}

func fakeTest(pace time.Duration) steptest.Worker {
	return steptest.Worker{
		Step: steptest.Step{Called: "livetest", Titled: "Test", Pages: testPage, Takes: func(v steptest.View) steptest.Intent {
			if v.Input["next"] == "port" {
				return wizard.Goto(v.Answers, "relay", wizard.Fault{Field: "port", Text: "Port 465 works here.", Tone: wizard.Bad})
			}
			return wizard.Next(v.Answers)
		}},
		Want: func(v steptest.View) wizard.Job { return wizard.Job{Task: "test", For: v.Answers.Port} },
		Do:   reporting(pace, len(stages)),
	}
}

func testPage(v steptest.View) wizard.Page {
	f := v.Found["livetest"]
	p := wizard.Page{Title: "Live test", Why: "Speaking as Pocket ID 2.9.0 does.",
		Body: []wizard.Block{wizard.Table{Rows: stages[:len(f.News)]}}}
	if f.Running {
		p.Busy = "Talking to smtp-relay.gmail.com"
		return p
	}
	p.Body = append(p.Body,
		wizard.Text{Label: "It said", Body: "421 4.7.0 Try again later, closing connection. (EHLO)"},
		wizard.Text{Label: "Why", Body: `This relay refuses "localhost". Waiting does not help.`},
		wizard.Text{Label: "Do this", Body: "Use port 465 with implicit TLS: Pocket ID then greets with its hostname."})
	p.Field = []wizard.Field{oneOf("next", "Next", "port", choice("port", "Use port 465 with implicit TLS, and test again"),
		choice("on", "Go on without a delivered message"))}
	return p
}

var fakeWrite = steptest.Step{Called: "write", Titled: "Write", Pages: func(v steptest.View) wizard.Page {
	return wizard.Page{Title: "Write " + v.Answers.EnvFile, Body: []wizard.Block{wizard.Verbatim{Lines: []wizard.VerbatimLine{
		{Tone: wizard.Bad, Text: "- SMTP_PORT=587"},
		{Tone: wizard.Good, Text: "+ SMTP_PASSWORD='••••••••'      read the same by Pocket ID and compose, whatever it is that runs it"},
	}}}, Field: []wizard.Field{oneOf("do", "Do", "write", choice("write", "Write it"), choice("show", "Show the whole file"))}}
}, Takes: func(v steptest.View) steptest.Intent { return wizard.Finish(v.Answers) }}
