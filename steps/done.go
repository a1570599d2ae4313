package steps

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"smtp-wizard/asowner"
	"smtp-wizard/between"
	"smtp-wizard/envwriter"
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
		out.Commands = append(out.Commands, "# to remove the relay in between: "+undo)
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
func (w World) commands(p *FilePlan) []string {
	if w.Practice {
		return []string{"# that was practice; for the real one:", "smtp-wizard --env-file /path/to/.env"}
	}
	list := append(p.viaCommands(w), p.restart()...)
	switch {
	case p.Request.Via == between.Sidecar && !p.inCompose():
		list = append(list, "# why it could not hand a mail on: "+p.Request.Runtime.Engine()+" logs "+between.Service)
	case p.Request.Via != "":
		list = append(list, "smtp-wizard check --env-file "+shellWord(p.Request.EnvFile)+"  # tests the relay as the one in between uses it")
	}
	return list
}

// restart lets Pocket ID read its settings, with the hostname that it is to announce.
func (p *FilePlan) restart() (list []string) {
	runtime, in := p.Request.Runtime, p.Found.Install
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
	page.Body = append(page.Body, wizard.Text{Body: "Run next:"}, verbatim(w.Commands))
	if w.Then != "" {
		page.Body = append(page.Body, wizard.Text{Body: strings.TrimSpace(w.Then)})
	}
	return page
}

// viaCommands put the relay in between into operation, in order.
func (p *FilePlan) viaCommands(w World) (list []string) {
	r := p.Request
	switch r.Via {
	case between.Msmtpd:
		if !w.machine().HasMsmtpd() {
			list = append(list, between.Install)
		}
		if p.Printed {
			for _, f := range p.Machine {
				list = append(list, "# "+f.Path+" ("+fmt.Sprintf("%04o", f.Mode)+" root:"+groupName(f)+"), with the password in its place:")
				for line := range strings.Lines(string(f.Masked)) {
					list = append(list, "#   "+strings.TrimSuffix(line, "\n"))
				}
			}
		}
		return append(list, "sudo systemctl enable msmtpd", "sudo systemctl restart msmtpd")
	case between.Postfix:
		settings, login := r.relay().PostfixLines(between.Masked)
		if login != "" {
			list = append(list, "sudo apt-get install --no-remove libsasl2-modules",
				"sudo install -m 600 /dev/null "+between.SASLMap+"  # then put this line into it, with the password in its place:", "#   "+login)
		}
		for _, s := range settings {
			list = append(list, "sudo postconf -e '"+s+"'")
		}
		return append(list, "sudo postfix reload")
	case between.Sidecar:
		if !p.inCompose() {
			return p.containerCommands()
		}
		return []string{"cd " + shellWord(p.Found.Install.Compose.Dir), "docker compose up -d --force-recreate " + between.Service}
	}
	return nil
}

// containerCommands start the sidecar where no compose file does.
func (p *FilePlan) containerCommands() (list []string) {
	relay, secret, systemctl := p.Request.relay(), p.secretFile(), p.Found.Install.Systemctl()
	if p.Request.Runtime == pocketid.RuntimeQuadlet {
		for i, unit := range relay.Units(secret) {
			list = append(list, "# "+p.unitFiles()[i]+":")
			for line := range strings.Lines(unit[1]) {
				list = append(list, "#   "+strings.TrimSuffix(line, "\n"))
			}
		}
		return append(list, "# and in the [Container] of Pocket ID's unit: Network="+between.Network+".network",
			systemctl+" daemon-reload", systemctl+" start "+between.Service)
	}
	network := p.Found.Install.NamedNetwork()
	list = relay.RunLines(p.Request.Runtime.Engine(), network, secret, shellWord)
	if network == "" {
		list = append(list, "# and Pocket ID's own "+p.Request.Runtime.Engine()+" run needs --network "+between.Network)
	}
	return list
}

// unitFiles are where podman's units of the sidecar go: beside that of Pocket ID.
func (p *FilePlan) unitFiles() (paths []string) {
	dir := "/etc/containers/systemd"
	if in := p.Found.Install; in.Runs == p.Request.Runtime && in.Unit != "" {
		dir = filepath.Dir(in.Unit)
	}
	for _, unit := range p.Request.relay().Units("") {
		paths = append(paths, shellWord(filepath.Join(dir, unit[0])))
	}
	return paths
}

// undoVia is the one command that removes the relay in between, with everything that was
// written for it. A .env without a backup is new, and stays.
func (p *FilePlan) undoVia(saved []atomicfile.Saved) string {
	var list []string
	switch p.Request.Via {
	case "":
		return ""
	case between.Msmtpd:
		list = append(list, between.Undo)
	case between.Postfix:
		list = append(list, p.undoPostfix...)
	}
	for _, s := range saved {
		switch path := absolute(s.Path); {
		case s.Backup != "":
			list = append(list, "sudo cp "+shellWord(absolute(s.Backup))+" "+shellWord(path))
		case s.Created && s.Path != p.Request.EnvFile && !slices.ContainsFunc(p.Machine, func(f between.File) bool { return f.Path == s.Path }):
			list = append(list, "sudo rm -f "+shellWord(path))
		}
	}
	switch {
	case len(list) == 0 || p.Request.Via != between.Sidecar:
	case p.Request.Runtime == pocketid.RuntimeQuadlet:
		systemctl := p.Found.Install.Systemctl()
		list = append(list, systemctl+" stop "+between.Service, "rm -f "+strings.Join(p.unitFiles(), " "), systemctl+" daemon-reload")
	case !p.inCompose():
		list = append(list, between.UndoRun(p.Request.Runtime.Engine()))
	default:
		list = append(list, "cd "+shellWord(p.Found.Install.Compose.Dir), "docker compose up -d --remove-orphans")
	}
	return strings.Join(list, " && ")
}

// undoPostfix puts back what Postfix is set to now: in main.cf, else by default.
func (w World) undoPostfix(relay between.Relay) (commands []string) {
	settings, login := relay.PostfixLines(between.Masked)
	var set, drop string
	changes := false
	for _, s := range settings {
		key, _, _ := strings.Cut(s, " = ")
		is, _ := w.postconf("-n", key)
		changes = changes || is != s
		if is != "" {
			set += " " + shellWord(is)
		} else {
			drop += " " + key
		}
	}
	if !changes { // it is set up already: what was before is not known
		return nil
	}
	if set != "" {
		commands = append(commands, "sudo postconf -e"+set)
	}
	if drop != "" {
		commands = append(commands, "sudo postconf -X"+drop)
	}
	if login != "" {
		commands = append(commands, "sudo rm -f "+between.SASLMap)
	}
	return append(commands, "sudo postfix reload")
}

func absolute(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

func groupName(f between.File) string {
	if f.Mode&0o004 == 0 {
		return "msmtp"
	}
	return "root"
}

// WriteResult is how the last page ended, for a face that prints it.
type WriteResult struct {
	Plan     *FilePlan // what was planned and not written; nil once it is written
	Saved    []atomicfile.Saved
	Keys     []envwriter.KeyEdit
	Readers  []string
	Warnings []string
	Commands []string // to run next, in order
	Then     string   // what to do after them
	Err      error    // why nothing was written
}

// files are the files that there are now, each with what it is.
func (r WriteResult) files() (list [][2]string) {
	for _, s := range r.Saved {
		switch {
		case s.Created:
			list = append(list, [2]string{"New", s.Path})
		case s.Changed:
			list = append(list, [2]string{"Changed", s.Path})
		}
		if s.Backup != "" {
			list = append(list, [2]string{"Backup", s.Backup})
		}
	}
	return list
}

// WriteResultOf reads a state at its end.
func WriteResultOf(s State) WriteResult {
	f := s.Found[Write]
	if p, ok := f.Result.(*FilePlan); ok {
		return WriteResult{Plan: p, Keys: p.keys(), Warnings: p.Warnings, Readers: p.Request.readerNames()}
	}
	out, _ := f.Result.(WriteResult)
	out.Err = failed(f)
	return out
}

// TestResultOf is the live test of a state, if its answers were tested.
func TestResultOf(s State) (TestResult, bool) { return testOf(s.Answers, s.Found) }

// ReadyToWrite reports whether a state waits for the word to write.
func ReadyToWrite(s State) bool {
	_, planned := s.Found[Write].Result.(*FilePlan)
	return s.At == Write && planned
}

// Finished reports whether the file was written: then the guide is done, however it
// is left.
func Finished(s State) bool {
	_, written := s.Found[Write].Result.(WriteResult)
	return written
}

// Fate is what has become of the file of a guide that was left unfinished.
func Fate(s State) string {
	if s.Found[Write].Job.Task == "write" {
		return "The file was being written when you left: check it."
	}
	return "Nothing was written."
}

// Summary is what stays on the screen after the guide: whether mail works, the
// files, and what to run next.
func Summary(s State) string {
	var b strings.Builder
	out := WriteResultOf(s)
	b.WriteString(Claim(s))
	if t, _ := TestResultOf(s); t.Result.Accepted && len(out.Warnings) > 0 {
		b.WriteString(" Note the warnings below.")
	}
	b.WriteString("\n")
	if !Finished(s) {
		fmt.Fprintf(&b, "Nothing was written: %s is already up to date.\n", s.Answers.EnvFile)
	}
	for _, file := range out.files() {
		fmt.Fprintf(&b, "%-8s %s\n", file[0]+":", file[1])
	}
	for _, warning := range out.Warnings {
		fmt.Fprintf(&b, "Warning: %s\n", sentence(warning))
	}
	if Finished(s) {
		b.WriteString("Run next:\n")
		for _, c := range out.Commands {
			fmt.Fprintf(&b, "  %s\n", c)
		}
		b.WriteString(out.Then)
	}
	return b.String()
}
