package pocketid

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
)

// maxUnit bounds a unit file; real ones have a few hundred bytes.
const maxUnit = 64 << 10

// proxmoxEnv is where the Proxmox helper script keeps the .env.
const proxmoxEnv = "/opt/pocket-id/.env"

// detectSystemd looks for a unit whose EnvironmentFile= or WorkingDirectory=
// leads to this .env.
func detectSystemd(m Machine, envPath string) (Install, bool) {
	var patterns []string
	for _, dir := range []string{"/etc/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system",
		filepath.Join(m.Home, ".config/systemd/user")} {
		patterns = append(patterns, dir+"/pocket-id*.service", dir+"/pocketid*.service")
	}
	return m.firstUnit(patterns, envPath, m.fromUnit)
}

// firstUnit is what the first unit says that concerns the .env.
func (m Machine) firstUnit(
	patterns []string, envPath string, read func(unit unitFile, file, envPath string) (Install, bool),
) (Install, bool) {
	for _, file := range m.glob(patterns...) {
		if unit, err := m.readUnit(file); err == nil {
			if in, ok := read(unit, file, envPath); ok {
				return in, true
			}
		}
	}
	return Install{}, false
}

// readUnit reads a unit with its drop-ins.
func (m Machine) readUnit(file string) (unitFile, error) {
	data, err := m.ReadFile(file, maxUnit)
	if err != nil {
		return nil, err
	}
	for _, dropIn := range m.glob(file + ".d/*.conf") {
		if more, err := m.ReadFile(dropIn, maxUnit); err == nil {
			data = append(append(data, '\n'), more...)
		}
	}
	return parseUnit(data), nil
}

func (m Machine) fromUnit(unit unitFile, file, envPath string) (Install, bool) {
	in := Install{
		Runtime:     RuntimeSystemd,
		RuntimeFrom: file,
		Service:     strings.TrimSuffix(filepath.Base(file), ".service"),
		ReadBy:      cmp.Or(unit.last("Service.User"), "root"),
	}
	if unit.namesFile("Service.EnvironmentFile", envPath, "/", m.Home) {
		in.Readers = append(in.Readers, "systemd")
	}
	workDir := strings.TrimPrefix(unit.last("Service.WorkingDirectory"), "-")
	if workDir != "" && filepath.Join(workDir, ".env") == envPath {
		in.Readers = append(in.Readers, "pocket-id")
	}
	command := unit.last("Service.ExecStart")
	switch {
	case mentionsFile(command, envPath) && strings.Contains(command, "podman"):
		in.Runtime, in.Readers, in.InContainer = RuntimePodman, []string{"podman"}, true
	case mentionsFile(command, envPath) && strings.Contains(command, "docker"):
		in.Runtime, in.Readers, in.InContainer = RuntimeDocker, []string{"docker"}, true
	}
	if len(in.Readers) == 0 {
		return Install{}, false
	}
	slices.Sort(in.Readers)
	if in.InContainer {
		in.HostnameFrom = containerIDHostname
		return in, true
	}
	m.ownHostname(&in)
	if envPath == proxmoxEnv {
		in.Version, in.VersionFrom = m.proxmoxVersion()
	}
	return in, true
}

// proxmoxVersion reads the note the Proxmox helper scripts leave about the
// release they installed.
func (m Machine) proxmoxVersion() (Version, string) {
	files := append(m.glob("/opt/*ocket*_version.txt"), filepath.Join(m.Home, ".pocket-id"), "/root/.pocket-id")
	for _, file := range files {
		data, err := m.ReadFile(file, 64)
		if err != nil || strings.TrimSpace(string(data)) == "" {
			continue
		}
		if v, err := ParseVersion(string(data)); err == nil {
			return v, file
		}
	}
	return Version{}, ""
}

// detectQuadlet looks for a podman .container file (podman-systemd.unit(5)) that
// runs Pocket ID with this .env.
func detectQuadlet(m Machine, envPath string) (Install, bool) {
	return m.firstUnit([]string{"/etc/containers/systemd/*.container", "/etc/containers/systemd/*/*.container",
		filepath.Join(m.Home, ".config/containers/systemd/*.container")}, envPath, m.fromQuadlet)
}

func (m Machine) fromQuadlet(unit unitFile, file, envPath string) (Install, bool) {
	image := unit.last("Container.Image")
	byPodman := unit.namesFile("Container.EnvironmentFile", envPath, filepath.Dir(file), m.Home)
	bySystemd := unit.namesFile("Service.EnvironmentFile", envPath, "/", m.Home)
	if !byPodman && !(bySystemd && isPocketIDImage(image)) {
		return Install{}, false
	}
	in := Install{
		Runtime: RuntimePodman, RuntimeFrom: file, InContainer: true,
		Service:      strings.TrimSuffix(filepath.Base(file), ".container"),
		Readers:      []string{"podman"},
		Hostname:     unit.last("Container.HostName"),
		HostnameFrom: "HostName= in " + file,
	}
	if !byPodman {
		in.Readers = []string{"systemd"}
	}
	if in.Hostname == "" {
		in.HostnameFrom = containerIDHostname
	}
	if isPocketIDImage(image) {
		_, tag := splitImage(image)
		if v, err := ParseVersion(tag); err == nil {
			in.Version, in.VersionFrom = v, "Image= in "+file
		}
	}
	return in, true
}
