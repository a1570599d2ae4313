package install

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// imageWorkDir is where Pocket ID runs in its image.
const imageWorkDir = "/app"

// container completes an install that a docker or podman command line makes. dir
// and started are what the command is run in and with. ok is false when it is
// not about Pocket ID or the file.
func (f *finder) container(in Install, r runLine, dir string, started environment) (Install, bool) {
	in.Image, in.Network = r.image.text, r.network
	in.workDir = cmp.Or(r.workDir, imageWorkDir)
	in.env, in.secrets = environment{}, map[string]credential{}
	for _, m := range r.mounts {
		in.mounts = append(in.mounts, mount{host: join(dir, m.host), inside: m.inside})
	}
	layers := environment{}
	if r.envHost {
		layers.add(started)
	}
	for _, file := range r.envFiles {
		ef := EnvFile{Path: join(dir, file.text), Reader: r.program}
		layer, err := f.readLayer(ef, started)
		if err != nil {
			in.refuse(r.program+" does not start it", err)
		}
		in.addFile(ef)
		layers.add(layer)
	}
	for _, e := range r.env {
		takeEnv(layers, e, started, r.program == "podman")
	}
	for _, s := range r.secrets {
		in.takeSecret(layers, s)
	}
	f.ownEnvFile(&in)
	in.env.add(layers)
	in.Hostname = f.hostname(r.hostname, r.network, r.uts, Source{File: in.Found, Line: r.image.source.Line})
	if pod := r.pod; pod.text != "" {
		name := cmp.Or(r.hostname.text, strings.TrimPrefix(pod.text, "new:"))
		in.Hostname = Hostname{Kind: KindShared, Value: name, With: "pod " + pod.text, From: pod.source}
	}
	return in, f.fits(&in)
}

// fits says how much a container has to do with the file.
func (f *finder) fits(in *Install) bool {
	switch reads := in.Reads(f.envFile); {
	case reads && isPocketID(in.Image):
		in.fit = fitReads
	case isPocketID(in.Image) && in.env.takesFrom(f.envFile):
		in.fit = fitNamed
	case reads:
		in.fit = fitBeside
	case isPocketID(in.Image):
		in.fit = fitSomewhere
	}
	return in.fit != fitNone
}

// refuse notes that nothing starts, in the words of who refuses.
func (in *Install) refuse(who string, err error) {
	// What only we may not read is no reason for others not to start.
	if in.Refused == "" && err != nil && !errors.Is(err, fs.ErrPermission) {
		in.Refused = fmt.Sprintf("%s: %v", who, err)
	}
}

// takeEnv puts one -e into the environment: KEY=value, KEY from the environment
// that the program was started with, and for podman all keys with a pattern.
func takeEnv(layers environment, e word, started environment, patterns bool) {
	key, value, has := strings.Cut(e.text, "=")
	if has {
		layers.set(key, setting{Value: value, Source: e.source})
		return
	}
	prefix, star := strings.CutSuffix(key, "*")
	for _, name := range slices.Sorted(maps.Keys(started)) {
		if name != key && !(patterns && star && strings.HasPrefix(name, prefix)) {
			continue
		}
		s, _ := started.get(name)
		source := e.source
		if s.Source.File != source.File {
			source.Variable, source.VariableFile, source.VariableReader = name, s.Source.File, s.Reader
		}
		layers.set(name, setting{Value: s.Value, Source: source, HandedOn: source.Variable != ""})
	}
}

// takeSecret puts a secret of podman in its place: a variable, or a file below
// /run/secrets.
func (in *Install) takeSecret(layers environment, s word) {
	name, _, _ := strings.Cut(s.text, ",")
	fields := fieldsOf(s.text)
	target := cmp.Or(fields["target"], name)
	if fields["type"] == "env" {
		layers.set(target, setting{Unknown: true, Source: Source{File: "podman secret " + name}})
		return
	}
	if !strings.HasPrefix(target, "/") {
		target = path.Join("/run/secrets", target)
	}
	in.secrets[target] = credential{name: name, holder: "podman"}
}

// ownEnvFile adds the .env that Pocket ID itself loads, from the directory it
// runs in. What its process was started with wins over it, even when it is empty.
func (f *finder) ownEnvFile(in *Install) {
	if in.workDir == "" {
		return
	}
	file := in.onMachine(path.Join(in.workDir, ".env"))
	if file == "" {
		return
	}
	ef := EnvFile{Path: file, Reader: "pocket-id"}
	layer, err := f.readLayer(ef, nil)
	if missing(err) {
		return
	}
	in.addFile(ef) // one that it cannot read is skipped without a word
	in.env.add(layer)
}

// onMachine is where a path of Pocket ID is on this machine; "" when it is only
// inside a container.
func (in *Install) onMachine(inside string) string {
	if !in.InContainer() {
		return inside
	}
	var best mount
	for _, m := range in.mounts {
		if (m.inside == inside || within(m.inside, inside)) && len(m.inside) > len(best.inside) {
			best = m
		}
	}
	if best.inside == "" {
		return ""
	}
	return path.Join(best.host, strings.TrimPrefix(inside, best.inside))
}

// hostname is what docker, podman and compose give to a container. here is the
// line that decides when there is none for it.
func (f *finder) hostname(set word, network, uts string, here Source) Hostname {
	joined, other := strings.CutPrefix(network, "container:")
	switch {
	case other:
		return Hostname{Kind: KindShared, With: "container " + joined, From: here}
	case set.text != "" && uts != "host":
		return Hostname{Kind: KindSet, Value: set.text, From: set.source}
	case network == "host" || uts == "host":
		return Hostname{Kind: KindMachine, Value: f.Hostname}
	}
	return Hostname{Kind: KindContainerID, From: here}
}
