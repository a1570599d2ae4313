package pocketid

import (
	"cmp"
	"strings"
)

// Runtime is how Pocket ID is run; it decides who reads the .env and how a hostname
// is set.
type Runtime string

// The runtimes. Their values are those of the JSON output and of drafts.
const (
	RuntimeCompose Runtime = "compose"
	RuntimeDocker  Runtime = "docker" // docker run --env-file
	RuntimePodman  Runtime = "podman" // podman run --env-file
	RuntimeQuadlet Runtime = "quadlet"
	RuntimeSystemd Runtime = "systemd"
	RuntimeSh      Runtime = "sh"      // a script that reads the file
	RuntimeManual  Runtime = "by-hand" // started manually; the binary reads ./.env
)

// Runtimes lists them in the order in which to offer them.
var Runtimes = []Runtime{RuntimeCompose, RuntimeDocker, RuntimePodman, RuntimeQuadlet, RuntimeSystemd, RuntimeSh, RuntimeManual}

// runtimeRow is what is known of a runtime.
type runtimeRow struct {
	label   string
	readers []string // of the .env, by their --readers names
	// container: Pocket ID has a hostname of its own, and a localhost of its own.
	// machine is how it reaches the machine that it runs on.
	container bool
	machine   string
	hostname  string // the instruction to set it; NAME stands for it
	restart   string // lines; NAME stands for the compose service, unit or container
}

var runtimes = map[Runtime]runtimeRow{
	RuntimeCompose: {label: "docker compose", readers: []string{"compose"}, container: true,
		machine:  "host.docker.internal, with `extra_hosts: [\"host.docker.internal:host-gateway\"]` for the service",
		hostname: "Set `hostname: NAME` in compose",
		restart:  "docker compose up -d --force-recreate NAME"},
	// Its restart is not for pasting: whoever has lost the docker run command would
	// lose the container's settings with it.
	RuntimeDocker: {label: "docker run", readers: []string{"docker"}, container: true,
		machine:  "host.docker.internal, with --add-host host.docker.internal:host-gateway",
		hostname: "Start the container with --hostname NAME",
		restart:  "# docker rm -f NAME, then the same docker run command again"},
	RuntimePodman: {label: "podman", readers: []string{"podman"}, container: true,
		machine:  "host.containers.internal",
		hostname: "Start the container with --hostname NAME",
		restart:  "# podman rm -f NAME, then the same podman run command again"},
	RuntimeQuadlet: {label: "podman quadlet", readers: []string{"podman"}, container: true,
		machine:  "host.containers.internal",
		hostname: "Set HostName=NAME in the quadlet",
		restart:  "systemctl daemon-reload && systemctl restart NAME\n# with --user for a quadlet of a user's own"},
	RuntimeSystemd: {label: "systemd service", readers: []string{"pocket-id", "systemd"},
		hostname: "Set this machine's hostname: hostnamectl set-hostname NAME",
		restart:  "systemctl restart NAME"},
	RuntimeSh: {label: "start script", readers: []string{"sh"},
		hostname: "Set this machine's hostname: hostnamectl set-hostname NAME",
		restart:  "# stop Pocket ID and run its script again"},
	RuntimeManual: {label: "manual start", readers: []string{"pocket-id"},
		hostname: "Set this machine's hostname: hostnamectl set-hostname NAME",
		restart:  "# stop Pocket ID and start it again"},
}

// row is what is known of r; anything else was started manually.
func (r Runtime) row() runtimeRow {
	if row, ok := runtimes[r]; ok {
		return row
	}
	return runtimes[RuntimeManual]
}

// Label is the runtime as a screen shows it.
func (r Runtime) Label() string { return r.row().label }

// Engine is the program that runs its containers.
func (r Runtime) Engine() string {
	if r == RuntimePodman || r == RuntimeQuadlet {
		return "podman"
	}
	return "docker"
}

// Readers are the programs that read the .env, by their --readers names.
func (r Runtime) Readers() []string { return r.row().readers }

// InContainer reports whether Pocket ID has a hostname and a localhost of its own.
func (r Runtime) InContainer() bool { return r.row().container }

// HostSetting says by which name a container reaches the machine that it runs on,
// and what that needs.
func (r Runtime) HostSetting() string { return "It reaches this machine as " + r.row().machine + "." }

// SetHostname is how Pocket ID gets a hostname, in lines for a shell: a command where
// it is the machine's, else a comment.
func (r Runtime) SetHostname(name string) []string {
	setting := r.HostnameSetting(name)
	command, ofMachine := strings.CutPrefix(setting, "Set this machine's hostname: ")
	if !ofMachine {
		return []string{"# " + setting}
	}
	return []string{"# Pocket ID announces this machine's hostname, so the name that was tested becomes it:", "sudo " + command}
}

// HostnameSetting is the instruction to give Pocket ID a hostname.
func (r Runtime) HostnameSetting(name string) string {
	return strings.ReplaceAll(r.row().hostname, "NAME", name)
}

// Restart is what makes Pocket ID read the new settings: commands, and comments
// where what to type depends on how it was started. service is the name of the
// compose service, unit or container; "" takes the usual one.
func (r Runtime) Restart(service string) []string {
	return strings.Split(strings.ReplaceAll(r.row().restart, "NAME", cmp.Or(service, "pocket-id")), "\n")
}
