package pocketid

import (
	"cmp"
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

// Runtimes lists them in the order to offer them.
var Runtimes = []Runtime{RuntimeCompose, RuntimeDocker, RuntimePodman, RuntimeQuadlet, RuntimeSystemd, RuntimeSh, RuntimeManual}

// runtimeRow is what is known about a runtime.
type runtimeRow struct {
	label     string
	readers   []string // of the .env, by their --readers names
	container bool     // Pocket ID has its own hostname and localhost
	machine   string   // the host's address as seen from the container
	hostname  string   // how to set it to NAME
	restart   string   // commands; NAME is the compose service, unit or container
}

var runtimes = map[Runtime]runtimeRow{
	RuntimeCompose: {label: "docker compose", readers: []string{"compose"}, container: true,
		machine:  "host.docker.internal, with `extra_hosts: [\"host.docker.internal:host-gateway\"]` for the service",
		hostname: "Set `hostname: NAME` in compose",
		restart:  "docker compose up -d --force-recreate NAME"},
	// The restart is a comment, not a command to paste: without the original docker run
	// command, the container's settings would be lost.
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

// row is the row of r; anything unknown was started manually.
func (r Runtime) row() runtimeRow {
	if row, ok := runtimes[r]; ok {
		return row
	}
	return runtimes[RuntimeManual]
}

// Label names the runtime on a screen.
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

// InContainer reports whether Pocket ID has its own hostname and localhost.
func (r Runtime) InContainer() bool { return r.row().container }

// HostSetting says how a container reaches the machine that it runs on.
func (r Runtime) HostSetting() string { return "It reaches this machine as " + r.row().machine + "." }

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
	return strings.ReplaceAll(r.row().hostname, "NAME", name)
}

// Restart makes Pocket ID read the new settings: commands, or comments if the command
// depends on how it was started. service is the name of the compose service, unit or
// container; "" is the usual one.
func (r Runtime) Restart(service string) []string {
	return strings.Split(strings.ReplaceAll(r.row().restart, "NAME", cmp.Or(service, "pocket-id")), "\n")
}
