package steps

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"smtp-wizard/envwriter"
	"smtp-wizard/internal/text"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// installPage asks which .env, and how Pocket ID runs: that decides who reads the
// file and whose hostname counts. Most of it is found out.
type installPage struct{ world World }

func (installPage) ID() wizard.ID     { return Install }
func (installPage) Name() string      { return "Install" }
func (installPage) Skip(Answers) bool { return false }

// discovery is the job of looking at a file.
type discovery struct {
	envFile string
	attempt int
}

func (s installPage) Wants(v View) wizard.Job {
	return wizard.Job{Task: "discover", For: discovery{s.envFile(v), v.Answers.Attempts[Install]}, Lasting: true}
}

func (s installPage) envFile(v View) string {
	return strings.TrimSpace(v.Text("env_file", cmp.Or(v.Answers.EnvFile, ".env")))
}

// Work looks at the file, its neighbors and the machine's own name.
func (s installPage) Work(ctx context.Context, job wizard.Job, _ View, _ func(any)) any {
	return s.world.Discover(ctx, job.For.(discovery).envFile)
}

func (s installPage) Page(v View) wizard.Page {
	found, a := discovered(v), v.Answers
	if found.EnvFile != "" && a.fromAnother(found.EnvFile) {
		a = a.forInstall(found)
	}
	var said []wizard.Block
	if found.EnvFile != "" && found.Err == nil && !found.Exists && found.Install.Runs == "" && !s.world.Practice {
		said = append(said, wizard.Text{Body: "No Pocket ID found here. The usual places of its .env:"}, usualPlaces)
	}
	if version, err := pocketid.ParseVersion(v.Text("version", versionField(a, found).Default)); err == nil {
		if text := onlyLocalhost(found.Value("SMTP_HOST"), version); text != "" {
			said = append(said, wizard.Text{Tone: wizard.Warn, Body: text})
		}
		said = append(said, found.objectionBlocks(version)...)
	}
	page := wizard.Page{
		Title: "Where is Pocket ID?",
		Why: "The wizard ends by writing mail settings into Pocket ID's .env. How Pocket ID is started decides " +
			"who reads that file, and which hostname counts.",
		Body:  append(found.report(), said...),
		Field: []wizard.Field{envField(a, found), runsField(a, found), versionField(a, found), urlField(v, a, found)},
	}
	if len(fatal(found.Problems)) > 0 && found.Fixable {
		page.Field = append(page.Field, field(Install, "fix", wizard.ChoiceField, yesNo(a.FixFile)))
	}
	if v.Found[Install].Running {
		page.Busy = "Detecting the install"
	}
	return page
}

// report says what was found, and what is wrong with the file.
func (d Discovery) report() []wizard.Block {
	var blocks []wizard.Block
	if d.Err != nil {
		blocks = append(blocks, wizard.Text{Tone: wizard.Bad, Body: cannotUse(d.EnvFile, d.Err)})
	}
	if d.Obstacle != "" {
		blocks = append(blocks, wizard.Text{Tone: wizard.Bad, Body: d.Obstacle})
	}
	for _, p := range d.Problems {
		tone, text := wizard.Warn, p.Reader+": "+sentence(p.What)
		if p.Fatal {
			tone = wizard.Bad
		}
		if p.Fix != "" {
			text += " Fix: " + sentence(p.Fix)
		}
		blocks = append(blocks, wizard.Text{Tone: tone, Label: fmt.Sprintf("line %d", p.Line), Body: text})
	}
	add := func(tone wizard.Tone, label, text string) {
		blocks = append(blocks, wizard.Text{Tone: tone, Label: label, Body: text})
	}
	in := d.Install
	if in.Runs != "" {
		add(wizard.Good, "Found", in.Summary())
		add(wizard.Quiet, "Hostname", in.HostnameWords())
	}
	if in.Refused != "" {
		add(wizard.Bad, "Refused", sentence(in.Refused)+" As it is, nothing starts.")
	}
	for _, w := range in.Warnings {
		if !slices.Contains([]string{"version-unknown", "ui-config-not-true"}, w.ID) { // said at the field, and at the end
			add(wizard.Warn, "Note", w.Text)
		}
	}
	return blocks
}

func envField(a Answers, found Discovery) wizard.Field {
	f := field(Install, "env_file", wizard.TextField, cmp.Or(a.EnvFile, ".env"))
	f.Complete = completePath
	if found.EnvFile != "" && !found.Exists && found.Err == nil {
		f.Note = "There is none yet; a new one will be written."
	}
	return f
}

func runsField(a Answers, found Discovery) wizard.Field {
	byDefault := pocketid.RuntimeManual // nothing here is found to read the file
	if found.EnvFile == "" {
		byDefault = pocketid.RuntimeCompose
	}
	f := field(Install, "runs", wizard.ChoiceField, cmp.Or(a.Runs, string(found.Install.Runs), string(byDefault)))
	for _, runtime := range pocketid.Runtimes() {
		readers := "read by " + strings.Join(runtime.Readers(), ", ")
		f.Choices = append(f.Choices, choice(string(runtime), runtime.Label(), readers))
	}
	return f
}

func versionField(a Answers, found Discovery) wizard.Field {
	in := found.Install
	newest := pocketid.NewestKnown().String()
	f := field(Install, "version", wizard.TextField, cmp.Or(a.Version, in.Speaks().String(), newest))
	doubt := slices.IndexFunc(in.Warnings, func(w install.Warning) bool { return w.ID == "version-unknown" })
	switch {
	case in.Version.Known():
		f.Note = "Found in " + in.Version.From + "."
	case doubt >= 0:
		f.Note = in.Warnings[doubt].Text
	case in.Version.Below != "":
		f.Note = "Older than " + in.Version.Below + ", according to " + in.Version.From + "; taken as " + f.Default + "."
	case found.EnvFile != "" && f.Default == newest:
		f.Note = "Not detected; this is the newest known one."
	}
	return f
}

func urlField(v View, a Answers, found Discovery) wizard.Field {
	f := field(Install, "app_url", wizard.TextField, a.AppURL)
	if value := found.intended().Value("APP_URL"); f.Default == "" && value != "" {
		f.Default, f.Note = value, "From the .env."
		for _, key := range []string{"APP_URL", "PUBLIC_APP_URL"} {
			if from, _ := found.Install.From(key); from.File != "" && from.File != found.path() {
				f.Note = "From " + found.Install.Place(from) + "."
			}
		}
	}
	f.Missing = f.Default == "" && found.EnvFile != "" && unasked(v, f.Name)
	return f
}

func (s installPage) Take(v View) Intent {
	a := v.Answers
	found, ok := result[Discovery](v, Install)
	path := s.envFile(v)
	if path == "" {
		return wizard.Stay(a, errorAt("env_file", "the path of the .env is needed"))
	}
	if err := text.Printable(path); err != nil {
		return wizard.Stay(a, errorAt("env_file", err.Error()))
	}
	if ok && found.Err != nil {
		return s.refuse(v, a, errorAt("env_file", found.Err.Error()))
	}
	if ok && len(a.Readers) > 0 { // those that were named count, whoever was found
		found = found.ReadAs(a.Readers)
	}
	a.FixFile = v.Input["fix"] == "yes"
	if broken := fatal(found.Problems); len(broken) > 0 && !a.FixFile {
		return s.refuse(v, a, unreadable(broken[0], found.Fixable, a.Unattended))
	}
	if intent, other := otherFile(v, a, found); other {
		return intent
	}
	if f := takeInstall(&a, v); f != (wizard.Fault{}) {
		return wizard.Stay(a, f)
	}
	a.FoundReaders = nil
	if a.runtime() == found.Install.Runs {
		a.FoundReaders = found.readers()
	}
	if list := found.ReadAs(a.readers()).refused(a); len(list) > 0 {
		return s.refuse(v, a, errorAt("env_file", wouldNotStart(list, a.version())))
	}
	another := a.fromAnother(path)
	if another {
		a = a.forFile(found)
	}
	if another || a.TakenFrom == "" {
		a = prefill(a, found.ReadAs(a.readers()).intended())
	}
	a.EnvFile, a.TakenFrom = path, path
	return wizard.Next(a)
}

// refuse says what is wrong with a file. Who has read that and comes again may
// have fixed it, so it is looked at again; what is still wrong then stays.
func (installPage) refuse(v View, a Answers, f wizard.Fault) Intent {
	switch {
	case v.Fault != f:
		return wizard.Stay(a, f)
	case a.Reread == f.Text:
		return wizard.Stay(a.again(Install), f)
	}
	a.Reread = f.Text
	return wizard.Stay(a.again(Install), noticeAt(f.Field,
		"The file was read again. If nothing is wrong with it above, press Enter to go on."))
}

func unreadable(p envwriter.Problem, fixable, unattended bool) wizard.Fault {
	f := errorAt("env_file", fmt.Sprintf("line %d, as %s reads it: %s", p.Line, p.Reader, sentence(p.What)))
	switch {
	case unattended:
		// A script has no page on which the file could be fixed.
	case fixable:
		f.Field = "fix"
	default:
		f.Text += " Fix it in an editor, then press Enter here."
	}
	return f
}

// otherFile is for an install that hands another file to Pocket ID than the
// one named. Where the named one does not exist, the other is taken; else the
// admin is asked once.
func otherFile(v View, a Answers, found Discovery) (Intent, bool) {
	in, paths := found.Install, found.Install.Paths()
	if in.Runs == "" || len(paths) != 1 || in.Feeds(found.path()) {
		return Intent{}, false
	}
	other, by := paths[0], filepath.Base(in.Found)
	if !found.Exists && !a.Unattended {
		return wizard.Correct(a, wizard.Input{"env_file": other},
			noticeAt("env_file", fmt.Sprintf("%s passes %s to Pocket ID, so that file was taken.", by, other))), true
	}
	f := warnAt("env_file", fmt.Sprintf("%s passes %s to Pocket ID, not this file.", by, other))
	return wizard.Stay(a, f), !v.Warned(f)
}

// Check takes a bare name for the address that it stands for.
func (installPage) Check(v View, field string) Intent {
	name := strings.TrimSpace(v.Input["app_url"])
	host, _, _ := strings.Cut(name, "/")
	if v.Answers.Unattended || field != "app_url" || !strings.Contains(host, ".") || smtpcheck.CheckHost(host) != nil {
		return stay(v.Answers)
	}
	return wizard.Correct(v.Answers, wizard.Input{"app_url": "https://" + name}, noticeAt("app_url", "Taken as https://"+name+"."))
}

// takeInstall takes runtime, version and APP_URL, or says what is wrong.
func takeInstall(a *Answers, v View) wizard.Fault {
	a.Runs = v.Input["runs"]
	version, err := pocketid.ParseVersion(v.Input["version"])
	if err != nil {
		return errorAt("version", err.Error())
	}
	if old := pocketid.TooOld(version); old != "" {
		if f := warnAt("version", old); !v.Warned(f) {
			return f
		}
	}
	appURL := strings.TrimRight(strings.TrimSpace(v.Input["app_url"]), "/")
	if appURL == "" {
		return errorAt("app_url", "APP_URL is needed, such as https://id.example.com")
	}
	if err := pocketid.Validate(pocketid.KeyName("APP_URL", version), appURL, version); err != nil {
		return errorAt("app_url", err.Error())
	}
	a.Version, a.AppURL = version.String(), appURL
	return wizard.Fault{}
}

// completePath is a path with as much more of it as the files that are there leave no
// choice about; of a directory that has a .env, that.
func completePath(text string) string {
	path := text
	if home, err := os.UserHomeDir(); err == nil && strings.HasPrefix(path, "~/") {
		path = home + path[1:]
	}
	dir, begun := filepath.Split(path)
	entries, err := os.ReadDir(cmp.Or(dir, "."))
	if err != nil {
		return text
	}
	common := ""
	for _, e := range entries {
		name := e.Name()
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.IsDir() {
			name += "/"
		}
		switch {
		case name == ".env" && begun == "":
			return dir + name
		case !strings.HasPrefix(name, begun) || begun == "" && name[0] == '.':
		case common == "":
			common = name
		default:
			for !strings.HasPrefix(name, common) {
				common = common[:len(common)-1]
			}
		}
	}
	if common == "" {
		return text
	}
	return dir + common
}
