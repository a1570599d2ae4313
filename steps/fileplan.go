package steps

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/asowner"
	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/pocketid"
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

// FilePlan is what will be written, down to the byte. A machine's Confirmed answer
// points to it.
type FilePlan struct {
	Request FileRequest
	Found   Discovery
	Before  atomicfile.Snapshot
	Env     envwriter.Edit
	Changes []envwriter.Change
	Diff    []envwriter.DiffLine
	// SecretPath is a file for the password alone; "" is none.
	SecretPath string
	Secret     secret.Value
	// Override is a compose file to be created that sets the hostname; "" is none.
	Override      string
	OverrideBytes []byte
	Locked        bool // UI_CONFIG_DISABLED is true already
	Lock          bool // it will be set
	Warnings      []string
	// Refused is what keeps this version from starting with the new file: it is not
	// written.
	Refused []Objection
}

// planFiles reads what is there and plans the files. It writes nothing.
func (w World) planFiles(r FileRequest, found Discovery) (*FilePlan, error) {
	p := &FilePlan{Request: r, Found: found}
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

// complete plans the new .env from the one to edit, and what goes with it: an
// override for compose, and warnings.
func (w World) complete(p *FilePlan, base []byte, around *asowner.Files) error {
	v := p.Request.version()
	readers := namedReaders(p.Request.readerNames())
	if len(readers) == 0 {
		return errors.New("no reader of the .env is known by that name")
	}
	if err := p.change(base, v, readers); err != nil {
		return err
	}
	if err := p.encode(base, v, readers, around); err != nil {
		return err
	}
	old := base
	if p.Before.Exists {
		old = p.Before.Bytes
	}
	p.Diff = envwriter.Diff(old, p.Env.New, p.isPublic)
	p.override(around)
	values, err := readers[0].Read(p.Env.New)
	if err != nil {
		return err
	}
	written := Discovery{EnvFile: p.Request.EnvFile, text: secret.New(string(p.Env.New))}
	for _, o := range pocketid.Objections(values, v) {
		switch at := written.placed(o); {
		case at.noStart && !written.refers(at):
			p.Refused = append(p.Refused, at)
		default:
			p.Warnings = append(p.Warnings, o.String())
		}
	}
	p.Warnings = append(p.Warnings, w.around(p.Found, values["SMTP_HOST"], p.Request.Runtime)...)
	if p.Found.Install.InContainer && p.Found.Values["SMTP_PASSWORD_FILE"] != "" && !p.Request.Password.Empty() {
		p.Warnings = append(p.Warnings, "SMTP_PASSWORD will win over SMTP_PASSWORD_FILE, which the file also has.")
	}
	return nil
}

// Refusal says why the new file is not written; nil: it may be.
func (p *FilePlan) Refusal() error {
	if len(p.Refused) == 0 {
		return nil
	}
	return settingsError(wouldNotStart(p.Refused, p.Request.version()))
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
// value stays absent; one that not every reader takes from the file as it is, is
// written anew.
func (p *FilePlan) change(base []byte, v pocketid.Version, readers []envwriter.Reader) error {
	var all []map[string]string
	for _, reader := range readers {
		vars, err := reader.Read(base)
		if err != nil {
			return err
		}
		all = append(all, vars)
	}
	r, now := p.Request, all[0]
	differs := func(take func(now map[string]string) bool) bool {
		return slices.ContainsFunc(all, func(now map[string]string) bool { return !take(now) })
	}
	set := func(key, value string) {
		if differs(func(now map[string]string) bool { return r.alreadySet(now, key, value, v) }) {
			p.Changes = append(p.Changes, envwriter.Change{Key: key, Value: secret.New(value)})
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
	p.changePassword(now, all)
	set("SMTP_TLS", mode)
	if _, present := now["SMTP_SKIP_CERT_VERIFY"]; r.SkipVerify || present {
		set("SMTP_SKIP_CERT_VERIFY", strconv.FormatBool(r.SkipVerify))
	}
	lock := pocketid.KeyName("UI_CONFIG_DISABLED", v)
	on := func(now map[string]string) bool { return pocketid.IsTrue(now[lock]) }
	p.Locked = !differs(on)
	// Not asked yet: nobody can have made settings in the admin UI.
	unsaid := r.LockUI == "" && p.isNew()
	p.Lock = !p.Locked && (r.LockUI == "yes" || unsaid)
	if p.Lock || !p.Locked && slices.ContainsFunc(all, on) { // meant for all of them
		set(lock, "true")
	}
	return nil
}

// changePassword puts the password where it is now: the .env, or the file that
// SMTP_PASSWORD_FILE names.
func (p *FilePlan) changePassword(now map[string]string, all []map[string]string) {
	differs := func(key, value string) bool {
		return slices.ContainsFunc(all, func(now map[string]string) bool { return now[key] != value })
	}
	password := p.Request.Password
	switch {
	case password.Empty() && p.Request.User == "" && now["SMTP_USER"] != "": // the login was given up
		for _, key := range []string{"SMTP_PASSWORD", "SMTP_PASSWORD_FILE"} {
			if now[key] != "" {
				p.Changes = append(p.Changes, envwriter.Change{Key: key})
			}
		}
	case p.Found.PasswordFile == "" && !password.Empty():
		if differs("SMTP_PASSWORD", password.Reveal()) {
			p.Changes = append(p.Changes, envwriter.Change{Key: "SMTP_PASSWORD", Value: password})
		}
	default: // where none was given, as after a resume, what is there stays
		for _, key := range []string{"SMTP_PASSWORD", "SMTP_PASSWORD_FILE"} {
			if value := now[key]; value != "" && differs(key, value) {
				p.Changes = append(p.Changes, envwriter.Change{Key: key, Value: secret.New(value)})
			}
		}
		if !password.Empty() && password != p.Found.Password {
			p.SecretPath, p.Secret = p.Found.PasswordFile, password
		}
	}
}

// passwordFileName is the file that holds a password which the .env cannot.
const passwordFileName = "smtp-password"

// isPublic reports whether a value may be shown. Some providers take a token as user
// name and password at once.
func (p *FilePlan) isPublic(key, value string) bool {
	for _, password := range []secret.Value{p.Request.Password, p.Found.Password} {
		if !password.Empty() && envwriter.Unquoted(value) == envwriter.Unquoted(password.Reveal()) {
			return false
		}
	}
	return pocketid.IsPublic(key, value)
}

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
	p.Env, err = envwriter.Apply(base, p.Changes, readers)
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
	p.Warnings = append(p.Warnings,
		"The readers of the .env cannot all read this password correctly, so it goes into "+filepath.Base(path)+".")
	return nil
}

// override plans the compose file that sets the hostname, where compose runs
// Pocket ID, the hostname is another, and there is no override file yet.
func (p *FilePlan) override(around *asowner.Files) {
	in := p.Found.Install
	if p.Request.Runtime != pocketid.RuntimeCompose || in.ComposeFile == "" || !p.renames() || in.OverrideFile != "" {
		return
	}
	dir := filepath.Dir(in.ComposeFile)
	for _, name := range pocketid.OverrideFiles { // one that could not be read is there all the same
		if around.Exists(filepath.Join(dir, name)) {
			return
		}
	}
	p.Override = filepath.Join(dir, pocketid.NewOverrideFile)
	p.OverrideBytes = pocketid.Override(in.Service, p.Request.Hostname)
}

// renames reports whether Pocket ID is to have another hostname than now, and
// announces it. A container's id means: leave it.
func (p *FilePlan) renames() bool {
	r := p.Request
	return pocketid.UsesHostname(r.version(), r.TLS) && r.Hostname != "" &&
		r.Hostname != p.Found.Install.Hostname && !r.ContainerID
}

// openToAll reports whether everybody on this machine can read the .env.
func (p *FilePlan) openToAll() bool { return p.Before.Exists && p.Before.Mode&0o004 != 0 }

// changesFiles reports whether there is anything to write.
func (p *FilePlan) changesFiles() bool {
	closes := p.Request.CloseFile && p.openToAll()
	return p.Env.Changed() || p.SecretPath != "" || p.Override != "" || !p.Before.Exists || closes
}
