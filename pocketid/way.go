package pocketid

// Way is how Pocket ID is run; it decides who reads the .env and how a hostname
// is set.
type Way string

// The ways.
const (
	WayCompose Way = "compose"
	WayDocker  Way = "docker" // docker run --env-file
	WayPodman  Way = "podman" // podman run --env-file, or a quadlet
	WaySystemd Way = "systemd"
	WayManual  Way = "manual" // started by hand; the binary reads ./.env
)

// Ways lists them in the order in which to offer them.
var Ways = []Way{WayCompose, WayDocker, WayPodman, WaySystemd, WayManual}

// Label is the way as a screen shows it.
func (w Way) Label() string {
	switch w {
	case WayCompose:
		return "docker compose"
	case WayDocker:
		return "docker run"
	case WayPodman:
		return "podman"
	case WaySystemd:
		return "systemd service"
	}
	return "started by hand"
}

// Readers are the programs that read the .env in this way, by their --readers
// names.
func (w Way) Readers() []string {
	switch w {
	case WayCompose:
		return []string{"compose"}
	case WayDocker:
		return []string{"docker"}
	case WayPodman:
		return []string{"podman"}
	case WaySystemd:
		return []string{"pocket-id", "systemd"}
	}
	return []string{"pocket-id"}
}

// InContainer reports whether Pocket ID has a hostname of its own, and a
// localhost of its own.
func (w Way) InContainer() bool {
	return w == WayCompose || w == WayDocker || w == WayPodman
}

// HostSetting says by which name a container reaches the machine that it runs on,
// and what that needs.
func (w Way) HostSetting() string {
	switch w {
	case WayCompose:
		return "It reaches this machine as host.docker.internal, with `extra_hosts: [\"host.docker.internal:host-gateway\"]` for the service."
	case WayDocker:
		return "It reaches this machine as host.docker.internal, with --add-host host.docker.internal:host-gateway."
	}
	return "It reaches this machine as host.containers.internal."
}

// hostnameSetting is the instruction to give Pocket ID a hostname.
func (w Way) hostnameSetting(name string) string {
	switch w {
	case WayCompose:
		return "Set `hostname: " + name + "` in compose"
	case WayDocker:
		return "Start the container with --hostname " + name
	case WayPodman:
		return "Start the container with --hostname " + name + " (HostName= in a quadlet)"
	}
	return "Set this machine's hostname: hostnamectl set-hostname " + name
}

// Restart is what makes Pocket ID read the new settings: commands, and comments
// where what to type depends on how it was started. service is the
// name of the compose service, unit or container; "" takes the usual one.
func (w Way) Restart(service string) []string {
	if service == "" {
		service = "pocket-id"
	}
	switch w {
	case WayCompose:
		return []string{"docker compose up -d --force-recreate " + service}
	case WaySystemd:
		return []string{"systemctl restart " + service}
	case WayDocker:
		// Not for pasting: who has lost the docker run command would lose the
		// container's settings with it.
		return []string{"# docker rm -f " + service + ", then the same docker run command again"}
	case WayPodman:
		return []string{"systemctl restart " + service, "# that is for a quadlet; else remove the container and run it again as before"}
	}
	return []string{"# stop Pocket ID and start it again"}
}
