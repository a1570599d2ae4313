package steps

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/asowner"
	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/internal/text"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/secret"
)

// FileRequest is all that the files to write depend on. It is comparable, so it
// names the work of planning them.
type FileRequest struct {
	EnvFile, Version, AppURL string
	Readers                  string // by name, with commas between
	Runtime                  pocketid.Runtime
	MailAnswers
	FileConsent
	FixFile bool
	Attempt int
}

func fileRequest(a Answers) FileRequest {
	r := FileRequest{
		EnvFile: a.EnvFile, Runtime: a.runtime(), Version: a.Version, AppURL: a.AppURL,
		Readers: strings.Join(a.readers(), ","), MailAnswers: a.MailAnswers, FileConsent: a.FileConsent,
		FixFile: a.FixFile, Attempt: a.Attempts[Write],
	}
	r.Confirmed = nil // what comes of the request
	return r
}

func (r FileRequest) version() pocketid.Version { return Answers{Version: r.Version}.version() }

func (r FileRequest) readerNames() []string { return strings.Split(r.Readers, ",") }

// FileEdit is a file, as it is and as it will be.
type FileEdit struct {
	Path   string
	Before atomicfile.Snapshot
	New    []byte
	Diff   []envwriter.DiffLine
	Env    envwriter.Edit // of an env file
}

// FilePlan is what will be written, down to the byte. A machine's Confirmed answer
// points to it.
type FilePlan struct {
	Request FileRequest
	Found   Discovery
	Before  atomicfile.Snapshot
	Env     envwriter.Edit
	Changes []envwriter.Change
	Diff    []envwriter.DiffLine
	// Others are the env files besides the .env that decide some of the keys.
	Others []FileEdit
	// SecretPath is a file for the password alone; "" is none.
	SecretPath string
	Secret     secret.Value
	// Override is the compose file that sets the hostname; without a path there is none.
	Override FileEdit
	Locked   bool // UI_CONFIG_DISABLED is true already
	Lock     bool // it will be set
	Warnings []string

	layers map[string][]envwriter.Change // to make in other files, by path
	wanted []envwriter.Change            // what is to arrive and does not yet
}

// planFiles reads what is there and plans the files. It writes nothing.
func (w World) planFiles(r FileRequest, found Discovery) (*FilePlan, error) {
	p := &FilePlan{Request: r, Found: found, layers: map[string][]envwriter.Change{}}
	around, err := asowner.Open(r.EnvFile)
	if err != nil {
		return nil, err
	}
	defer around.Close()
	if p.Before, err = w.load(around, r.EnvFile); err != nil {
		return nil, err
	}
	if err := p.Before.CheckSave(); err != nil {
		return nil, err
	}
	base, err := p.base()
	if err != nil {
		return nil, err
	}
	return p, w.complete(p, base, around)
}

// complete plans the new .env from the one to edit, and what goes with it: other
// files that decide, an override for compose, and warnings.
func (w World) complete(p *FilePlan, base []byte, around *asowner.Files) error {
	v := p.Request.version()
	readers := namedReaders(p.Request.readerNames())
	if len(readers) == 0 {
		return errors.New("no reader of the .env is known by that name")
	}
	if err := p.change(base, v, readers[0]); err != nil {
		return err
	}
	if err := p.encode(base, v, readers); err != nil {
		return err
	}
	if err := p.editOthers(around); err != nil {
		return err
	}
	old := base
	if p.Before.Exists {
		old = p.Before.Bytes
	}
	p.Diff = envwriter.Diff(old, p.Env.New, pocketid.IsPublic)
	w.override(p, around)
	after, err := w.Look(around, p.planned())
	if err != nil {
		return err
	}
	if after.Refused != "" && p.Found.Install.Refused == "" {
		return fmt.Errorf("what would be written is refused: %s", after.Refused)
	}
	values := arriving(after)
	if !p.layered() {
		if values, err = readers[0].Read(p.Env.New); err != nil {
			return err
		}
	}
	p.Warnings = append(p.Warnings, p.leftOver(after)...)
	p.Warnings = append(p.Warnings, w.warnings(p.Found, after, values, p.Request.Runtime, v)...)
	return nil
}

// layered reports whether what arrives was found out, so that each key is changed
// in the layer that decides it.
func (p *FilePlan) layered() bool {
	in := p.Found.Install
	return in.Near() && in.Refused == "" && p.Request.Runtime == in.Runs
}

// OtherFiles are the files besides the .env that will be written.
func (p *FilePlan) OtherFiles() []FileEdit {
	if p.Override.Path == "" {
		return p.Others
	}
	return append(slices.Clone(p.Others), p.Override)
}

// keys are what happens to each key, in whatever file.
func (p *FilePlan) keys() []envwriter.KeyEdit {
	keys := slices.Clone(p.Env.Keys)
	for _, other := range p.Others {
		keys = append(keys, other.Env.Keys...)
	}
	return keys
}

// planned are the env files as they will be.
func (p *FilePlan) planned() map[string][]byte {
	files := map[string][]byte{p.Found.path(): p.Env.New}
	for _, other := range p.OtherFiles() {
		files[other.Path] = other.New
	}
	return files
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
	list := &p.Changes
	if layer.File != main {
		changes := p.layers[layer.File]
		defer func() { p.layers[layer.File] = changes }()
		list = &changes
	}
	same := func(o envwriter.Change) bool { return o.Key == c.Key }
	if len(layer.Readers) > 0 && !slices.ContainsFunc(*list, same) {
		*list = append(*list, c)
	}
}

// editOthers plans the other env files.
func (p *FilePlan) editOthers(around *asowner.Files) error {
	for _, path := range slices.Sorted(maps.Keys(p.layers)) {
		if len(p.layers[path]) == 0 {
			continue
		}
		before, err := around.Load(path)
		if err == nil {
			err = before.CheckSave()
		}
		if err != nil {
			return err
		}
		edit, err := envwriter.Apply(before.Bytes, p.layers[path], namedReaders(p.Found.Install.Readers(path)))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if edit.Changed() {
			p.Others = append(p.Others, FileEdit{Path: path, Before: before, New: edit.New, Env: edit,
				Diff: envwriter.Diff(before.Bytes, edit.New, pocketid.IsPublic)})
		}
	}
	return nil
}

// leftOver says which line in which file the admin has to change, since what arrives
// is decided there.
func (p *FilePlan) leftOver(after install.Install) []string {
	if !p.layered() {
		return nil
	}
	var list []string
	values := arriving(after)
	for _, c := range p.wanted {
		value := c.Value.Reveal()
		if p.Request.alreadySet(values, c.Key, value, p.Request.version()) || c.Unset {
			continue
		}
		layer, arrives := after.Decides(c.Key)
		switch {
		case !arrives:
			list = append(list, fmt.Sprintf("%s does not reach Pocket ID: %s.", c.Key, after.HandOn(c.Key, p.Found.path())))
		case pocketid.IsPublic(c.Key, value):
			list = append(list, fmt.Sprintf("%s is decided in %s: change that line to `%s`.",
				c.Key, after.Place(layer.Source), after.SettingLine(layer, value)))
		default:
			list = append(list, fmt.Sprintf("%s is decided in %s: change it there.", c.Key, after.Place(layer.Source)))
		}
	}
	return list
}

// isNew reports whether there is nothing in the file yet.
func (p *FilePlan) isNew() bool {
	return !p.Before.Exists || strings.TrimSpace(string(p.Before.Bytes)) == ""
}

// base is the file to edit: the present one, or a new one from the template.
func (p *FilePlan) base() ([]byte, error) {
	if p.isNew() {
		key, err := pocketid.NewKey()
		if err != nil {
			return nil, err
		}
		return pocketid.Template(p.Request.version(), p.Request.AppURL, key)
	}
	if p.Request.FixFile {
		fixed, _ := envwriter.Fix(p.Before.Bytes, namedReaders(p.Request.readerNames()))
		return fixed, nil
	}
	return p.Before.Bytes, nil
}

// change lists what the keys are to become. A key that is absent and needs no
// value stays absent.
func (p *FilePlan) change(base []byte, v pocketid.Version, reader envwriter.Reader) error {
	now, err := reader.Read(base)
	if p.layered() {
		now, err = arriving(p.Found.Install), nil
	}
	if err != nil {
		return err
	}
	r := p.Request
	set := func(key, value string) {
		if !r.alreadySet(now, key, value, v) {
			p.put(envwriter.Change{Key: key, Value: secret.New(value)})
		}
	}
	mode, ok := pocketid.TLSValue(v, string(r.TLS), r.Port)
	if !ok {
		return fmt.Errorf("%s on port %d cannot be set for Pocket ID %s", r.TLS, r.Port, v)
	}
	set(pocketid.KeyName("APP_URL", v), r.AppURL)
	set("SMTP_HOST", r.Host)
	set("SMTP_PORT", strconv.Itoa(r.Port))
	set("SMTP_FROM", r.From)
	set("SMTP_USER", r.User)
	p.changePassword(now)
	set("SMTP_TLS", mode)
	if r.SkipVerify || pocketid.IsTrue(now["SMTP_SKIP_CERT_VERIFY"]) {
		set("SMTP_SKIP_CERT_VERIFY", strconv.FormatBool(r.SkipVerify))
	}
	lock := pocketid.KeyName("UI_CONFIG_DISABLED", v)
	p.Locked = pocketid.IsTrue(now[lock])
	// Not asked yet: nobody can have made settings in the admin UI.
	unsaid := r.LockUI == "" && p.isNew()
	p.Lock = !p.Locked && (r.LockUI == "yes" || unsaid)
	if p.Lock {
		set(lock, "true")
	}
	return nil
}

// changePassword puts the password where it is now: the .env, or the file that
// SMTP_PASSWORD_FILE names.
func (p *FilePlan) changePassword(now map[string]string) {
	password, is := p.Request.Password, p.Found.Install.Password
	switch {
	case password.Empty() && p.Request.User == "" && now["SMTP_USER"] != "": // the login was given up
		for _, key := range []string{"SMTP_PASSWORD", "SMTP_PASSWORD_FILE"} {
			if now[key] != "" {
				p.put(envwriter.Change{Key: key})
			}
		}
	case password.Empty() || password == p.Found.Password && p.layered():
		// None was given, as after a resume, or the one that arrives: what is there stays.
	case p.layered() && is.Set && is.Kind != "env" && is.File == "":
		p.Warnings = append(p.Warnings, "The password was not written: Pocket ID takes it from "+
			strings.Join(is.From, ", ")+". If it is another one now, change it there.")
	case p.Found.PasswordFile == "":
		if password.Reveal() != now["SMTP_PASSWORD"] {
			p.put(envwriter.Change{Key: "SMTP_PASSWORD", Value: password})
		}
	case password != p.Found.Password:
		p.SecretPath, p.Secret = p.Found.PasswordFile, password
	}
}

// passwordFileName is the file that holds a password which the .env cannot.
const passwordFileName = "smtp-password"

// encode plans the new .env. A password that cannot be written so that all its
// readers agree moves to a file beside it, where Pocket ID can read that.
func (p *FilePlan) encode(base []byte, v pocketid.Version, readers []envwriter.Reader) error {
	var err error
	p.Env, err = envwriter.Apply(base, p.Changes, readers)
	var no *envwriter.NoEncodingError
	// The variable exists since 1.7.0; in a container the path would not be there.
	usable := v.AtLeast(1, 7, 0) && !p.Request.Runtime.InContainer()
	if !errors.As(err, &no) || no.Key != "SMTP_PASSWORD" || !usable {
		return err
	}
	path, absErr := filepath.Abs(filepath.Join(filepath.Dir(p.Request.EnvFile), passwordFileName))
	if absErr != nil {
		return err
	}
	var changes []envwriter.Change
	for _, c := range p.Changes {
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
	p.Env, p.Changes, p.SecretPath, p.Secret = env, changes, path, p.Request.Password
	p.wanted = slices.DeleteFunc(p.wanted, func(c envwriter.Change) bool { return c.Key == "SMTP_PASSWORD" })
	p.Warnings = append(p.Warnings,
		"The readers of the .env cannot all read this password correctly, so it goes into "+passwordFileName+".")
	return nil
}

// override plans the compose file that sets the hostname, where compose runs Pocket
// ID: the first in which compose's own loader then finds it.
func (w World) override(p *FilePlan, around *asowner.Files) {
	in, name := p.Found.Install, p.Request.Hostname
	if p.Request.Runtime != in.Runs || !p.renames() {
		return
	}
	for _, file := range in.HostnameFiles() {
		edit, err := FileEdit{Path: file}, error(nil)
		if around.Exists(file) {
			edit.Before, err = around.Load(file)
		}
		if err != nil || edit.Before.Exists != around.Exists(file) || edit.Before.CheckSave() != nil {
			continue
		}
		if edit.New, err = install.SetHostname(edit.Before.Bytes, in.Service, name); err != nil {
			continue
		}
		files := p.planned()
		files[file] = edit.New
		if after, err := w.Look(around, files); err != nil || after.Refused != "" || after.Hostname.Value != name {
			continue
		}
		edit.Diff = lineDiff(edit.Before.Bytes, edit.New)
		p.Override = edit
		return
	}
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

// renames reports whether Pocket ID is to have another hostname than now, and
// announces it. A container's id means: leave it.
func (p *FilePlan) renames() bool {
	r := p.Request
	return pocketid.UsesHostname(r.version(), r.TLS) && r.Hostname != "" &&
		r.Hostname != p.Found.Install.Hostname.Value && !r.ContainerID
}

// openToAll reports whether everybody on this machine can read the .env.
func (p *FilePlan) openToAll() bool { return p.Before.Exists && p.Before.Mode&0o004 != 0 }

// changesFiles reports whether there is anything to write.
func (p *FilePlan) changesFiles() bool {
	closes := p.Request.CloseFile && p.openToAll()
	return p.Env.Changed() || len(p.Others) > 0 || p.SecretPath != "" || p.Override.Path != "" || !p.Before.Exists || closes
}
