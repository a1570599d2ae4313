package steps

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"smtp-wizard/envwriter"
	"smtp-wizard/pocketid"
	"smtp-wizard/wizard"
)

// install asks which .env, and how Pocket ID runs: that decides who reads the
// file and whose hostname counts. Most of it is found out.
type install struct{ world World }

func (install) ID() wizard.ID     { return Install }
func (install) Name() string      { return "Install" }
func (install) Skip(Answers) bool { return false }

// lookRound is the job of looking at a file; the number makes a further look a
// new one.
type lookRound struct {
	envFile string
	number  int
}

func (s install) Wants(v View) wizard.Job {
	return wizard.Job{Task: "look round", For: lookRound{s.envFile(v), v.Answers.Looks}, Lasting: true}
}

func (s install) envFile(v View) string {
	return strings.TrimSpace(v.Text("env_file", orElse(v.Answers.EnvFile, ".env")))
}

// Work looks at the file, its neighbours and the machine's own name.
func (s install) Work(ctx context.Context, job wizard.Job, _ View, _ func(any)) any {
	return s.world.LookRound(ctx, job.For.(lookRound).envFile)
}

func (s install) Page(v View) wizard.Page {
	found, _ := result[Surroundings](v, Install)
	a := v.Answers
	if found.EnvFile != "" && isAnother(a, found.EnvFile) {
		a = itsOwn(a, found)
	}
	page := wizard.Page{
		Title: "Where is Pocket ID?",
		Why:   "The wizard ends by writing mail settings into Pocket ID's .env. How Pocket ID runs decides who reads that file, and which hostname counts.",
		Body:  found.report(),
		Field: []wizard.Field{envField(a, found), runsField(a, found), versionField(a, found), urlField(a, found, s.world)},
	}
	if len(fatal(found.Problems)) > 0 && found.Curable {
		page.Field = append(page.Field, mendField(a))
	}
	if v.Found[Install].Running {
		page.Busy = "Looking round"
	}
	return page
}

func envField(a Answers, found Surroundings) wizard.Field {
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

func runsField(a Answers, found Surroundings) wizard.Field {
	f := wizard.Field{
		Name: "runs", Label: "It runs by", Kind: wizard.ChoiceField,
		Default: orElse(a.Runs, orElse(string(found.Install.Runtime), string(pocketid.RuntimeCompose))),
		Help: wizard.Help{
			What: "Who starts Pocket ID. Docker compose, systemd and the others each read a .env by rules of their own; the file is written so that yours reads it right.",
		},
	}
	for _, runtime := range pocketid.Runtimes {
		f.Choices = append(f.Choices, wizard.Choice{
			Value: string(runtime),
			Cells: []string{runtime.Label(), "read by " + strings.Join(runtime.Readers(), ", ")},
		})
	}
	return f
}

func versionField(a Answers, found Surroundings) wizard.Field {
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

func urlField(a Answers, found Surroundings, w World) wizard.Field {
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
		{found.Install.AppURL, "From environment: in the compose file."},
		{w.Getenv("APP_URL"), "From the environment."},
		{w.Getenv("PUBLIC_APP_URL"), "From PUBLIC_APP_URL of the environment."},
	} {
		if f.Default == "" && from.value != "" {
			f.Default, f.Note = from.value, from.note
		}
	}
	return f
}

func mendField(a Answers) wizard.Field {
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

func (s install) Take(v View) Intent {
	a := v.Answers
	found, ok := result[Surroundings](v, Install)
	path := s.envFile(v)
	if err := printable(path); err != nil || path == "" {
		return wizard.Stay(a, wrong("env_file", errors.Join(err, errors.New("the path of the .env is needed"))))
	}
	if ok && found.Err != nil {
		return s.refuse(v, a, wrong("env_file", found.Err))
	}
	a.Mend = v.Input["mend"] == "yes"
	if broken := fatal(found.Problems); len(broken) > 0 && !a.Mend {
		return s.refuse(v, a, unreadable(broken[0], found.Curable, a.Unattended))
	}
	if intent, other := elsewhere(v, a, found, path); other {
		return intent
	}
	if repaired, ok := repairURL(v.Input["app_url"]); ok {
		return wizard.Correct(a, wizard.Input{"app_url": repaired}, note("app_url", "APP_URL is scheme and host alone, so "+repaired+" was taken."))
	}
	if err := s.takeRest(&a, v); err != nil {
		return wizard.Stay(a, *err)
	}
	a.FoundReaders = nil
	if pocketid.Runtime(a.Runs) == found.Install.Runtime {
		a.FoundReaders = found.Install.Readers
	}
	if isAnother(a, path) {
		a = leaveFile(a, found)
	}
	if a.TakenFrom == "" || isAnother(a, path) {
		a = prefill(a, found.readAs(s.world.readers(a)), s.world.version(a))
	}
	a.EnvFile, a.TakenFrom = path, path
	return wizard.Next(a)
}

// refuse says what is wrong with a file. Who has read that and comes again may
// have mended it, so it is looked at anew.
func (install) refuse(v View, a Answers, f wizard.Fault) Intent {
	if a.Unattended || v.Fault != f {
		return wizard.Stay(a, f)
	}
	a.Looks++
	return wizard.Stay(a, note(f.Field, "The file was read again. If nothing is wrong with it above, Enter goes on."))
}

func unreadable(p envwriter.Problem, curable, unattended bool) wizard.Fault {
	f := wizard.Fault{Field: "env_file", Tone: wizard.Bad,
		Text: fmt.Sprintf("Line %d, as %s reads it: %s", p.Line, p.Reader, sentence(p.What))}
	switch {
	case unattended:
		// A script has no page on which the file could be mended.
	case curable:
		f.Field = "mend"
	default:
		f.Text += " Mend it in an editor, then press Enter here."
	}
	return f
}

// repairURL makes an APP_URL of a bare host, or of the address of a page; ok is
// false where there is nothing to repair, or no way to.
func repairURL(typed string) (repaired string, ok bool) {
	typed = strings.TrimRight(strings.TrimSpace(typed), "/")
	whole := typed
	if !strings.Contains(typed, "://") {
		whole = "https://" + typed
	}
	u, err := url.Parse(whole)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || !strings.Contains(u.Hostname(), ".") || u.User != nil {
		return "", false
	}
	repaired = u.Scheme + "://" + u.Host
	newest := pocketid.NewestKnown()
	return repaired, repaired != typed && pocketid.Validate("APP_URL", repaired, newest) == nil
}

func (s install) takeRest(a *Answers, v View) *wizard.Fault {
	a.Runs = v.Input["runs"]
	version, err := pocketid.ParseVersion(v.Input["version"])
	if err != nil {
		f := wrong("version", err)
		return &f
	}
	if old := pocketid.TooOld(version); old != "" {
		if f := doubt("version", old); !v.Warned(f) {
			return &f
		}
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
