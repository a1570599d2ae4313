package steps

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"smtp-wizard/envwriter"
	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// install asks which .env, and how Pocket ID runs: that decides who reads the
// file and whose hostname counts. Most of it is found out.
type install struct{ world World }

func (install) ID() wizard.ID            { return wizard.Install }
func (install) Name() string             { return "Install" }
func (install) Skip(wizard.Answers) bool { return false }

// Surroundings is what was found beside a .env and on this machine.
type Surroundings struct {
	EnvFile  string
	Exists   bool
	Values   map[string]string // what Pocket ID reads from the file, but for secrets
	Password smtpcheck.Secret  // SMTP_PASSWORD, or what its file holds
	// PasswordFile is the file that Password was read from, or "".
	PasswordFile string
	passwordLine bool // there is an SMTP_PASSWORD line, perhaps an empty one
	Notes        []string
	Problems     []envwriter.Problem
	// Curable says that all that keeps a reader from the file can be mended
	// without changing what any other key means.
	Curable  bool
	Install  pocketid.Install
	Hostname string // os.Hostname() of this machine
	FQDN     string // its name by DNS, or ""
	// Err is why the file cannot be used.
	Err error
}

func (s install) Wants(v wizard.View) wizard.Job {
	return wizard.Job{Task: "look round", For: s.envFile(v)}
}

func (s install) envFile(v wizard.View) string {
	return strings.TrimSpace(v.Text("env_file", orElse(v.Answers.EnvFile, ".env")))
}

// Work looks at the file, its neighbours and the machine's own name.
func (s install) Work(ctx context.Context, job wizard.Job, _ wizard.View, _ func(any)) any {
	return s.world.LookRound(ctx, job.For.(string))
}

// LookRound finds out what it can about the Pocket ID that reads envFile.
func (w World) LookRound(ctx context.Context, envFile string) Surroundings {
	found := Surroundings{EnvFile: envFile, Install: w.Detect(envFile)}
	found.Hostname, _ = w.Hostname()
	ctx, cancel := context.WithTimeout(ctx, 1500*time.Millisecond)
	defer cancel()
	found.FQDN = w.fullName(ctx, found.Hostname)
	snapshot, err := envwriter.Load(envFile)
	if err != nil {
		found.Err = err
		return found
	}
	found.Exists = snapshot.Exists
	found.read(snapshot.Bytes)
	return found
}

// fullName is FQDN, which may go on asking after ctx has ended.
func (w World) fullName(ctx context.Context, hostname string) string {
	names := make(chan string, 1)
	go func() { names <- w.FQDN(ctx, hostname) }()
	select {
	case name := <-names:
		return name
	case <-ctx.Done():
		return ""
	}
}

// read takes the values out of the file as Pocket ID reads it.
func (f *Surroundings) read(data []byte) {
	readers := namedReaders(f.Install.Readers)
	f.Problems = envwriter.Problems(data, readers)
	if mended, cured := envwriter.MendAll(data, readers); len(cured) > 0 && len(fatal(envwriter.Problems(mended, readers))) == 0 {
		f.Curable, data = true, mended
	}
	reader, err := envwriter.ReaderNamed("pocket-id")
	if err != nil {
		return
	}
	values, err := reader.Read(data)
	if err != nil {
		return
	}
	f.Values = map[string]string{}
	for key, value := range values {
		switch key {
		case "SMTP_PASSWORD":
			f.Password, f.passwordLine = smtpcheck.NewSecret(value), true
		case "ENCRYPTION_KEY":
		default:
			f.Values[key] = value
		}
	}
	f.readPasswordFile()
}

// fatal are the problems for which a reader takes nothing from the file at all.
func fatal(problems []envwriter.Problem) []envwriter.Problem {
	var list []envwriter.Problem
	for _, p := range problems {
		if p.Fatal {
			list = append(list, p)
		}
	}
	return list
}

func namedReaders(names []string) []envwriter.Reader {
	var readers []envwriter.Reader
	for _, name := range names {
		if r, err := envwriter.ReaderNamed(name); err == nil {
			readers = append(readers, r)
		}
	}
	return readers
}

// Value is a variable of the file under its present or its older name.
func (f Surroundings) Value(key string) string {
	if value, ok := f.Values[key]; ok {
		return value
	}
	return f.Values["PUBLIC_"+key]
}

func (s install) Page(v wizard.View) wizard.Page {
	found, _ := result[Surroundings](v, wizard.Install)
	a := v.Answers
	page := wizard.Page{
		Title: "Where is Pocket ID?",
		Why:   "The wizard ends by writing mail settings into Pocket ID's .env. How Pocket ID runs decides who reads that file, and which hostname counts.",
		Body:  found.report(),
		Field: []wizard.Field{envField(a, found), runsField(a, found), versionField(a, found), urlField(a, found, s.world)},
	}
	if len(fatal(found.Problems)) > 0 && found.Curable {
		page.Field = append(page.Field, mendField(a))
	}
	if v.Found[wizard.Install].Running {
		page.Busy = "Looking round"
	}
	return page
}

func envField(a wizard.Answers, found Surroundings) wizard.Field {
	f := wizard.Field{
		Name: "env_file", Label: ".env", Default: orElse(a.EnvFile, ".env"), Flag: "--env-file",
		Help: wizard.Help{
			What:    "The file with Pocket ID's settings. It is read now, and written only on the last page.",
			Example: "/opt/pocket-id/.env",
			Where:   "Beside docker-compose.yml, or in the directory that Pocket ID starts in.",
		},
	}
	if found.EnvFile != "" && !found.Exists && found.Err == nil {
		f.Note = "There is none yet; a new one will be written."
	}
	return f
}

func runsField(a wizard.Answers, found Surroundings) wizard.Field {
	f := wizard.Field{
		Name: "runs", Label: "It runs by", Kind: wizard.ChoiceField,
		Default: orElse(a.Runs, orElse(string(found.Install.Way), string(pocketid.WayCompose))),
		Help: wizard.Help{
			What: "Who starts Pocket ID. Docker compose, systemd and the others each read a .env by rules of their own; the file is written so that yours reads it right.",
		},
	}
	for _, way := range pocketid.Ways {
		f.Choices = append(f.Choices, wizard.Choice{
			Value: string(way),
			Cells: []string{way.Label(), "read by " + strings.Join(way.Readers(), ", ")},
		})
	}
	return f
}

func versionField(a wizard.Answers, found Surroundings) wizard.Field {
	f := wizard.Field{
		Name: "version", Label: "Version", Flag: "--as",
		Default: orElse(a.Version, orElse(found.Install.Version.String(), pocketid.NewestKnown().String())),
		Help: wizard.Help{
			What:    "The version of Pocket ID. Versions announce themselves to the relay in different ways.",
			Example: "2.9.0",
			Where:   "docker compose exec pocket-id /app/pocket-id version",
		},
	}
	switch {
	case found.Install.Version.Known() && found.Install.Version.Exact:
		f.Note = "Found in " + found.Install.VersionFrom + "."
	case found.Install.Version.Known():
		f.Note = "The newest known one; " + found.Install.VersionFrom + " does not say exactly."
	case found.EnvFile != "":
		f.Note = "Not found out; this is the newest known one."
	}
	return f
}

func urlField(a wizard.Answers, found Surroundings, w World) wizard.Field {
	f := wizard.Field{
		Name: "app_url", Label: "APP_URL", Flag: "--app-url",
		Help: wizard.Help{
			What:    "The address under which browsers reach Pocket ID, without a path. Its host is a good name for the server to announce. (PUBLIC_APP_URL before 1.0.)",
			Example: "https://id.example.com",
		},
	}
	f.Default = a.AppURL
	for _, from := range []struct{ value, note string }{
		{found.Value("APP_URL"), "From the .env."},
		{w.Getenv("APP_URL"), "From the environment."},
		{w.Getenv("PUBLIC_APP_URL"), "From PUBLIC_APP_URL of the environment."},
	} {
		if f.Default == "" && from.value != "" {
			f.Default, f.Note = from.value, from.note
		}
	}
	return f
}

func mendField(a wizard.Answers) wizard.Field {
	f := wizard.Field{
		Name: "mend", Label: "Mend it", Kind: wizard.ChoiceField, Default: "no",
		Help: wizard.Help{What: "As it is, a program that reads this file takes nothing from it. The mending is part of the change that the last page shows."},
		Choices: []wizard.Choice{
			{Value: "yes", Cells: []string{"Yes, with the rest of the changes"}},
			{Value: "no", Cells: []string{"No, I mend it in an editor"}},
		},
	}
	if a.Mend {
		f.Default = "yes"
	}
	return f
}

// report says what was found, and what is wrong with the file.
func (f Surroundings) report() []wizard.Block {
	var blocks []wizard.Block
	if f.Err != nil {
		blocks = append(blocks, wizard.Text{Tone: wizard.Bad, Body: sentence(f.Err.Error())})
	}
	for _, p := range f.Problems {
		tone, text := wizard.Warn, p.Reader+": "+sentence(p.What)
		if p.Fatal {
			tone = wizard.Bad
		}
		if p.Cure != "" {
			text += " Cure: " + sentence(p.Cure)
		}
		blocks = append(blocks, wizard.Text{Tone: tone, Label: fmt.Sprintf("line %d", p.Line), Body: text})
	}
	if f.Install.ComposeFile != "" {
		blocks = append(blocks, wizard.Text{Tone: wizard.Good, Label: "Found",
			Body: "service " + f.Install.Service + " in " + filepath.Base(f.Install.ComposeFile)})
	}
	for _, n := range append(f.Notes, f.Install.Notes...) {
		blocks = append(blocks, wizard.Text{Tone: wizard.Quiet, Label: "Note", Body: n})
	}
	return blocks
}

func (s install) Take(v wizard.View) wizard.Intent {
	a := v.Answers
	found, ok := result[Surroundings](v, wizard.Install)
	path := s.envFile(v)
	if err := printable(path); err != nil || path == "" {
		return wizard.Stay(a, wrong("env_file", errors.Join(err, errors.New("the path of the .env is needed"))))
	}
	if ok && found.Err != nil {
		return wizard.Stay(a, wrong("env_file", found.Err))
	}
	a.Mend = v.Input["mend"] == "yes"
	if broken := fatal(found.Problems); len(broken) > 0 && !a.Mend {
		return wizard.Stay(a, unreadable(broken[0], found.Curable))
	}
	if err := s.takeRest(&a, v); err != nil {
		return wizard.Stay(a, *err)
	}
	if a.TakenFrom != path {
		a = prefill(a, found)
	}
	a.EnvFile, a.TakenFrom = path, path
	return wizard.Next(a)
}

func unreadable(p envwriter.Problem, curable bool) wizard.Fault {
	f := wizard.Fault{Field: "env_file", Tone: wizard.Bad,
		Text: fmt.Sprintf("Line %d: %s Until that is mended, %s takes nothing from this file.", p.Line, sentence(p.What), p.Reader)}
	if curable {
		f.Field = "mend"
	}
	return f
}

func (s install) takeRest(a *wizard.Answers, v wizard.View) *wizard.Fault {
	a.Runs = v.Input["runs"]
	version, err := pocketid.ParseVersion(v.Input["version"])
	if err != nil {
		f := wrong("version", err)
		return &f
	}
	appURL := strings.TrimRight(strings.TrimSpace(v.Input["app_url"]), "/")
	if appURL == "" {
		f := wizard.Fault{Field: "app_url", Tone: wizard.Bad, Text: "APP_URL is needed, such as https://id.example.com."}
		return &f
	}
	if err := pocketid.Validate(pocketid.KeyName("APP_URL", version), appURL, version); err != nil {
		f := wrong("app_url", err)
		return &f
	}
	a.Version, a.AppURL = version.String(), appURL
	return nil
}

// modeOf reads SMTP_TLS. Up to 0.35.2 it was true or false, and the port chose
// between the two kinds of TLS; empty is none.
func modeOf(value string, port int) smtpcheck.TLSMode {
	switch {
	case value == "" || value == "false":
		return smtpcheck.TLSNone
	case value == "true" && port == 465:
		return smtpcheck.TLSImplicit
	case value == "true":
		return smtpcheck.TLSStartTLS
	}
	return smtpcheck.TLSMode(value)
}

// prefill takes over what the file says already.
func prefill(a wizard.Answers, found Surroundings) wizard.Answers {
	set := func(field *string, key string) {
		if value := found.Value(key); value != "" {
			*field = value
		}
	}
	set(&a.Host, "SMTP_HOST")
	set(&a.From, "SMTP_FROM")
	set(&a.User, "SMTP_USER")
	if port, err := parsePort(found.Value("SMTP_PORT")); err == nil {
		a.Port = port
	}
	if found.Value("SMTP_HOST") != "" {
		a.TLS = modeOf(found.Value("SMTP_TLS"), a.Port)
	}
	if !found.Password.Empty() {
		a.Password = found.Password
	}
	a.SkipVerify = pocketid.IsTrue(found.Value("SMTP_SKIP_CERT_VERIFY"))
	return a
}
