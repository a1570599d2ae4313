package pocketid

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// Machine is the part of the operating system that Detect looks at.
type Machine struct {
	// ReadFile reads a regular file of at most limit bytes.
	ReadFile func(path string, limit int64) ([]byte, error)
	Glob     func(pattern string) ([]string, error)
	Hostname func() (string, error)
	Home     string // the home directory, or ""
}

// ThisMachine is the real one.
func ThisMachine() Machine {
	home, _ := os.UserHomeDir()
	return Machine{ReadFile: readRegular, Glob: filepath.Glob, Hostname: os.Hostname, Home: home}
}

// Install is how Pocket ID runs, as far as can be seen from its files. Every
// finding names where it came from, and every one may be corrected by the admin.
type Install struct {
	Runtime     Runtime
	RuntimeFrom string

	Version     Version // not known: zero
	VersionFrom string

	// Hostname is what os.Hostname() will return to Pocket ID; "" is not known,
	// and HostnameFrom says why.
	Hostname     string
	HostnameFrom string

	Service      string // compose service or unit, without ".service"
	ComposeFile  string // path, or ""
	OverrideFile string // the override file that exists, or ""

	AppURL string // when compose sets it, or ""
	// MailOverrides are the keys that concern mail and that compose sets with
	// environment:; they win over the file.
	MailOverrides []string
	// HostNetwork: a container that shares this machine's network, localhost too.
	HostNetwork bool

	Unread   bool     // compose gives the container nothing of the file
	EnvFiles []string // what compose gives it under env_file:, as whole paths

	// Readers are the --readers names of the programs that read the file.
	Readers []string
	// ReadBy is the user as whom the file is read, or "" when it is not known.
	ReadBy      string
	InContainer bool
	Notes       []string // one sentence each
}

// Detect finds out how the Pocket ID with this .env runs. It never fails: what
// cannot be read is as if it were not there. The file itself need not exist yet.
func Detect(m Machine, envPath string) Install {
	if abs, err := filepath.Abs(envPath); err == nil {
		envPath = abs
	}
	compose, composeFits := detectCompose(m, envPath)
	if composeFits {
		return compose
	}
	if found, ok := detectQuadlet(m, envPath); ok {
		return found
	}
	if found, ok := detectSystemd(m, envPath); ok {
		return found
	}
	if compose.Runtime == RuntimeCompose {
		return compose
	}
	return m.manual(envPath)
}

// manual is what is left when no file tells.
func (m Machine) manual(envPath string) Install {
	in := Install{Runtime: RuntimeManual, RuntimeFrom: "no compose file, unit or quadlet names this file"}
	if envPath == proxmoxEnv {
		in.Runtime, in.RuntimeFrom = RuntimeSystemd, "the place where the Proxmox helper script puts it"
		in.ReadBy = "root"
		in.Version, in.VersionFrom = m.proxmoxVersion()
	}
	in.Readers = in.Runtime.Readers()
	m.ownHostname(&in)
	return in
}

// ownHostname is for a Pocket ID that shares this machine's hostname.
func (m Machine) ownHostname(in *Install) {
	name, err := m.Hostname()
	if err != nil {
		in.HostnameFrom = "this machine does not report its hostname"
		return
	}
	in.Hostname, in.HostnameFrom = name, "this machine's hostname"
}

// containerIDHostname is why the hostname of a container is not known beforehand.
const containerIDHostname = "the container id, which is new with every container"

// readRegular reads a file, but never waits for a pipe and never reads more than
// limit bytes.
func readRegular(path string, limit int64) ([]byte, error) {
	// O_NONBLOCK: opening a pipe would otherwise wait for its writer.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, limit)
	}
	return data, err
}

// glob lists the files of several patterns, each once, sorted.
func (m Machine) glob(patterns ...string) []string {
	var out []string
	for _, pattern := range patterns {
		found, _ := m.Glob(pattern) // no pattern is malformed
		out = append(out, found...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// firstFile reads the first file of a list that can be read.
func (m Machine) firstFile(dir string, names []string) (path string, data []byte) {
	for _, name := range names {
		path = filepath.Join(dir, name)
		if data, err := m.ReadFile(path, maxCompose); err == nil {
			return path, data
		}
	}
	return "", nil
}
