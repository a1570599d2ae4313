package steps

import (
	"path/filepath"
	"strings"

	"smtp-wizard/asowner"
	"smtp-wizard/between"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/pocketid"
	"smtp-wizard/wizard"
)

// save writes a plan: what the .env relies on first, the .env last.
func (w World) save(p *FilePlan) (WriteResult, error) {
	r, reader := p.Request, readBy(p)
	around, err := asowner.Open(r.EnvFile)
	if err != nil {
		return WriteResult{}, err
	}
	defer around.Close()
	var files []atomicfile.File
	for _, other := range p.OtherFiles() {
		file := atomicfile.File{Path: other.Path, Bytes: other.New, ReadBy: reader, InPlace: r.InPlace, Verify: other.Env.Verify,
			MustBeNew: !other.Before.Exists}
		if other.Path == p.Override.Path {
			file.NewMode = 0o644
		}
		if other.Before.Exists {
			file.Before = &other.Before
		}
		files = append(files, file)
	}
	if p.SecretPath != "" {
		files = append(files, atomicfile.File{Path: p.SecretPath, Bytes: []byte(p.Secret.Reveal()), ReadBy: reader,
			Secret: true, MustBeNew: p.SecretPath != p.Found.PasswordFile && !p.secretKnown})
	}
	files = append(files, atomicfile.File{Path: r.EnvFile, Bytes: p.Env.New, Before: &p.Before, ReadBy: reader,
		Close: r.CloseFile, InPlace: r.InPlace, Verify: p.Env.Verify})
	outside, undo, err := p.saveMachine()
	if err != nil {
		return WriteResult{}, err
	}
	saved, err := around.SaveAll(files)
	if err != nil {
		undo()
		return WriteResult{}, err
	}
	saved = append(outside, saved...)
	out := WriteResult{Saved: saved, Keys: p.keys(), Readers: r.readerNames(), Warnings: p.Warnings, Commands: w.commands(p)}
	if undo := p.undoVia(saved); undo != "" && !w.Practice {
		out.Commands = append(out.Commands, "# to take the relay in between away again: "+undo)
	}
	if !w.Practice {
		out.Then = "Then send a test mail from Pocket ID: Application configuration → Email.\n"
	}
	for _, s := range saved {
		out.Warnings = append(out.Warnings, s.Warnings...)
	}
	return out, nil
}

// commands make Pocket ID use the new settings. After a practice there is none
// to use them.
func (w World) commands(p *FilePlan) (commands []string) {
	if w.Practice {
		return []string{"# that was practice; for the real one:", "smtp-wizard --env-file /path/to/.env"}
	}
	runtime, in := p.Request.Runtime, p.Found.Install
	list := p.viaCommands(w)
	if p.Request.Via != "" {
		last := "smtp-wizard check --env-file " + shellWord(p.Request.EnvFile) + "  # the relay, spoken to as the one in between does"
		if p.Request.Via == between.Sidecar && !p.inCompose() {
			last = "# why it could not hand a mail on: " + p.Request.Runtime.Engine() + " logs " + between.Service
		}
		defer func() { commands = append(commands, last) }()
	}
	if runtime != in.Runs {
		if p.renames() {
			list = append(list, runtime.SetHostname(shellWord(p.Request.Hostname))...)
		}
		if dir := filepath.Dir(p.Request.EnvFile); runtime == pocketid.RuntimeCompose && dir != "." {
			list = append(list, "cd "+shellWord(dir))
		}
		return append(list, runtime.Restart("")...)
	}
	if p.renames() && p.Override.Path == "" && !in.HostnameShared() { // else a warning says it
		lines := []string{"# " + in.HostnameAdvice(p.Request.Hostname)}
		if !in.InContainer() {
			lines = runtime.SetHostname(shellWord(p.Request.Hostname))
		}
		list = append(list, lines...)
	}
	return append(list, in.Restart(shellWord)...)
}

// shellWord quotes a path for a shell where it needs it.
func shellWord(path string) string {
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@%") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

func donePage(page wizard.Page, w WriteResult, v View) wizard.Page {
	page.Title, page.Final = "Done", true
	page.Why = "The settings are written, and read back by the rules of every reader."
	table := wizard.Table{}
	for _, file := range w.files() {
		table.Rows = append(table.Rows, wizard.Row{Cells: file[:]})
	}
	page.Gist = verdictGist(v)
	page.Body = append(page.Body, table, verdictBlock(v))
	for _, warning := range w.Warnings {
		page.Body = append(page.Body, wizard.Text{Tone: wizard.Warn, Label: "Warning", Body: sentence(warning)})
	}
	commands := wizard.Verbatim{}
	for _, c := range w.Commands {
		commands.Lines = append(commands.Lines, wizard.VerbatimLine{Text: c})
	}
	page.Body = append(page.Body, wizard.Text{Body: "Run next:"}, commands)
	if w.Then != "" {
		page.Body = append(page.Body, wizard.Text{Body: strings.TrimSpace(w.Then)})
	}
	return page
}
