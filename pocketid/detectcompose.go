package pocketid

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/joho/godotenv"
)

// detectCompose looks for a compose file beside the .env. fits is true when the
// Pocket ID service names the .env; a compose file that does not is reported too,
// for want of something better.
func detectCompose(m Machine, envPath string) (in Install, fits bool) {
	dir := filepath.Dir(envPath)
	file, data := m.firstFile(dir, ComposeFiles)
	if file == "" {
		return Install{}, false
	}
	env := m.dotenv(filepath.Join(dir, ".env"))
	c, err := ParseCompose(data, env)
	if err != nil {
		return Install{}, false
	}
	override, overData := m.firstFile(dir, OverrideFiles)
	hostnameFrom := filepath.Base(file)
	if over, ok := ParseOverride(overData, c.Service, env); ok && override != "" {
		if over.Hostname != "" {
			hostnameFrom = filepath.Base(override)
		}
		c = c.Merge(over)
	}
	in = Install{
		Way: WayCompose, WayFrom: filepath.Base(file) + " beside the file",
		Service: c.Service, ComposeFile: file, OverrideFile: override,
		AppURL: c.AppURL, Overrides: c.overrides(envPath, dir), InContainer: true, HostNetwork: c.HostNetwork,
	}
	if in.DataDir = c.DataDir; in.DataDir != "" && !filepath.IsAbs(in.DataDir) {
		in.DataDir = filepath.Join(dir, in.DataDir)
	}
	if c.Version.Known() {
		in.Version, in.VersionFrom = c.Version, "image "+c.Image+" in "+filepath.Base(file)
	}
	m.composeHostname(&in, c, hostnameFrom)
	in.Readers, fits = composeReaders(c, envPath, dir)
	in.Unread = !fits
	in.Notes = composeNotes(in, c, fits, filepath.Base(envPath))
	return in, fits
}

func (m Machine) composeHostname(in *Install, c Compose, from string) {
	switch {
	case c.Hostname != "":
		in.Hostname, in.HostnameFrom = c.Hostname, "hostname: in "+from
	case c.HostNetwork:
		m.ownHostname(in)
		in.HostnameFrom += " (network_mode: host)"
	default:
		in.HostnameFrom = containerIDHostname
	}
}

// composeReaders are the programs that read the .env of a compose project, the
// one that hands it to Pocket ID first. The file named .env beside the compose
// file is also read for ${VARIABLES}.
func composeReaders(c Compose, envPath, dir string) (readers []string, fits bool) {
	add := func(name string) {
		if !slices.Contains(readers, name) {
			readers = append(readers, name)
		}
	}
	for _, f := range c.EnvFiles {
		p := f.Path
		if !filepath.IsAbs(p) {
			p = filepath.Join(dir, p)
		}
		if filepath.Clean(p) != envPath {
			continue
		}
		fits = true
		if f.Raw {
			add("docker")
		} else {
			add("compose")
		}
	}
	if c.MountedEnv {
		add("pocket-id")
		fits = true
	}
	if len(readers) == 0 || filepath.Base(envPath) == ".env" {
		add("compose")
	}
	return readers, fits
}

// overrides are the keys that win over the file: not those that hand on what the
// .env beside the compose file says, if that is the file.
func (c Compose) overrides(envPath, dir string) []string {
	if envPath != filepath.Join(dir, ".env") {
		return c.Environment
	}
	return slices.DeleteFunc(slices.Clone(c.Environment), func(key string) bool { return slices.Contains(c.Passed, key) })
}

// NotHandedOn says that the compose service does not get the file as such.
func (in Install) NotHandedOn(envName string) string {
	return "The service " + in.Service + " in " + filepath.Base(in.ComposeFile) + " does not name " + envName +
		" under env_file:, so it gets of this file only what its environment: hands on with ${...}."
}

// MailOverrides are the overrides that concern mail.
func (in Install) MailOverrides() []string {
	return slices.DeleteFunc(slices.Clone(in.Overrides), func(key string) bool {
		return !strings.HasPrefix(key, "SMTP_") && !strings.HasSuffix(key, "UI_CONFIG_DISABLED")
	})
}

func composeNotes(in Install, c Compose, fits bool, envName string) []string {
	var notes []string
	if !fits {
		notes = append(notes, in.NotHandedOn(envName))
	}
	if mail := in.MailOverrides(); len(mail) > 0 {
		notes = append(notes, "Set with environment: in compose, which wins over this file: "+strings.Join(mail, ", ")+".")
	}
	if c.Image != "" && !c.Version.Exact {
		notes = append(notes, "The image tag names no exact release; the newest known one is assumed.")
	}
	return notes
}

// dotenv reads the values that compose puts in for ${VARIABLES}; nil when there
// is no such file.
func (m Machine) dotenv(path string) map[string]string {
	data, err := m.ReadFile(path, maxCompose)
	if err != nil {
		return nil
	}
	env, err := godotenv.UnmarshalBytes(data)
	if err != nil {
		return nil
	}
	return env
}
