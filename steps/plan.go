package steps

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"smtp-wizard/envwriter"
	"smtp-wizard/pocketid"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
)

// Order is all that the files to write depend on. It is comparable, so it names
// the work of planning them.
type Order struct {
	EnvFile, Runs, Version, AppURL, Readers string

	smtpcheck.Settings

	Hostname string
	Mend     bool
	LockUI   string
	InPlace  bool
	Give     bool
	Looks    int
}

func (w World) order(a Answers) Order {
	settings := a.Settings
	settings.To = "" // only the test needs it
	return Order{
		EnvFile: a.EnvFile, Runs: a.Runs, Version: a.Version, AppURL: a.AppURL,
		Readers:  strings.Join(w.readers(a), ","),
		Settings: settings,
		Hostname: a.Hostname, Mend: a.Mend, LockUI: a.LockUI, InPlace: a.InPlace, Give: a.GiveToReader, Looks: a.Looks,
	}
}

// Draft is what will be written, down to the byte. A machine's Confirmed answer
// points to it.
type Draft struct {
	Order   Order
	Found   Surroundings
	Before  envwriter.Snapshot
	Env     envwriter.Plan
	Changes []envwriter.Change
	Diff    []envwriter.DiffLine
	// SecretPath is a file for the password alone; "" is none.
	SecretPath string
	Secret     secret.Value
	// Override is a compose file to be made that sets the hostname; "" is none.
	Override      string
	OverrideBytes []byte
	// Fresh is true when no Pocket ID has run with this file yet: there was none,
	// or the place where Pocket ID keeps its data is known and empty.
	Fresh    bool
	usesName bool // this version announces its hostname, in this TLS mode
	Locked   bool // UI_CONFIG_DISABLED is true already
	Lock     bool // it will be set
	Warnings []string
}

// Secrets are the keys whose values no diff may show.
var secretKeys = []string{"SMTP_PASSWORD", "ENCRYPTION_KEY"}

// draft plans the files. It reads, and writes nothing.
func (w World) draft(o Order, found Surroundings) (*Draft, error) {
	d := &Draft{Order: o, Found: found}
	var err error
	if d.Before, err = envwriter.Load(o.EnvFile); err != nil {
		return nil, err
	}
	if err := w.spare(d.Before); err != nil {
		return nil, err
	}
	if err := d.Before.CheckSave(); err != nil {
		return nil, err
	}
	d.Fresh = d.isNew() || d.unused()
	version, err := pocketid.ParseVersion(o.Version)
	if err != nil {
		return nil, err
	}
	readers := namedReaders(strings.Split(o.Readers, ","))
	base, err := d.base(version, readers)
	if err != nil {
		return nil, err
	}
	if err := d.change(base, version, readers); err != nil {
		return nil, err
	}
	if err := d.encode(base, version, readers); err != nil {
		return nil, err
	}
	d.Diff = envwriter.Diff(base, d.Env.New, secretKeys)
	if d.Before.Exists {
		d.Diff = envwriter.Diff(d.Before.Bytes, d.Env.New, secretKeys)
	}
	return d, w.follow(d, version, readers)
}

// follow plans what follows from the new file: an override for compose, and what
// is to be minded.
func (w World) follow(d *Draft, v pocketid.Version, readers []envwriter.Reader) error {
	d.usesName = pocketid.UsesHostname(v, d.Order.TLS)
	d.override()
	values, err := readers[0].Read(d.Env.New)
	if err != nil {
		return err
	}
	d.Warnings = append(d.Warnings, w.minds(d.Found, values, pocketid.Runtime(d.Order.Runs), v)...)
	d.Warnings = append(d.Warnings, d.passwordTwice()...)
	return nil
}

// isNew reports whether there is nothing in the file yet.
func (d *Draft) isNew() bool {
	return !d.Before.Exists || len(strings.TrimSpace(string(d.Before.Bytes))) == 0
}

// base is the file to edit: the present one, or a new one from the template.
func (d *Draft) base(v pocketid.Version, readers []envwriter.Reader) ([]byte, error) {
	if !d.isNew() {
		if d.Order.Mend {
			mended, _ := envwriter.MendAll(d.Before.Bytes, readers)
			return mended, nil
		}
		return d.Before.Bytes, nil
	}
	key, err := pocketid.NewKey()
	if err != nil {
		return nil, err
	}
	return pocketid.Template(v, d.Order.AppURL, key)
}

// change lists what the keys shall become. A key that is absent and needs no
// value stays absent.
func (d *Draft) change(base []byte, v pocketid.Version, readers []envwriter.Reader) error {
	if len(readers) == 0 {
		return errors.New("no reader of the .env is known by that name")
	}
	now, err := readers[0].Read(base)
	if err != nil {
		return err
	}
	set := func(key, value string) {
		if d.saysAlready(now, key, value, v) {
			return
		}
		d.Changes = append(d.Changes, envwriter.Change{Key: key, Value: value})
	}
	o := d.Order
	mode, ok := pocketid.TLSValue(v, string(o.TLS), o.Port)
	if !ok {
		return fmt.Errorf("%s on port %d cannot be set for Pocket ID %s", o.TLS, o.Port, v)
	}
	set(pocketid.KeyName("APP_URL", v), o.AppURL)
	set("SMTP_HOST", o.Host)
	set("SMTP_PORT", strconv.Itoa(o.Port))
	set("SMTP_FROM", o.From)
	set("SMTP_USER", o.User)
	d.changePassword(now)
	set("SMTP_TLS", mode)
	if o.SkipVerify || pocketid.IsTrue(now["SMTP_SKIP_CERT_VERIFY"]) {
		set("SMTP_SKIP_CERT_VERIFY", strconv.FormatBool(o.SkipVerify))
	}
	lock := pocketid.KeyName("UI_CONFIG_DISABLED", v)
	d.Locked = pocketid.IsTrue(now[lock])
	// Not asked yet: a file that nobody has used loses nothing by it, unless
	// somebody wrote down that they do not want it.
	unsaid := o.LockUI == "" && d.Fresh && now[lock] == ""
	d.Lock = !d.Locked && (o.LockUI == "yes" || unsaid)
	if d.Lock {
		set(lock, "true")
	}
	return nil
}

// override plans the compose file that sets the hostname, where compose runs
// Pocket ID, the hostname is another, and there is no override file yet.
func (d *Draft) override() {
	in := d.Found.Install
	if pocketid.Runtime(d.Order.Runs) != pocketid.RuntimeCompose || in.ComposeFile == "" || !d.renames() || in.OverrideFile != "" {
		return
	}
	dir := filepath.Dir(in.ComposeFile)
	for _, name := range pocketid.OverrideFiles { // one that could not be read is there all the same
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return
		}
	}
	d.Override = filepath.Join(dir, pocketid.NewOverrideFile)
	d.OverrideBytes = pocketid.Override(in.Service, d.Order.Hostname)
}

// renames reports whether Pocket ID is to have another hostname than now, and
// announces it. The stand-in for a container's id means: leave it.
func (d *Draft) renames() bool {
	name := d.Order.Hostname
	return d.usesName && name != "" && name != d.Found.Install.Hostname && name != pocketid.ExampleContainerID
}

// passwordTwice warns of a password file that will not be read any more.
func (d *Draft) passwordTwice() []string {
	if d.Found.Install.InContainer && d.Found.Values["SMTP_PASSWORD_FILE"] != "" && !d.Order.Password.Empty() {
		return []string{"SMTP_PASSWORD will win over SMTP_PASSWORD_FILE, which the file has too."}
	}
	return nil
}

// unused reports whether Pocket ID's place for data is known, and empty: then it
// has not run, and no settings can have been made in its admin UI. A database
// elsewhere, and a container's volume, cannot be looked into.
func (d *Draft) unused() bool {
	for _, key := range []string{"DB_CONNECTION_STRING", "POSTGRES_CONNECTION_STRING", "SQLITE_DB_PATH"} {
		if d.Found.Values[key] != "" {
			return false
		}
	}
	runtime, dir := pocketid.Runtime(d.Order.Runs), d.Found.Install.DataDir
	if runtime != d.Found.Install.Runtime {
		dir = ""
	}
	if dir == "" && runtime == pocketid.RuntimeManual {
		dir = filepath.Join(filepath.Dir(d.Order.EnvFile), "data")
	}
	if dir == "" {
		return false
	}
	entries, err := os.ReadDir(dir)
	return errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0
}
