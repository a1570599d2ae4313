package steps

import (
	"path/filepath"
	"strings"

	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/pocketid"
	"smtp-wizard/wizard"
)

// Written is what was saved, and what is left to the admin.
type Written struct {
	Saved    []atomicfile.Saved
	Env      envwriter.Edit
	Readers  []string
	Warnings []string
	// Commands are what to run next, in order.
	Commands []string
}

// Save writes a draft: what the .env relies on first, the .env last.
func (w World) Save(d *Draft) (Written, error) {
	reader := w.readBy(d)
	var files []atomicfile.File
	if d.Override != "" {
		files = append(files, atomicfile.File{Path: d.Override, Bytes: d.OverrideBytes, ReadBy: reader,
			NewMode: 0o644, MustBeNew: true})
	}
	if d.SecretPath != "" {
		files = append(files, atomicfile.File{Path: d.SecretPath, Bytes: []byte(d.Secret.Reveal()), ReadBy: reader,
			Secret: true, MustBeNew: d.SecretPath != d.Found.PasswordFile})
	}
	files = append(files, atomicfile.File{Path: d.Order.EnvFile, Bytes: d.Env.New, Before: &d.Before, ReadBy: reader,
		GiveExisting: d.Order.Give, InPlace: d.Order.InPlace, Verify: d.Env.Verify})
	saved, err := atomicfile.SaveAll(files)
	if err != nil {
		return Written{}, err
	}
	out := Written{Saved: saved, Env: d.Env, Readers: strings.Split(d.Order.Readers, ","), Warnings: d.Warnings, Commands: w.commands(d)}
	for _, s := range saved {
		out.Warnings = append(out.Warnings, s.Warnings...)
	}
	return out, nil
}

// commands make Pocket ID take the new settings. After a practice there is none
// to take them.
func (w World) commands(d *Draft) []string {
	if w.Practice {
		return []string{"# that was practice; for the real one:", "smtp-wizard --env-file /path/to/.env"}
	}
	runtime := pocketid.Runtime(d.Order.Runs)
	var list []string
	if name := d.Order.Hostname; d.renames() {
		switch {
		case runtime == pocketid.RuntimeCompose && d.Override == "":
			list = append(list, "# set `"+pocketid.HostnameSnippet(name)+"` for the service in your compose file")
		case runtime == pocketid.RuntimeDocker || runtime == pocketid.RuntimePodman:
			list = append(list, "# start the container with --hostname "+name)
		case !runtime.InContainer() && name != d.Found.Hostname:
			list = append(list, "hostnamectl set-hostname "+name)
		}
	}
	dir := filepath.Dir(d.Order.EnvFile)
	if in := d.Found.Install; in.ComposeFile != "" && !sameDirectory(in.ComposeFile, d.Order.EnvFile) {
		dir = filepath.Dir(in.ComposeFile)
	}
	if runtime == pocketid.RuntimeCompose && dir != "." {
		list = append(list, "cd "+shellWord(dir))
	}
	return append(list, runtime.Restart(shellWord(d.Found.Install.Service))...)
}

// sameDirectory reports whether two files lie side by side, however their paths
// are written.
func sameDirectory(a, b string) bool {
	a, errA := filepath.Abs(a)
	b, errB := filepath.Abs(b)
	return errA == nil && errB == nil && filepath.Dir(a) == filepath.Dir(b)
}

// shellWord quotes a path for a shell where it needs it.
func shellWord(path string) string {
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@%") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

func done(page wizard.Page, w Written) wizard.Page {
	page.Title, page.Final = "Done", true
	page.Why = "The settings are written, and read back by the rules of every reader."
	table := wizard.Table{}
	for _, s := range w.Saved {
		switch {
		case s.Created:
			table.Rows = append(table.Rows, wizard.Row{Tone: wizard.Good, Cells: []string{"new", s.Path}})
		case s.Changed:
			table.Rows = append(table.Rows, wizard.Row{Tone: wizard.Good, Cells: []string{"changed", s.Path}})
		default:
			table.Rows = append(table.Rows, wizard.Row{Cells: []string{"unchanged", s.Path}})
		}
		if s.Backup != "" {
			table.Rows = append(table.Rows, wizard.Row{Cells: []string{"backup", s.Backup}})
		}
	}
	page.Body = append(page.Body, table)
	for _, warning := range w.Warnings {
		page.Body = append(page.Body, wizard.Text{Tone: wizard.Warn, Label: "Mind", Body: sentence(warning)})
	}
	commands := wizard.Verbatim{}
	for _, c := range w.Commands {
		commands.Lines = append(commands.Lines, wizard.VerbatimLine{Text: c})
	}
	page.Body = append(page.Body, wizard.Text{Body: "Run next:"}, commands)
	page.Field = []wizard.Field{{
		Name: "action", Label: "Next", Kind: wizard.ChoiceField, Default: "finish",
		Choices: []wizard.Choice{{Value: "finish", Cells: []string{"Finish"}}},
		Help:    wizard.Help{What: "Everything is written. The summary stays on the screen."},
	}}
	return page
}
