package pocketid

import "cmp"

// Runtime is how Pocket ID is run; it decides who reads the .env and how a hostname
// is set.
type Runtime string

// The runtimes.
const (
	RuntimeCompose Runtime = "compose"
	RuntimeDocker  Runtime = "docker" // docker run --env-file
	RuntimePodman  Runtime = "podman" // podman run --env-file, or a quadlet
	RuntimeSystemd Runtime = "systemd"
	RuntimeManual  Runtime = "manual" // started manually; the binary reads ./.env
)

// Runtimes lists them in the order in which to offer them.
var Runtimes = []Runtime{RuntimeCompose, RuntimeDocker, RuntimePodman, RuntimeSystemd, RuntimeManual}

// Label is the runtime as a screen shows it.
func (r Runtime) Label() string {
	labels := map[Runtime]string{RuntimeCompose: "docker compose", RuntimeDocker: "docker run", RuntimePodman: "podman",
		RuntimeSystemd: "systemd service"}
	return cmp.Or(labels[r], "manual start")
}

// Readers are the programs that read the .env in this runtime, by their --readers
// names.
func (r Runtime) Readers() []string {
	switch {
	case r.InContainer():
		return []string{string(r)}
	case r == RuntimeSystemd:
		return []string{"pocket-id", "systemd"}
	}
	return []string{"pocket-id"}
}

// InContainer reports whether Pocket ID has a hostname of its own, and a
// localhost of its own.
func (r Runtime) InContainer() bool {
	return r == RuntimeCompose || r == RuntimeDocker || r == RuntimePodman
}

// HostSetting says by which name a container reaches the machine that it runs on,
// and what that needs.
func (r Runtime) HostSetting() string {
	switch r {
	case RuntimeCompose:
		return "It reaches this machine as host.docker.internal, with " +
			"`extra_hosts: [\"host.docker.internal:host-gateway\"]` for the service."
	case RuntimeDocker:
		return "It reaches this machine as host.docker.internal, with --add-host host.docker.internal:host-gateway."
	}
	return "It reaches this machine as host.containers.internal."
}

// hostnameSetting is the instruction to give Pocket ID a hostname.
func (r Runtime) hostnameSetting(name string) string {
	switch r {
	case RuntimeCompose:
		return "Set `hostname: " + name + "` in compose"
	case RuntimeDocker:
		return "Start the container with --hostname " + name
	case RuntimePodman:
		return "Start the container with --hostname " + name + " (HostName= in a quadlet)"
	}
	return "Set this machine's hostname: hostnamectl set-hostname " + name
}

// Restart is what makes Pocket ID read the new settings: commands, and comments
// where what to type depends on how it was started. service is the
// name of the compose service, unit or container; "" takes the usual one.
func (r Runtime) Restart(service string) []string {
	service = cmp.Or(service, "pocket-id")
	switch r {
	case RuntimeCompose:
		return []string{"docker compose up -d --force-recreate " + service}
	case RuntimeSystemd:
		return []string{"systemctl restart " + service}
	case RuntimeDocker:
		// Not for pasting: who has lost the docker run command would lose the
		// container's settings with it.
		return []string{"# docker rm -f " + service + ", then the same docker run command again"}
	case RuntimePodman:
		return []string{"systemctl restart " + service,
			"# that is for a quadlet; otherwise remove the container and run it again as before"}
	}
	return []string{"# stop Pocket ID and start it again"}
}
