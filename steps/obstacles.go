package steps

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"smtp-wizard/pocketid"
	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// usualPlaces are where Pocket ID's .env is in most installs.
var usualPlaces = wizard.Table{Rows: []wizard.Row{
	rowOf(wizard.Plain, "~/pocket-id/.env", "docker compose: beside its compose.yaml"),
	rowOf(wizard.Plain, "/opt/pocket-id/.env", "a systemd service, the Proxmox script"),
	rowOf(wizard.Plain, "/etc/pocket-id.env", "podman: what EnvironmentFile= names in /etc/containers/systemd"),
}}

// nothing reports whether neither a file nor a Pocket ID was found.
func (d Discovery) nothing() bool {
	return d.EnvFile != "" && d.Err == nil && !d.Exists && d.Install.Runs == ""
}

// completePath is a path with as much more of it as the files that are there leave no
// choice about; of a directory that has a .env, that.
func completePath(text string) string {
	path := text
	if home, err := os.UserHomeDir(); err == nil && strings.HasPrefix(path, "~/") {
		path = home + path[1:]
	}
	dir, begun := filepath.Split(path)
	entries, err := os.ReadDir(cmp.Or(dir, "."))
	if err != nil {
		return text
	}
	common := ""
	for _, e := range entries {
		name := e.Name()
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.IsDir() {
			name += "/"
		}
		switch {
		case name == ".env" && begun == "":
			return dir + name
		case !strings.HasPrefix(name, begun) || begun == "" && name[0] == '.':
		case common == "":
			common = name
		default:
			for !strings.HasPrefix(name, common) {
				common = common[:len(common)-1]
			}
		}
	}
	if common == "" {
		return text
	}
	return dir + common
}

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
		return fmt.Sprintf("You may not write to %s. %s", dir, withRights(path))
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
