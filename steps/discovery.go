package steps

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"smtp-wizard/asowner"
	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/pocketid"
	installed "smtp-wizard/pocketid/install"
	"smtp-wizard/secret"
)

// Discovery is what was found beside a .env and on this machine.
type Discovery struct {
	EnvFile  string
	Exists   bool
	Values   map[string]string // what Pocket ID gets from the file, without secrets
	Password secret.Value      // SMTP_PASSWORD, or the contents of its file
	// PasswordFile is the file that Password was read from, or "".
	PasswordFile string
	// NoPassword says where the password is that cannot be read from here; Missing,
	// that its file is not there at all.
	NoPassword string
	Missing    bool
	Notes      []string
	Problems   []envwriter.Problem
	// Fixable says that all that keeps a reader from the file can be fixed without
	// changing what any other key means.
	Fixable  bool
	Install  pocketid.Install
	Hostname string // os.Hostname() of this machine
	Rights   string // why root's rights were used although the file is not in root's hands; "" is good
	// Err is why the file cannot be used.
	Err error

	whole, text secret.Value            // the file, as it is and fixed where it can be
	secrets     map[string]secret.Value // by the variables that are there, perhaps empty
	arrived     installed.Install
}

// discoverBound limits the look at the files: one of them may be on a file system
// that does not answer, or be a device that never ends.
const discoverBound = 15 * time.Second

// Discover finds out what it can about the Pocket ID that reads envFile. It ends
// with ctx, and after 15 s.
func (w World) Discover(ctx context.Context, envFile string) Discovery {
	late := fmt.Errorf("%s, or a file beside it, could not be read within %.0f s", envFile, discoverBound.Seconds())
	ctx, cancel := context.WithTimeoutCause(ctx, discoverBound, late)
	defer cancel()
	done := make(chan Discovery, 1)
	go func() { done <- w.discover(envFile) }()
	select {
	case found := <-done:
		return found
	case <-ctx.Done():
		return Discovery{EnvFile: envFile, Err: context.Cause(ctx)}
	}
}

func (w World) discover(envFile string) Discovery {
	around, err := asowner.Open(envFile)
	if err != nil {
		return Discovery{EnvFile: envFile, Err: err}
	}
	defer around.Close()
	found := Discovery{EnvFile: envFile, Install: w.Detect(envFile, around), Rights: around.Warning}
	found.Hostname, _ = w.Hostname()
	snapshot, err := w.load(around, envFile)
	if err != nil {
		found.Err = err
		return found
	}
	found.Exists = snapshot.Exists
	found.whole = secret.New(string(snapshot.Bytes))
	found.read(found.Install.Readers)
	if w.Inspect != nil {
		found.arrive(w.Inspect(around))
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

// Value is a variable of the file under its present or its older name.
func (d Discovery) Value(key string) string {
	if value, ok := d.Values[key]; ok {
		return value
	}
	return d.Values["PUBLIC_"+key]
}

// Usable says why no settings can be taken from the file.
func (d Discovery) Usable() error {
	switch {
	case d.Err != nil:
		return d.Err
	case !d.Exists:
		return fmt.Errorf("%s: there is no such file; `smtp-wizard` creates one", d.EnvFile)
	case len(fatal(d.Problems)) > 0:
		p := fatal(d.Problems)[0]
		return fmt.Errorf("%s, line %d, as %s reads it: %s", d.EnvFile, p.Line, p.Reader, p.What)
	}
	return nil
}

// fatal are the problems for which a reader takes nothing from the file at all.
func fatal(problems []envwriter.Problem) []envwriter.Problem {
	return slices.DeleteFunc(slices.Clone(problems), func(p envwriter.Problem) bool { return !p.Fatal })
}

// read finds what is wrong with the file for its readers, and takes the values out of
// it.
func (d *Discovery) read(names []string) {
	readers, data := namedReaders(names), []byte(d.whole.Reveal())
	d.Problems = envwriter.Lint(data, readers)
	fixed, lines := envwriter.Fix(data, readers)
	if lines > 0 && len(fatal(envwriter.Lint(fixed, readers))) == 0 {
		d.Fixable, data = true, fixed
	}
	d.text = secret.New(string(data))
	d.take(names)
}

// ReadAs is what those readers make of the same file, and what the first of them takes
// from it. A $ or a quote can make another value of the same line.
func (d Discovery) ReadAs(readers []string) Discovery {
	d.Password, d.PasswordFile, d.NoPassword, d.Missing, d.Notes = secret.Value{}, "", "", false, nil
	d.Values, d.secrets = nil, nil
	d.Problems, d.Fixable = nil, false
	d.read(readers)
	return d
}

// take takes the values as the first reader hands them to Pocket ID.
func (d *Discovery) take(names []string) {
	readers := namedReaders(append(slices.Clone(names), "pocket-id"))
	values, err := readers[0].Read([]byte(d.text.Reveal()))
	if err != nil {
		return
	}
	d.keep(values)
	d.readPasswordFile()
}

// keep takes values over, the secrets apart.
func (d *Discovery) keep(values map[string]string) {
	d.Values, d.secrets = map[string]string{}, map[string]secret.Value{}
	for key, value := range values {
		if key == "SMTP_PASSWORD" || key == "ENCRYPTION_KEY" {
			d.secrets[key] = secret.New(value)
			continue
		}
		d.Values[key] = value
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

// readPasswordFile takes the password from the file that SMTP_PASSWORD_FILE
// names, as Pocket ID does: whole, line ends included. An SMTP_PASSWORD line wins
// over it, even an empty one. Inside a container the path means another file.
func (d *Discovery) readPasswordFile() {
	path := d.Values["SMTP_PASSWORD_FILE"]
	if _, line := d.secrets["SMTP_PASSWORD"]; path == "" || line {
		return
	}
	note := func(text string) { d.Notes = append(d.Notes, text) }
	if d.Install.InContainer {
		d.NoPassword = "The password is in " + path + " inside the container, which cannot be read from here."
		note("The password is in " + path + " inside the container; for the test it has to be typed.")
		return
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(d.EnvFile), path)
	}
	around, err := asowner.Open(d.EnvFile)
	if err != nil {
		return
	}
	defer around.Close()
	snapshot, err := around.Load(path)
	switch who := around.Owner(); {
	case err == nil && snapshot.Exists:
		d.PasswordFile, d.Password = path, secret.New(string(snapshot.Bytes))
	case who != nil && errors.Is(err, fs.ErrPermission): // root does not read for others what they may not read themselves
		d.NoPassword = fmt.Sprintf("SMTP_PASSWORD_FILE names %s, which user %d, to whom the .env or its directory belongs, "+
			"cannot read; it was not read.", path, who.UID)
		note(d.NoPassword)
	default:
		d.Missing = err == nil
		d.NoPassword = "SMTP_PASSWORD_FILE names " + path + ", which cannot be read from here."
		note(d.NoPassword)
	}
}
