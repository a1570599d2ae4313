package steps

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"smtp-wizard/asowner"
	"smtp-wizard/between"
	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/internal/wait"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/presets"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// Discovery is what was found out about the Pocket ID of a .env.
type Discovery struct {
	EnvFile string
	Exists  bool
	Install install.Install
	// Refused is what the reader of its files says while the .env is not there yet.
	Refused string
	// Values are the settings without secrets: what arrives at Pocket ID, and of keys
	// that do not arrive what the file says.
	Values   map[string]string
	Password secret.Value // that arrives, or that the file has
	// PasswordFile is the file that Password is the contents of, or "".
	PasswordFile string
	// NoPassword says why the password that there is cannot be read from here; Missing,
	// that its file is not there at all.
	NoPassword string
	Missing    bool
	Problems   []envwriter.Problem
	// Fixable says that all that keeps a reader from the file can be fixed without
	// changing what any other key means.
	Fixable  bool
	Hostname string // os.Hostname() of this machine
	// gateways are the names of this machine inside of its containers that can be followed
	// from here.
	gateways []string
	Rights   string // why root's rights were used although the file is not in root's hands; "" is good
	// Obstacle is why the file could not be written at the end, or "".
	Obstacle string
	// Err is why the file cannot be used.
	Err error
	// Behind is the relay behind the one in between, where Via says that there is one;
	// BehindFrom is the file that tells.
	Behind     between.Relay
	Via        between.Kind
	BehindFrom string

	whole, text secret.Value            // the file, as it is and fixed where it can be
	secrets     map[string]secret.Value // the values that Values lacks, perhaps empty
	readAs      []string                // the readers that it was read as
}

// discoverBound limits the look at the files: one of them may be on a file system
// that does not answer, or be a device that never ends.
const discoverBound = 15 * time.Second

// ReadAround reads the files around envFile. It ends with ctx, and after 15 s.
func ReadAround[T any](ctx context.Context, envFile string, read func() (T, error)) (T, error) {
	late := fmt.Errorf("%s, or a file beside it, could not be read within %.0f s", envFile, discoverBound.Seconds())
	ctx, cancel := context.WithTimeoutCause(ctx, discoverBound, late)
	defer cancel()
	found, err := wait.For(ctx, read)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return found, err
}

// Discover finds out what it can about the Pocket ID that reads envFile, in the time
// of ReadAround.
func (w World) Discover(ctx context.Context, envFile string) Discovery {
	found, err := ReadAround(ctx, envFile, func() (Discovery, error) { return w.discover(envFile), nil })
	if err != nil {
		return Discovery{EnvFile: envFile, Err: err}
	}
	return found
}

func (w World) discover(envFile string) Discovery {
	around, err := asowner.Open(envFile)
	if err != nil {
		return Discovery{EnvFile: envFile, Err: err}
	}
	defer around.Close()
	found := Discovery{EnvFile: envFile, Rights: around.Warning}
	found.Hostname, _ = w.Hostname()
	snapshot, err := w.load(around, envFile)
	if err == nil {
		found.Install, err = w.Look(around, nil)
	}
	if err == nil && !snapshot.Exists && found.Install.Refused != "" {
		found.Refused = found.Install.Refused
		found.Install, err = w.Look(around, map[string][]byte{found.path(): nil})
	}
	if err != nil {
		found.Err = err
		return found
	}
	found.Exists = snapshot.Exists
	if around.Owner() == nil {
		found.Obstacle = w.obstacle(envFile)
	}
	found.whole = secret.New(string(snapshot.Bytes))
	found.read(found.readers())
	found.noPassword(around)
	found.findBehind(w, around)
	for _, name := range install.InsideNames {
		if _, known := w.gateway(name, found.Install.Runs); known && found.Install.Network != "host" && !found.Install.Elsewhere(name) {
			found.gateways = append(found.gateways, name)
		}
	}
	w.Masker.Add(found.Value("SMTP_USER"), found.Password.Reveal())
	return found
}

// load reads a file, but refuses one that is not for practice: a .env, by its own
// name or by that of a link to it.
func (w World) load(around *asowner.Files, envFile string) (atomicfile.Snapshot, error) {
	snapshot, err := around.Load(envFile)
	if err == nil && w.Practice && filepath.Base(snapshot.Target) == ".env" {
		err = errors.New("the demo never writes a .env; give the file another name")
	}
	return snapshot, err
}

// discovered is what the install page's work has found.
func discovered(v View) Discovery {
	found, _ := result[Discovery](v, Install)
	return found
}

// Blank reports whether there is nothing in the file: it is then begun anew.
func (d Discovery) Blank() bool { return strings.TrimSpace(d.text.Reveal()) == "" }

// Value is a variable under its present or its older name.
func (d Discovery) Value(key string) string {
	if value, ok := d.Values[key]; ok {
		return value
	}
	return d.Values["PUBLIC_"+key]
}

// path is the file as the install knows it.
func (d Discovery) path() string { return absolute(d.EnvFile) }

// readers are the programs that read the file, by name, the one that hands it to
// Pocket ID first.
func (d Discovery) readers() []string {
	if readers := d.Install.Readers(d.path()); len(readers) > 0 {
		return readers
	}
	return d.Install.Runs.Readers()
}

// Usable says why no settings can be taken from the file.
func (d Discovery) Usable() error {
	switch {
	case d.Err != nil:
		return d.Err
	case !d.Exists && len(d.Install.Keys()) == 0:
		return fmt.Errorf("%s: there is no such file; `smtp-wizard` creates one", d.EnvFile)
	}
	return nil
}

// Broken says why a reader takes nothing from the file at all.
func (d Discovery) Broken() error {
	if list := fatal(d.Problems); len(list) > 0 {
		p := list[0]
		return fmt.Errorf("%s, line %d, as %s reads it: %s", d.EnvFile, p.Line, p.Reader, p.What)
	}
	return nil
}

// fatal are the problems for which a reader takes nothing from the file at all.
func fatal(problems []envwriter.Problem) []envwriter.Problem {
	return slices.DeleteFunc(slices.Clone(problems), func(p envwriter.Problem) bool { return !p.Fatal })
}

// read finds what is wrong with the file for its readers, and takes the values: what
// arrives, where those are the readers that were found.
func (d *Discovery) read(names []string) {
	readers, data := namedReaders(names), []byte(d.whole.Reveal())
	d.readAs = names
	d.Problems = envwriter.Lint(data, readers)
	if len(fatal(d.Problems)) > 0 || slices.ContainsFunc(d.Problems, func(p envwriter.Problem) bool { return p.Fix != "" }) {
		fixed, lines := envwriter.Fix(data, readers)
		if lines > 0 && len(fatal(envwriter.Lint(fixed, readers))) == 0 {
			d.Fixable, data = true, fixed
		}
	}
	d.text = secret.New(string(data))
	d.takeFile(names)
	if in := d.Install; (in.Near() || in.Runs == "") && names[0] == d.readers()[0] {
		d.takeArriving()
	}
}

// ReadAs is what those readers make of the same file, and what the first of them takes
// from it. A $ or a quote can make another value of the same line.
func (d Discovery) ReadAs(readers []string) Discovery {
	if slices.Equal(readers, d.readAs) {
		return d
	}
	d.forget()
	d.Problems, d.Fixable = nil, false
	d.read(readers)
	return d
}

// takeFile takes the values as the first reader hands them to Pocket ID.
func (d *Discovery) takeFile(names []string) {
	readers := namedReaders(append(slices.Clone(names), "pocket-id"))
	values, err := readers[0].Read([]byte(d.text.Reveal()))
	if err == nil {
		d.forget()
		d.put(values)
	}
}

// forget drops all values.
func (d *Discovery) forget() {
	d.Values, d.secrets, d.Password, d.PasswordFile = map[string]string{}, map[string]secret.Value{}, secret.Value{}, ""
}

// asArrives has no values but those that reach Pocket ID, where that is known.
func (d Discovery) asArrives() Discovery {
	if d.Install.Runs != "" {
		d.forget()
		d.takeArriving()
	}
	return d
}

// takeArriving puts what arrives over it.
func (d *Discovery) takeArriving() {
	d.put(arriving(d.Install))
	if p := d.Install.Password; p.Set {
		d.Password, d.PasswordFile = secret.New(p.Reveal()), p.File
	}
}

// arriving are all values that reach Pocket ID, secrets too.
func arriving(in install.Install) map[string]string {
	values := map[string]string{}
	for _, key := range in.Keys() {
		values[key], _ = in.Value(key)
	}
	return values
}

func (d *Discovery) put(values map[string]string) {
	if d.Values == nil {
		d.forget()
	}
	maps.Copy(d.Values, values)
	for _, key := range []string{"SMTP_PASSWORD", "ENCRYPTION_KEY"} {
		if value, ok := values[key]; ok {
			d.secrets[key] = secret.New(value)
		}
		delete(d.Values, key)
	}
	d.Password = d.secrets["SMTP_PASSWORD"]
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

// noPassword says why the password cannot be read. Root does not read for others
// what they may not read themselves.
func (d *Discovery) noPassword(around *asowner.Files) {
	p, who := d.Install.Password, "cannot be read from here"
	if owner := around.Owner(); owner != nil {
		who = fmt.Sprintf("user %d, to whom the .env or its directory belongs, cannot read; it was not read", owner.UID)
	}
	switch {
	case p.Set && !p.Readable:
		d.NoPassword = "The password is in " + strings.Join(p.From, ", ") + ", which " + who + "."
		path := d.Values["SMTP_PASSWORD_FILE"]
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(d.path()), path)
		}
		d.Missing = p.Kind == "file" && !d.Install.InContainer() && !around.Exists(path)
	case p.Unseen:
		d.NoPassword = "The password may be in a file that reaches Pocket ID and that " + who + "."
	}
}

// usualPlaces are where Pocket ID's .env is in most installs.
var usualPlaces = wizard.Table{Rows: []wizard.Row{
	rowOf(wizard.Plain, "~/pocket-id/.env", "docker compose: beside its compose.yaml"),
	rowOf(wizard.Plain, "/opt/pocket-id/.env", "a systemd service, the Proxmox script"),
	rowOf(wizard.Plain, "/etc/pocket-id.env", "podman: what EnvironmentFile= names in /etc/containers/systemd"),
}}

// obstacle is why the file could not be written at the end, and what helps; "" where
// nothing is known to be in the way.
func (w World) obstacle(envFile string) string {
	access := w.Access
	if access == nil {
		access = func(path string) error { return unix.Access(path, unix.W_OK) }
	}
	path, err := filepath.Abs(envFile)
	if err != nil {
		return ""
	}
	dir := filepath.Dir(path)
	switch err := access(dir); {
	case errors.Is(err, unix.EROFS):
		return dir + " is on a file system that is mounted read-only, so the file could not be written."
	case err != nil:
		return fmt.Sprintf("You have no permission to write to %s. %s", dir, withRights(path))
	}
	return ""
}

// cannotUse is why a file cannot be used, and what helps.
func cannotUse(path string, err error) string {
	switch dir := filepath.Dir(path); {
	case errors.Is(err, fs.ErrPermission):
		return sentence(err.Error()) + " " + withRights(path)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("The directory %s does not exist. Create it first: sudo mkdir -p %s", dir, shellWord(dir))
	}
	return sentence(err.Error())
}

// withRights says how to run the program with the rights that a file needs.
func withRights(path string) string {
	return "Run it with more rights: sudo smtp-wizard --env-file " + shellWord(path)
}

// onlyLocalhost says that this version announces nothing but localhost to a relay that
// is known to refuse that, or nothing.
func onlyLocalhost(host string, v pocketid.Version) string {
	p, known := presets.ByHost(host)
	modes := []smtpcheck.TLSMode{smtpcheck.TLSStartTLS, smtpcheck.TLSImplicit}
	named := func(m smtpcheck.TLSMode) bool { return pocketid.SpeechOf(v, m, "x").Names.First != "localhost" }
	if !known || p.Helo == "" || slices.ContainsFunc(modes, named) {
		return ""
	}
	return fmt.Sprintf("As far as is known, Pocket ID %s greets every relay as localhost. %s: %s", v, host, p.Helo)
}
