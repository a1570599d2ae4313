package steps

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"smtp-wizard/envwriter"
	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// Order is all that the files to write depend on. It is comparable, so it names
// the work of planning them.
type Order struct {
	EnvFile, Runs, Version, AppURL, Readers string

	Host       string
	Port       int
	TLS        smtpcheck.TLSMode
	From, User string
	Password   smtpcheck.Secret
	SkipVerify bool

	Hostname string
	Mend     bool
	LockUI   string
	InPlace  bool
	Give     bool
	Looks    int
}

func (w World) order(a wizard.Answers) Order {
	return Order{
		EnvFile: a.EnvFile, Runs: a.Runs, Version: a.Version, AppURL: a.AppURL,
		Readers: strings.Join(w.readers(a), ","),
		Host:    a.Host, Port: a.Port, TLS: a.TLS, From: a.From, User: a.User, Password: a.Password, SkipVerify: a.SkipVerify,
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
	Secret     smtpcheck.Secret
	// Override is a compose file to be made that sets the hostname; "" is none.
	Override      string
	OverrideBytes []byte
	// Fresh is true when no Pocket ID has run with this file yet, as far as can
	// be seen.
	Fresh    bool
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
	if err := d.Before.CheckSave(); err != nil {
		return nil, err
	}
	d.Fresh = !d.Before.Exists || !hasData(o.EnvFile)
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
	d.override()
	d.warn(version)
	return d, nil
}

// base is the file to edit: the present one, or a new one from the template.
func (d *Draft) base(v pocketid.Version, readers []envwriter.Reader) ([]byte, error) {
	if d.Before.Exists && len(strings.TrimSpace(string(d.Before.Bytes))) > 0 {
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
	if pocketid.Way(d.Order.Runs) != pocketid.WayCompose || in.ComposeFile == "" || !d.renames() || in.OverrideFile != "" {
		return
	}
	d.Override = filepath.Join(filepath.Dir(in.ComposeFile), "compose.override.yaml")
	d.OverrideBytes = pocketid.Override(in.Service, d.Order.Hostname)
}

// renames reports whether Pocket ID is to have another hostname than now. The
// stand-in for a container's id means: leave it.
func (d *Draft) renames() bool {
	name := d.Order.Hostname
	return name != "" && name != d.Found.Install.Hostname && name != pocketid.StandInContainerID
}

func (d *Draft) warn(v pocketid.Version) {
	if !d.Locked && !d.Lock {
		d.Warnings = append(d.Warnings, pocketid.LockMissing(v))
	}
	if in := d.Found.Install; in.Unread {
		d.Warnings = append(d.Warnings, "The service "+in.Service+" in "+filepath.Base(in.ComposeFile)+
			" does not name this file under env_file:, so it reaches Pocket ID only where environment: has ${...} for it.")
	}
	for _, key := range d.Found.Install.Overrides {
		d.Warnings = append(d.Warnings, key+" is also set under environment: in "+
			filepath.Base(d.Found.Install.ComposeFile)+", and that one wins.")
	}
	if d.Found.Install.InContainer && d.Found.Values["SMTP_PASSWORD_FILE"] != "" && !d.Order.Password.Empty() {
		d.Warnings = append(d.Warnings, "SMTP_PASSWORD will win over SMTP_PASSWORD_FILE, which the file has too.")
	}
}

// hasData reports whether Pocket ID keeps data beside the .env: then it has run,
// and its settings may have been made in the admin UI.
func hasData(envFile string) bool {
	entries, err := os.ReadDir(filepath.Join(filepath.Dir(envFile), "data"))
	return err == nil && len(entries) > 0
}
