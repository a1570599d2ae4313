package steps

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"smtp-wizard/asowner"
	"smtp-wizard/envwriter"
	"smtp-wizard/pocketid"
	"smtp-wizard/secret"
)

// changePassword puts the password where it is now: the .env, or the file that
// SMTP_PASSWORD_FILE names.
func (p *FilePlan) changePassword(now map[string]string, all []map[string]string) {
	differs := func(key, value string) bool {
		inFile := func(now map[string]string) bool { return now[key] != value }
		return now[key] != value || p.decidedHere(key) && slices.ContainsFunc(all, inFile)
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
		if differs("SMTP_PASSWORD", password.Reveal()) {
			p.put(envwriter.Change{Key: "SMTP_PASSWORD", Value: password})
		}
	default: // where none was given, as after a resume, what is there stays
		for _, key := range []string{"SMTP_PASSWORD", "SMTP_PASSWORD_FILE"} {
			if value := now[key]; value != "" && differs(key, value) {
				p.put(envwriter.Change{Key: key, Value: secret.New(value)})
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
	p.wanted = slices.DeleteFunc(p.wanted, func(c envwriter.Change) bool { return c.Key == "SMTP_PASSWORD" })
	p.Warnings = append(p.Warnings,
		"The readers of the .env cannot all read this password correctly, so it goes into "+filepath.Base(path)+".")
	return nil
}
