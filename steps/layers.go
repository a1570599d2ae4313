package steps

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"smtp-wizard/asowner"
	"smtp-wizard/between"
	"smtp-wizard/envwriter"
	"smtp-wizard/internal/text"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/secret"
)

// unreached says why what arrives need not be looked at: no program hands it on.
func (d Discovery) unreached() (Objection, bool) {
	in := d.Install
	o := Objection{ID: "reader-refuses", Stops: true, noStart: true}
	_, arrives := in.Value("SMTP_HOST")
	switch broken := d.Broken(); {
	case in.Refused+d.Refused != "":
		o.Text, o.Cure = cmp.Or(d.Refused, in.Refused)+": as it is, nothing starts.", "Correct the file until its own program takes it."
	case broken != nil && !arrives:
		o.Text, o.Cure = sentence(broken.Error()), cmp.Or(fatal(d.Problems)[0].Fix, "Correct that line.")
	case in.Runs != "" && !arrives:
		o.ID, o.Text, o.Cure = "not-handed-on", "SMTP_HOST does not reach Pocket ID.", sentence(in.HandOn("SMTP_HOST", d.path()))
		o.noStart = false
	default:
		return Objection{}, false
	}
	return o, true
}

// onlyInside is the objection to a relay that only Pocket ID itself can reach.
const onlyInside = "only-inside"

// whyInside says why only Pocket ID itself can reach a host; "" where others can.
func (d Discovery) whyInside(host string, runtime pocketid.Runtime) string {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if runtime != d.Install.Runs || slices.Contains(d.gateways, name) {
		return ""
	}
	return d.Install.OnlyInside(host)
}

func (d Discovery) inside(s Setup) (Objection, bool) {
	why := d.whyInside(s.Host, s.Runtime)
	if why == "" {
		return Objection{}, false
	}
	return Objection{ID: onlyInside, Stops: true, Text: why + ", so it cannot be tested from here.",
		Cure: "From inside it can: " + d.insideCommand(s)}, true
}

// insideCommand is the command line that tests from where Pocket ID is: check, where
// the named file has all settings, else what the relay says to the sender.
func (d Discovery) insideCommand(s Setup) string {
	program, err := os.Executable()
	if err != nil {
		program = "./smtp-wizard"
	}
	if len(d.Elsewhere()) > 0 || !d.Install.Reads(d.path()) {
		return fmt.Sprintf("%s probe --port %d --from %s --to %s %s", d.Install.InsideCommand(shellWord, program), s.Port, shellWord(s.From), shellWord(s.To), shellWord(s.Host))
	}
	line := fmt.Sprintf("%s check --env-file /tmp/%s", d.Install.InsideCommand(shellWord, program, d.path()), shellWord(filepath.Base(d.path())))
	if s.As.Known() {
		line += " --as " + s.As.String()
	}
	if s.Hostname != "" && !s.ContainerID {
		line += " --hostname " + shellWord(s.Hostname)
	}
	return line
}

// Elsewhere are the settings for mail that another place decides than the file.
func (d Discovery) Elsewhere() map[string]install.ResultValue {
	out := map[string]install.ResultValue{}
	in := d.Install
	for key, value := range in.Result().Values {
		from, _ := in.From(key)
		if _, ours := slices.BinarySearch(mailKeys, key); ours && from.File != d.path() {
			out[key] = value
		}
	}
	return out
}

// mailKeys are the variables of which check says where they come from.
var mailKeys = slices.Sorted(slices.Values(append(pocketid.NeedLock(),
	"APP_URL", "PUBLIC_APP_URL", "UI_CONFIG_DISABLED", "PUBLIC_UI_CONFIG_DISABLED")))

// layered reports whether what arrives was found out, so that each key is changed
// in the layer that decides it.
func (p *FilePlan) layered() bool {
	in := p.Found.Install
	return in.Near() && in.Refused == "" && p.Request.Runtime == in.Runs
}

// decidedHere reports whether the .env decides a key, so that all its readers have
// to agree on it.
func (p *FilePlan) decidedHere(key string) bool {
	layer, ok := p.Found.Install.Decides(key)
	return !p.layered() || !ok || layer.File == p.Found.path() && layer.Key == key && len(layer.Readers) > 0
}

// put notes a change where it has its effect: in the .env, in another env file that
// decides the key, perhaps under another name, or nowhere, if that is not a file
// that we edit.
func (p *FilePlan) put(c envwriter.Change) {
	p.wanted = append(p.wanted, c)
	main := p.Found.path()
	layer := install.Layer{Source: install.Source{File: main}, Key: c.Key, Readers: p.Request.readerNames()}
	if in := p.Found.Install; p.layered() {
		if decides, ok := in.Decides(c.Key); ok {
			layer = decides
		} else if paths := in.Paths(); len(paths) > 0 && !in.Feeds(main) {
			layer.File = paths[len(paths)-1]
		}
	}
	c.Key = layer.Key
	if p.changes == nil {
		p.changes = map[string][]envwriter.Change{}
	}
	same := func(o envwriter.Change) bool { return o.Key == c.Key }
	if len(layer.Readers) > 0 && !slices.ContainsFunc(p.changes[layer.File], same) {
		p.changes[layer.File] = append(p.changes[layer.File], c)
	}
}

// editOthers plans the other env files.
func (p *FilePlan) editOthers(around *asowner.Files) error {
	for _, path := range slices.Sorted(maps.Keys(p.changes)) {
		if path == p.Found.path() {
			continue
		}
		before, err := around.Load(path)
		if err == nil {
			err = before.CheckSave()
		}
		if err != nil {
			return err
		}
		edit, err := envwriter.Apply(before.Bytes, p.changes[path], namedReaders(p.Found.Install.Readers(path)))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if edit.Changed() {
			p.Others = append(p.Others, FileEdit{Path: path, Before: before, New: edit.New, Env: edit,
				Diff: envwriter.Diff(before.Bytes, edit.New, p.isPublic)})
		}
	}
	return nil
}

// leftOver says which line in which file the admin has to change, since what arrives
// is decided there.
func (p *FilePlan) leftOver(after *install.Install, around *asowner.Files) (list []string) {
	if !p.layered() {
		return nil
	}
	var lost, said []string
	values := arriving(*after)
	for _, c := range p.wanted {
		value := c.Value.Reveal()
		if c.Unset || p.Request.forPocketID().alreadySet(values, c.Key, value, p.Request.version()) {
			continue
		}
		layer, arrives := after.Decides(c.Key)
		if !arrives {
			lost = append(lost, c.Key)
			continue
		}
		said = append(said, c.Key)
		change := "change it there"
		if pocketid.IsPublic(c.Key, value) {
			before, _ := around.Load(layer.File)
			var line string
			layer.Line, line = layer.Assignment(before.Bytes, value)
			change = "write `" + line + "` there"
		}
		if install.Generated(layer.File) {
			change += ", by the NixOS configuration that it is made from"
		}
		list = append(list, fmt.Sprintf("%s is decided in %s: %s.", c.Key, after.Place(layer.Source), change))
	}
	if len(lost) > 0 {
		list = append(list, strings.Join(lost, ", ")+" will not reach Pocket ID: "+after.HandOn(lost[0], p.Found.path())+".")
	}
	after.Warnings = slices.DeleteFunc(after.Warnings, func(w install.Warning) bool { // said better
		return w.ID == "hidden-by-layer" && slices.Contains(said, w.Key) || w.ID == "dead-file" && len(lost) > 0
	})
	return list
}

// composeEdit is a change of a compose file, and whether compose's own loader then finds
// what it is for.
type composeEdit struct {
	change func([]byte) ([]byte, error)
	found  func(install.Install) bool
}

// composeEdits are what the compose files need, where compose runs Pocket ID: the
// sidecar, else a hostname and a name for this machine.
func (p *FilePlan) composeEdits() (edits []composeEdit) {
	in, name, host := p.Found.Install, p.Request.Hostname, strings.ToLower(p.Request.Host)
	if p.Request.Via == between.Sidecar && p.inCompose() {
		return []composeEdit{p.sidecar()}
	}
	if p.Request.Runtime != in.Runs {
		return nil
	}
	if p.renames() {
		edits = append(edits, composeEdit{func(data []byte) ([]byte, error) { return install.SetHostname(data, in.Service, name) },
			func(after install.Install) bool { return after.Hostname.Value == name }})
	}
	if in.LacksGateway(host) {
		edits = append(edits, composeEdit{func(data []byte) ([]byte, error) { return install.PutGateway(data, in.Service, host) },
			func(after install.Install) bool { return !after.LacksGateway(host) }})
	}
	return edits
}

// override plans the first compose file that takes the changes and in which compose's own
// loader then finds them.
func (w World) override(p *FilePlan, around *asowner.Files) error {
	edits, in := p.composeEdits(), p.Found.Install
	if len(edits) == 0 {
		return nil
	}
	for _, file := range in.HostnameFiles() {
		edit, err := FileEdit{Path: file}, error(nil)
		if around.Exists(file) {
			edit.Before, err = around.Load(file)
		}
		if err != nil || edit.Before.Exists != around.Exists(file) || edit.Before.CheckSave() != nil {
			continue
		}
		edit.New = edit.Before.Bytes
		for _, e := range edits {
			if err == nil {
				edit.New, err = e.change(edit.New)
			}
		}
		if err != nil {
			continue
		}
		files := p.planned()
		files[file] = edit.New
		after, err := w.Look(around, files)
		missing := func(e composeEdit) bool { return !e.found(after) }
		if err != nil || after.Refused != "" || slices.ContainsFunc(edits, missing) {
			continue
		}
		if !bytes.Equal(edit.Before.Bytes, edit.New) {
			edit.Diff = lineDiff(edit.Before.Bytes, edit.New)
			p.Override = edit
		}
		return nil
	}
	if p.Request.Via == between.Sidecar && p.inCompose() {
		return errNoComposeFile
	}
	return nil
}

// lineDiff are the lines that only one of two files has. The others may hold secrets.
func lineDiff(old, new []byte) (diff []envwriter.DiffLine) {
	was, is := strings.Split(string(old), "\n"), strings.Split(string(new), "\n")
	only := func(op envwriter.DiffOp, lines, others []string) {
		for _, line := range lines {
			if !slices.Contains(others, line) {
				diff = append(diff, envwriter.DiffLine{Op: op, Text: text.Clean(line)})
			}
		}
	}
	only(envwriter.Minus, was, is)
	only(envwriter.Plus, is, was)
	return diff
}

// changePassword puts the password where it is now: the .env, or the file that
// SMTP_PASSWORD_FILE names.
func (p *FilePlan) changePassword(now map[string]string, differs func(key string, is func(now map[string]string) bool) bool) {
	set := func(key string, value secret.Value) {
		if differs(key, func(now map[string]string) bool { return now[key] == value.Reveal() }) {
			p.put(envwriter.Change{Key: key, Value: value})
		}
	}
	r := p.Request.forPocketID()
	password, is := r.Password, p.Found.Install.Password
	switch {
	case password.Empty() && r.User == "" && (now["SMTP_USER"] != "" || r.Via != ""): // the login was given up
		for _, key := range []string{"SMTP_PASSWORD", "SMTP_PASSWORD_FILE"} {
			if now[key] != "" {
				p.put(envwriter.Change{Key: key})
			}
		}
	case p.layered() && is.Set && is.Kind != "env" && is.File == "" && !password.Empty():
		if password != p.Found.Password {
			p.Warnings = append(p.Warnings, "The password was not written: Pocket ID takes it from "+
				strings.Join(is.From, ", ")+". If it is another one now, change it there.")
		}
	case p.Found.PasswordFile == "" && !password.Empty():
		set("SMTP_PASSWORD", password)
	default: // where none was given, as after a resume, what is there stays
		for _, key := range []string{"SMTP_PASSWORD", "SMTP_PASSWORD_FILE"} {
			if value := now[key]; value != "" {
				set(key, secret.New(value))
			}
		}
		if !password.Empty() && password != p.Found.Password {
			p.SecretPath, p.Secret = p.Found.PasswordFile, password
		}
	}
}

// passwordFileName is the file that holds a password which the .env cannot.
const passwordFileName = "smtp-password"

// newPasswordFile is a path that nothing has, or only what a killed run left; "" for
// none. What is there already may be anybody's: it is kept.
func (p *FilePlan) newPasswordFile(around *asowner.Files) string {
	dir, err := filepath.Abs(filepath.Dir(p.Request.EnvFile))
	for n := 1; n < 100 && err == nil; n++ {
		path := filepath.Join(dir, passwordFileName)
		if n > 1 {
			path += fmt.Sprintf("-%d", n)
		}
		if !around.Exists(path) || around.IsLeftover(path) {
			return path
		}
		p.Warnings = append(p.Warnings, path+" is there already; it was kept, and the password goes into another file.")
	}
	return ""
}

// encode plans the new .env. A password that cannot be written so that all its
// readers agree moves to a file beside it, where Pocket ID can read that.
func (p *FilePlan) encode(
	base []byte, v pocketid.Version, readers []envwriter.Reader, around *asowner.Files,
) error {
	var err error
	main := p.changes[p.Found.path()]
	p.Env, err = envwriter.Apply(base, main, readers)
	var no *envwriter.NoEncodingError
	// The variable exists since 1.7.0; in a container the path would not be there.
	usable := v.AtLeast(1, 7, 0) && !p.Request.Runtime.InContainer()
	if !errors.As(err, &no) || no.Key != "SMTP_PASSWORD" || !usable {
		return err
	}
	path := p.newPasswordFile(around)
	if path == "" {
		return err
	}
	var changes []envwriter.Change
	for _, c := range main {
		if c.Key == "SMTP_PASSWORD" {
			c = envwriter.Change{Key: c.Key, Unset: true} // an empty line would win over the file
		}
		changes = append(changes, c)
	}
	changes = append(changes, envwriter.Change{Key: "SMTP_PASSWORD_FILE", Value: secret.New(path)})
	env, second := envwriter.Apply(base, changes, readers)
	if second != nil {
		return err
	}
	p.Env, p.SecretPath, p.Secret = env, path, p.Request.Password
	p.wanted = slices.DeleteFunc(p.wanted, func(c envwriter.Change) bool { return c.Key == "SMTP_PASSWORD" })
	p.Warnings = append(p.Warnings,
		"The readers of the .env cannot all read this password correctly, so it goes into "+filepath.Base(path)+".")
	return nil
}
