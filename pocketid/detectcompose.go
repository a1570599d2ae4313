package pocketid

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/joho/godotenv"

	"smtp-wizard/envwriter"
)

// levelsAbove is how many directories above a .env may have the compose file that
// names it.
const levelsAbove = 2

// detectCompose looks for a compose file beside the .env, and above it for one
// that names it. fits is true when the Pocket ID service names the .env; a compose
// file beside it that does not is reported too, for want of something better.
func detectCompose(m Machine, envPath string) (in Install, fits bool) {
	dir := filepath.Dir(envPath)
	in, fits = composeIn(m, dir, envPath)
	for up := 0; up < levelsAbove && in.ComposeFile == ""; up++ {
		dir = filepath.Dir(dir)
		if above, ok := composeIn(m, dir, envPath); ok {
			return above, true
		}
	}
	return in, fits
}

// composeIn reads the compose file of a directory, as it concerns the .env.
func composeIn(m Machine, dir, envPath string) (in Install, fits bool) {
	file, data := m.firstFile(dir, composeFiles)
	if file == "" {
		return Install{}, false
	}
	env := m.dotenv(filepath.Join(dir, ".env"))
	c, ok := parseCompose(data, "", env)
	if !ok {
		return Install{}, false
	}
	override, overData := m.firstFile(dir, OverrideFiles)
	hostnameFrom := filepath.Base(file)
	if over, ok := parseCompose(overData, c.Service, env); ok {
		if over.Hostname != "" {
			hostnameFrom = filepath.Base(override)
		}
		c = c.merge(over)
	}
	in = Install{
		Runtime: RuntimeCompose, RuntimeFrom: file,
		Service: c.Service, ComposeFile: file, OverrideFile: override,
		AppURL: c.AppURL, MailOverrides: c.mailOverrides(envPath, dir), InContainer: true, HostNetwork: c.HostNetwork,
	}
	if c.Version.Known() {
		in.Version, in.VersionFrom = c.Version, "image "+c.Image+" in "+filepath.Base(file)
	}
	m.composeHostname(&in, c, hostnameFrom)
	for _, f := range c.EnvFiles {
		in.EnvFiles = append(in.EnvFiles, within(dir, f.Path))
	}
	in.Readers, fits = composeReaders(c, envPath, dir)
	in.Unread = !fits
	in.Notes = composeNotes(in, c, filepath.Base(envPath))
	return in, fits
}

func (m Machine) composeHostname(in *Install, c composeService, from string) {
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
func composeReaders(c composeService, envPath, dir string) (readers []string, fits bool) {
	add := func(name string, when bool) {
		if when && !slices.Contains(readers, name) {
			readers = append(readers, name)
		}
	}
	for _, f := range c.EnvFiles {
		named := within(dir, f.Path) == envPath
		add("docker", named && f.Raw)
		add("compose", named && !f.Raw)
	}
	add("pocket-id", c.MountedEnv)
	fits = len(readers) > 0
	add("compose", !fits || filepath.Base(envPath) == ".env")
	return readers, fits
}

// within is a path of a compose file that lies in dir.
func within(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// mailOverrides are the keys of mail that win over the file: not those that hand on
// what the .env beside the compose file says, if that is the file.
func (c composeService) mailOverrides(envPath, dir string) []string {
	return slices.DeleteFunc(slices.Clone(c.Environment), func(key string) bool {
		handedOn := envPath == filepath.Join(dir, ".env") && slices.Contains(c.Passed, key)
		return handedOn || !strings.HasPrefix(key, "SMTP_") && !strings.HasSuffix(key, "UI_CONFIG_DISABLED")
	})
}

// NotHandedOn says that the compose service does not get the file as such.
func (in Install) NotHandedOn(envName string) string {
	return "The service " + in.Service + " in " + filepath.Base(in.ComposeFile) + " does not name " + envName +
		" under env_file:, so it gets from this file only what its environment: passes on with ${...}."
}

func composeNotes(in Install, c composeService, envName string) []string {
	var notes []string
	if in.Unread {
		notes = append(notes, in.NotHandedOn(envName))
	}
	if len(in.MailOverrides) > 0 {
		notes = append(notes, "Set with environment: in compose, which wins over this file: "+
			strings.Join(in.MailOverrides, ", ")+".")
	}
	if c.Image != "" && !c.Version.Exact {
		notes = append(notes, "The image tag does not name an exact release; the newest known one is assumed.")
	}
	return notes
}

// maxVariable bounds a value that is put in for a ${VARIABLE}: a compose file has
// room for thousands of them.
const maxVariable = 1 << 10

// dotenv reads the values that compose puts in for ${VARIABLES}; nil when there
// is no such file, or when it cannot be read within bounds.
func (m Machine) dotenv(path string) map[string]string {
	data, err := m.ReadFile(path, maxCompose)
	if err != nil || envwriter.CheckExpansion(data) != nil {
		return nil
	}
	env, err := godotenv.UnmarshalBytes(data)
	if err != nil {
		return nil
	}
	maps.DeleteFunc(env, func(_, value string) bool { return len(value) > maxVariable })
	return env
}
