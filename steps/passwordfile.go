package steps

import (
	"errors"
	"os"
	"path/filepath"

	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/pocketid"
	"smtp-wizard/secret"
)

// passwordFileName is the file that holds a password which the .env cannot.
const passwordFileName = "smtp-password"

// readPasswordFile takes the password from the file that SMTP_PASSWORD_FILE
// names, as Pocket ID does: whole, line ends included. An SMTP_PASSWORD line wins
// over it, even an empty one. Inside a container the path means another file. Root
// reads for nobody else what that one may not read.
func (f *Surroundings) readPasswordFile() {
	path := f.Values["SMTP_PASSWORD_FILE"]
	if path == "" || f.passwordLine {
		return
	}
	if f.Install.InContainer {
		f.Notes = append(f.Notes, "The password is in "+path+", inside the container; for the test it has to be typed.")
		return
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(f.EnvFile), path)
	}
	snapshot, err := atomicfile.Load(path)
	if err != nil || !snapshot.Exists {
		f.Notes = append(f.Notes, "SMTP_PASSWORD_FILE names "+path+", which cannot be read from here.")
		return
	}
	if foreign := snapshot.UID != f.owner && snapshot.Mode.Perm()&0o004 == 0; foreign && f.owner != 0 && os.Geteuid() == 0 {
		f.Notes = append(f.Notes, "SMTP_PASSWORD_FILE names "+path+", which the owner of the .env cannot read; it was not read.")
		return
	}
	f.PasswordFile, f.Password = path, secret.New(string(snapshot.Bytes))
}

// changePassword puts the password where it is now: the .env, or the file that
// SMTP_PASSWORD_FILE names.
func (d *Draft) changePassword(now map[string]string) {
	password := d.Order.Password
	switch {
	case password.Empty() && d.Order.User == "" && now["SMTP_USER"] != "": // the login was given up
		for _, key := range []string{"SMTP_PASSWORD", "SMTP_PASSWORD_FILE"} {
			if now[key] != "" {
				d.Changes = append(d.Changes, envwriter.Change{Key: key})
			}
		}
	case password.Empty(): // none was given, as after a resume: what is there stays
	case d.Found.PasswordFile == "":
		have := now["SMTP_PASSWORD"]
		if password.Reveal() != have {
			d.Changes = append(d.Changes, envwriter.Change{Key: "SMTP_PASSWORD", Value: password})
		}
	case password != d.Found.Password:
		d.SecretPath, d.Secret = d.Found.PasswordFile, password
	}
}

// encode plans the new .env. A password that its readers cannot be given alike
// moves to a file beside it, where Pocket ID can read that.
func (d *Draft) encode(base []byte, v pocketid.Version, readers []envwriter.Reader) error {
	var err error
	d.Env, err = envwriter.Apply(base, d.Changes, readers)
	var no *envwriter.NoEncodingError
	if !errors.As(err, &no) || no.Key != "SMTP_PASSWORD" || !d.mayUsePasswordFile(v) {
		return err
	}
	path, absErr := filepath.Abs(filepath.Join(filepath.Dir(d.Order.EnvFile), passwordFileName))
	if absErr != nil {
		return err
	}
	var changes []envwriter.Change
	for _, c := range d.Changes {
		if c.Key == "SMTP_PASSWORD" {
			c = envwriter.Change{Key: c.Key, Unset: true} // an empty line would win over the file
		}
		changes = append(changes, c)
	}
	changes = append(changes, envwriter.Change{Key: "SMTP_PASSWORD_FILE", Value: secret.New(path)})
	plan, second := envwriter.Apply(base, changes, readers)
	if second != nil {
		return err
	}
	d.Env, d.Changes, d.SecretPath, d.Secret = plan, changes, path, d.Order.Password
	d.Warnings = append(d.Warnings, "The readers of the .env cannot all be given this password, so it goes into "+passwordFileName+".")
	return nil
}

// mayUsePasswordFile: the variable exists since 1.7.0, and in a container the
// path would not be there.
func (d *Draft) mayUsePasswordFile(v pocketid.Version) bool {
	return v.AtLeast(1, 7, 0) && !pocketid.Runtime(d.Order.Runs).InContainer()
}
