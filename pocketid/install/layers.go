package install

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"smtp-wizard/pocketid"
)

// Near reports whether the install has to do with the file that was asked about:
// it reads it, takes variables from it, or lies beside it.
func (in Install) Near() bool { return in.fit >= fitBeside }

// Feeds reports whether a file reaches Pocket ID, or a line hands on what it has.
func (in Install) Feeds(file string) bool { return in.Reads(file) || in.env.takesFrom(file) }

// Readers are the programs that read a file, by their names in envwriter, the one
// that hands it to Pocket ID first. compose reads the .env of its directory for
// ${VARIABLES} as well.
func (in Install) Readers(path string) []string {
	var out []string
	for _, f := range in.EnvFiles {
		if f.Path == path && !slices.Contains(out, f.Reader) {
			out = append(out, f.Reader)
		}
	}
	byCompose := in.Compose != nil && (len(out) == 0 || filepath.Base(path) == ".env")
	if byCompose && !slices.Contains(out, "compose") {
		out = append(out, "compose")
	}
	return out
}

// A Layer is the place to change for another value to arrive.
type Layer struct {
	Source
	Key string // under which the file has the value: a renamed variable has its own name there
	// Readers are those of an env file; none: the line is for the admin to change.
	Readers []string
}

// Decides is the layer that decides a key; ok is false where nothing sets it. A
// line that only hands on a variable of an env file leaves the decision there.
func (in Install) Decides(key string) (layer Layer, ok bool) {
	s, ok := in.env.get(key)
	if !ok {
		return Layer{}, false
	}
	layer = Layer{Source: s.Source, Key: key}
	switch {
	case s.Reader != "":
		layer.Readers = in.Readers(s.Source.File)
	case s.Source.VariableReader != "" && s.HandedOn:
		file := s.Source.VariableFile
		layer = Layer{Source: Source{File: file}, Key: s.Source.Variable, Readers: []string{s.Source.VariableReader}}
		for _, reader := range in.Readers(file) {
			if !slices.Contains(layer.Readers, reader) {
				layer.Readers = append(layer.Readers, reader)
			}
		}
	}
	if Generated(layer.File) {
		layer.Readers = nil
	}
	return layer, true
}

// Place is a source for people: file, line, and the variable behind it.
func (in Install) Place(s Source) string {
	s.File = in.Short(s.File)
	out := strings.TrimSuffix(s.place(), ",")
	if s.Variable != "" && s.VariableFile != "" {
		out += ", which takes ${" + s.Variable + "} of " + in.Short(s.VariableFile)
	}
	return out
}

// Generated reports whether a file is made from another, and not for editing.
func Generated(file string) bool { return within("/nix/store", file) }

// Assignment is how the file of a layer would set its key to a value, and in which
// line: a command can have it some lines after the one it begins in.
func (l Layer) Assignment(data []byte, value string) (line int, text string) {
	const most = 50 // lines of a command
	lines := strings.Split(string(data), "\n")
	for n := max(l.Line, 1); l.Line > 0 && n <= min(len(lines), l.Line+most); n++ {
		_, rest, has := strings.Cut(lines[n-1], l.Key)
		switch rest = strings.TrimLeft(rest, "\"' "); {
		case has && strings.HasPrefix(rest, "="):
			return n, l.Key + "=" + value
		case has && strings.HasPrefix(rest, ":"):
			return n, l.Key + ": " + scalar(value)
		}
	}
	if ext := filepath.Ext(l.File); ext == ".yaml" || ext == ".yml" {
		return l.Line, l.Key + ": " + scalar(value)
	}
	return l.Line, l.Key + "=" + value
}

// Restart is what makes Pocket ID read its settings anew.
func (in Install) Restart(quote func(string) string) []string {
	systemctl, unit := in.Systemctl(), in.Service
	if in.Compose != nil {
		unit = strings.TrimSuffix(filepath.Base(in.Unit), ".service")
	}
	switch {
	case in.Runs == pocketid.RuntimeQuadlet:
		return []string{systemctl + " daemon-reload", systemctl + " restart " + quote(unit)}
	case in.Unit != "":
		return []string{systemctl + " restart " + quote(unit)}
	case in.Compose != nil:
		return append([]string{"cd " + quote(in.Compose.Dir)}, in.Runs.Restart(quote(in.Service))...)
	}
	return in.Runs.Restart(quote(in.Service))
}

// Systemctl is the command for the unit behind it, a user's own or the machine's.
func (in Install) Systemctl() string {
	if strings.Contains(in.Unit, "/systemd/user/") || strings.Contains(in.Unit, "/.config/") || strings.Contains(in.Unit, "/users/") {
		return "systemctl --user"
	}
	return "systemctl"
}

// Summary says in a line how Pocket ID runs, and what told so.
func (in Install) Summary() string {
	switch {
	case in.Runs == pocketid.RuntimeCompose:
		return "service " + in.Service + " in " + in.Short(in.Found)
	case in.Service != "":
		return in.Runs.Label() + " of " + in.Service + ", according to " + in.Short(in.Found)
	}
	return in.Runs.Label() + ", according to " + in.Short(in.Found)
}

// HostnameWords is the hostname for people, with its source.
func (in Install) HostnameWords() string {
	h := in.Hostname
	switch h.Kind {
	case KindContainerID:
		return "the container id, new with every container"
	case KindMachine:
		return cmp.Or(h.Value, "unknown") + " (this machine's)"
	case KindShared:
		return cmp.Or(h.Value, "unknown") + " (shared with " + h.With + ")"
	}
	return cmp.Or(h.Value, "unknown") + " (" + in.Short(h.From.File) + ")"
}

// HandOn says how a key of a file that reaches nothing would reach Pocket ID.
func (in Install) HandOn(key, file string) string {
	name := in.Short(file)
	switch in.Runs {
	case pocketid.RuntimeCompose:
		if path, err := filepath.Rel(in.Compose.Dir, file); err == nil {
			name = path
		}
		if in.Reads(file) {
			return "take the line for it out of environment: of the service " + in.Service
		}
		return "add `env_file: " + name + "`, or under environment: `" + key + ": ${" + key + "}` and so on, to the service " +
			in.Service + " in " + in.Short(cmp.Or(in.Compose.Defined, in.Found))
	case pocketid.RuntimeQuadlet:
		return "add EnvironmentFile=" + file + " under [Container] in " + in.Found
	case pocketid.RuntimeDocker, pocketid.RuntimePodman:
		return "start the container with --env-file " + file
	case pocketid.RuntimeSystemd:
		return "add EnvironmentFile=" + file + " under [Service] in " + in.Found
	}
	return "let what starts Pocket ID read " + name
}

// InsideNames are the names that docker and podman give the machine.
var InsideNames = []string{"host.docker.internal", "gateway.docker.internal", "host.containers.internal"}

// ownNetworks are what --network and network_mode say for a network without a DNS
// of its own.
var ownNetworks = []string{"", "host", "bridge", "default", "none", "slirp4netns", "pasta", "private"}

// NamedNetwork is the network in which containers find a container by its name; "" is
// none.
func (in Install) NamedNetwork() string {
	if name, _, _ := strings.Cut(in.Network, ":"); slices.Contains(ownNetworks, name) {
		return ""
	}
	return in.Network
}

// hostGateway is what Docker puts this machine's own address for.
const hostGateway = "host-gateway"

// LacksGateway reports whether a host is a name for this machine that compose has yet to
// give to Pocket ID.
func (in Install) LacksGateway(host string) bool {
	ofDocker := host == "host.docker.internal" || host == "gateway.docker.internal"
	return in.Compose != nil && in.Network != "host" && ofDocker && !slices.Contains(in.Compose.Inside, host)
}

// Elsewhere reports whether compose has a name of this machine stand for something else.
func (in Install) Elsewhere(name string) bool {
	return in.Compose != nil && slices.Contains(in.Compose.Inside, name) && !slices.Equal(in.Compose.Hosts[name], []string{hostGateway})
}

// OnlyInside says why the host of a relay cannot be reached, or is another one, from
// outside the container of Pocket ID; "" where it can.
func (in Install) OnlyInside(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	single := host != "" && !strings.ContainsAny(host, ".:") && host != "localhost"
	loopback := host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
	switch {
	case in.InContainer() && in.Network == "host" && in.Compose != nil && slices.Contains(InsideNames, host) && !slices.Contains(in.Compose.Inside, host):
		return host + " is no name on the machine's own network, on which localhost is the machine"
	case !in.InContainer() || in.Network == "host":
		return ""
	case slices.Contains(InsideNames, host):
		return host + " is this machine as the container sees it, and no name outside"
	case loopback && in.Hostname.Kind == KindShared:
		return host + " is what Pocket ID shares with " + in.Hostname.With + ", and not this machine"
	case in.Compose != nil && slices.Contains(in.Compose.Inside, host):
		return host + " is a name in the network of the compose project"
	case single && in.Compose != nil && in.Compose.External:
		return host + " is a name in a network of containers"
	case single && in.Compose == nil && in.Hostname.Kind == KindShared:
		return host + " is a name in the network of " + in.Hostname.With
	case single && in.Compose == nil && in.NamedNetwork() != "":
		return host + " is a name in the network " + in.Network
	}
	return ""
}

// InsideCommand begins a command line that runs a program of this machine where
// Pocket ID runs, with more files of it in reach.
func (in Install) InsideCommand(quote func(string) string, program string, files ...string) string {
	mounts := "-v " + quote(program+":/smtp-wizard:ro")
	for _, file := range files {
		mounts += " -v " + quote(file+":/tmp/"+filepath.Base(file)+":ro")
	}
	if in.Compose != nil {
		files := ""
		for _, file := range in.Compose.Files {
			if in.Compose.Named {
				files += " -f " + quote(file)
			}
		}
		return "cd " + quote(in.Compose.Dir) + " && docker compose" + files + " run --rm --no-deps " + mounts +
			" --entrypoint /smtp-wizard " + quote(in.Service)
	}
	network := ""
	if in.Network != "" {
		network = " --network " + quote(in.Network)
	}
	if pod, ok := strings.CutPrefix(in.Hostname.With, "pod "); ok {
		network = " --pod " + quote(strings.TrimPrefix(pod, "new:"))
	}
	return in.Runs.Engine() + " run --rm" + network + " " + mounts + " --entrypoint /smtp-wizard " + quote(in.Image)
}
