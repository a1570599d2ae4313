package pocketid

import (
	"cmp"
	"slices"
	"strings"
)

// Runtime is how Pocket ID is run, which decides who reads the .env and how to set a
// hostname.
type Runtime string

// The runtimes, with their values in the JSON output and in drafts.
const (
	RuntimeCompose Runtime = "compose"
	RuntimeDocker  Runtime = "docker" // docker run --env-file
	RuntimePodman  Runtime = "podman" // podman run --env-file
	RuntimeQuadlet Runtime = "quadlet"
	RuntimeSystemd Runtime = "systemd"
	RuntimeSh      Runtime = "sh"      // a script that reads the file
	RuntimeManual  Runtime = "by-hand" // started manually; the binary reads ./.env
)

// runtimeRow is what is known about a runtime.
type runtimeRow struct {
	ID        Runtime
	Label     string
	Readers   []string // of the .env, by their --readers names
	Container bool     // Pocket ID has its own hostname and localhost
	Machine   string   // the host's address as seen from the container
	Hostname  string   // how to set it to NAME
	Restart   string   // commands; NAME is the compose service, unit or container
}

// Runtimes lists them in the order to offer them.
func Runtimes() (all []Runtime) {
	for _, row := range known().Runtimes {
		all = append(all, row.ID)
	}
	return all
}

// row is the row of r; anything unknown was started manually, which is the last one.
func (r Runtime) row() runtimeRow {
	all := known().Runtimes
	if i := slices.Index(Runtimes(), r); i >= 0 {
		return all[i]
	}
	return all[len(all)-1]
}

// Label names the runtime on a screen.
func (r Runtime) Label() string { return r.row().Label }

// Engine is the program that runs its containers.
func (r Runtime) Engine() string {
	if r == RuntimePodman || r == RuntimeQuadlet {
		return "podman"
	}
	return "docker"
}

// Readers are the programs that read the .env, by their --readers names.
func (r Runtime) Readers() []string { return r.row().Readers }

// InContainer reports whether Pocket ID has its own hostname and localhost.
func (r Runtime) InContainer() bool { return r.row().Container }

// HostSetting says how a container reaches the machine that it runs on.
func (r Runtime) HostSetting() string { return "It reaches this machine as " + r.row().Machine + "." }

// SetHostname gives Pocket ID a hostname, as lines for a shell: a command if it is the
// machine's hostname, else a comment.
func (r Runtime) SetHostname(name string) []string {
	setting := r.HostnameSetting(name)
	command, ofMachine := strings.CutPrefix(setting, "Set this machine's hostname: ")
	if !ofMachine {
		return []string{"# " + setting}
	}
	return []string{"# Pocket ID announces this machine's hostname, so the name that was tested becomes it:", "sudo " + command}
}

// HostnameSetting tells the admin how to give Pocket ID a hostname.
func (r Runtime) HostnameSetting(name string) string {
	return strings.ReplaceAll(r.row().Hostname, "NAME", name)
}

// Restart makes Pocket ID read the new settings: commands, or comments if the command
// depends on how it was started. service is the name of the compose service, unit or
// container; "" is the usual one.
func (r Runtime) Restart(service string) []string {
	return strings.Split(strings.ReplaceAll(r.row().Restart, "NAME", cmp.Or(service, "pocket-id")), "\n")
}
