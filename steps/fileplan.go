package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/asowner"
	"smtp-wizard/between"
	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/api"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/secret"
	"smtp-wizard/wizard"
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
	APIKey  secret.Value // of the running Pocket ID whose settings are carried over
	// Mechanism is how a relay in between logs in, as the test did.
	Mechanism string
	Attempt   int
}

func fileRequest(a Answers) FileRequest {
	r := FileRequest{
		EnvFile: a.EnvFile, Runtime: a.runtime(), Version: a.Version, AppURL: a.AppURL,
		Readers: strings.Join(a.readers(), ","), MailAnswers: a.MailAnswers, FileConsent: a.FileConsent,
		FixFile: a.FixFile, APIKey: a.APIKey, Attempt: a.Attempts[Write],
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
	Diff    []envwriter.DiffLine
	// Others are the env files besides the .env that decide some of the keys.
	Others []FileEdit
	// SecretPath is a file for the password alone; "" is none.
	SecretPath string
	Secret     secret.Value
	// Override is the compose file that sets the hostname; without a path there is none.
	Override FileEdit
	// Machine are files for the relay in between, outside; Printed: they are not written.
	Machine  []between.File
	Printed  bool
	Locked   bool // UI_CONFIG_DISABLED is true already
	Lock     bool // it will be set
	Warnings []string
	// Refused is what keeps this version from starting with the new files: they are not
	// written.
	Refused []Objection

	undoPostfix []string                      // puts back what Postfix is set to now
	secretKnown bool                          // SecretPath is there, and is a file of ours
	carried     []api.Setting                 // from the running Pocket ID
	changes     map[string][]envwriter.Change // to make, by the path of the env file
	wanted      []envwriter.Change            // what is to arrive and does not yet
}

// planFiles reads what is there and plans the files. It writes nothing.
func (w World) planFiles(ctx context.Context, r FileRequest, found Discovery) (*FilePlan, error) {
	carried, err := w.carry(ctx, r)
	if err != nil {
		return nil, err
	}
	p := &FilePlan{Request: r, Found: found, carried: carried}
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
	if err := p.change(base, v, readers); err != nil {
		return err
	}
	if err := p.encode(base, v, readers, around); err != nil {
		return err
	}
	if err := p.editOthers(around); err != nil {
		return err
	}
	old := base
	if p.Before.Exists {
		old = p.Before.Bytes
	}
	p.Diff = envwriter.Diff(old, p.Env.New, p.isPublic)
	if err := w.planVia(p, around); err != nil {
		return err
	}
	if err := w.override(p, around); err != nil {
		return err
	}
	after, err := w.Look(around, p.planned())
	if err != nil {
		return err
	}
	if after.Refused != "" && p.Found.Install.Refused == "" {
		return fmt.Errorf("what would be written is refused: %s", after.Refused)
	}
	written := Discovery{EnvFile: p.Request.EnvFile, text: secret.New(string(p.Env.New))}
	values := arriving(after)
	if p.layered() {
		written.Install = after
	} else if values, err = readers[0].Read(p.Env.New); err != nil {
		return err
	}
	written.put(values)
	p.Warnings = append(p.Warnings, p.leftOver(&after, around)...)
	for _, o := range pocketid.Objections(written.all(), v) {
		switch at := written.placed(o); {
		case at.noStart && !written.refers(at):
			p.Refused = append(p.Refused, at)
		default:
			p.Warnings = append(p.Warnings, o.String())
		}
	}
	if in := p.Found.Install; p.renames() && p.Request.Runtime == in.Runs && in.HostnameShared() {
		p.Warnings = append(p.Warnings, in.HostnameAdvice(p.Request.Hostname)+".")
		after.Warnings = slices.DeleteFunc(after.Warnings, func(w install.Warning) bool { return w.ID == "hostname-not-settable" })
	}
	p.Warnings = append(p.Warnings, w.warnings(p.Found, after, written.Value("SMTP_HOST"), p.Request.Runtime)...)
	return nil
}

// Refusal says why the new file is not written; nil: it may be.
func (p *FilePlan) Refusal() error {
	if len(p.Refused) == 0 {
		return nil
	}
	return errors.New(wouldNotStart(p.Refused, p.Request.version()))
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

// planned are the files as they will be.
func (p *FilePlan) planned() map[string][]byte {
	files := map[string][]byte{p.Found.path(): p.Env.New}
	if p.SecretPath != "" {
		files[p.SecretPath] = []byte(p.Secret.Reveal())
	}
	for _, other := range p.OtherFiles() {
		files[other.Path] = other.New
	}
	return files
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
	r, now := p.Request.forPocketID(), all[0]
	if p.layered() {
		now = arriving(p.Found.Install)
	}
	differs := func(key string, is func(now map[string]string) bool) bool {
		isNot := func(now map[string]string) bool { return !is(now) }
		return isNot(now) || p.decidedHere(key) && slices.ContainsFunc(all, isNot)
	}
	set := func(key, value string) {
		if differs(key, func(now map[string]string) bool { return r.alreadySet(now, key, value, v) }) {
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
	p.changePassword(now, differs)
	set("SMTP_TLS", mode)
	if r.SkipVerify || pocketid.IsTrue(now["SMTP_SKIP_CERT_VERIFY"]) {
		set("SMTP_SKIP_CERT_VERIFY", strconv.FormatBool(r.SkipVerify))
	}
	for _, s := range pocketid.MailSwitches(v) {
		if value := r.switched()[s.Key]; value != "" {
			set(s.Key, value)
		}
	}
	lock := pocketid.KeyName("UI_CONFIG_DISABLED", v)
	on := func(now map[string]string) bool { return pocketid.IsTrue(now[lock]) }
	p.Locked = !differs(lock, on)
	// Not asked yet: nobody can have made settings in the admin UI.
	unsaid := r.LockUI == "" && p.isNew()
	p.Lock = !p.Locked && (r.LockUI == "yes" || unsaid)
	if p.Lock || !p.Locked && slices.ContainsFunc(all, on) { // meant for all of them
		set(lock, "true")
	}
	for _, s := range p.carried {
		if p.Lock && !strings.HasPrefix(s.Name, "SMTP_") { // those are answered
			set(s.Name, s.Value.Reveal())
		}
	}
	return nil
}

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

// renames reports whether Pocket ID is to have another hostname than now, and
// announces it. A container's id means: leave it.
func (p *FilePlan) renames() bool {
	r := p.Request.forPocketID()
	return pocketid.UsesHostname(r.version(), r.TLS) && r.Hostname != "" && r.Hostname != "localhost" &&
		r.Hostname != p.Found.Install.Hostname.Value && !r.ContainerID
}

// openToAll reports whether everybody on this machine can read the .env.
func (p *FilePlan) openToAll() bool { return p.Before.Exists && p.Before.Mode&0o004 != 0 }

// changesFiles reports whether there is anything to write.
func (p *FilePlan) changesFiles() bool {
	closes := p.Request.CloseFile && p.openToAll()
	return p.Env.Changed() || len(p.Others) > 0 || p.SecretPath != "" || p.Override.Path != "" || !p.Before.Exists || closes ||
		len(p.Machine) > 0
}

// carry reads what was set in the admin UI, which counts no more once it is locked.
func (w World) carry(ctx context.Context, r FileRequest) ([]api.Setting, error) {
	if r.APIKey.Empty() || r.LockUI != "yes" {
		return nil, nil
	}
	w.Masker.Add("", r.APIKey.Reveal())
	settings, err := api.Changed(ctx, r.AppURL, r.APIKey, w.RootCAs)
	if err != nil {
		return nil, fmt.Errorf("nothing was carried over: %w", err)
	}
	return settings, nil
}

// carryField asks for what it takes to lose nothing that was set in the UI.
func carryField(a Answers) wizard.Field {
	f := field(Write, "api_key", wizard.SecretField, "")
	f.Kept = !a.APIKey.Empty()
	f.Note = "Optional: with an admin's API key, what was set in the UI is read from " + a.AppURL + " and put into the file."
	return f
}
