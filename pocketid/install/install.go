// Package install finds out what a Pocket ID on this machine will really get: who
// runs it, its version and hostname, and each variable with the place that sets
// it. It reads files, connects to nothing and changes nothing.
package install

import (
	"path/filepath"
	"slices"

	"smtp-wizard/pocketid"
)

// Kind is where a hostname comes from.
type Kind string

// The kinds of hostnames.
const (
	KindSet         Kind = "set"
	KindContainerID Kind = "container-id" // new with every container: no value
	KindMachine     Kind = "machine"
	KindShared      Kind = "shared" // with another container, or a pod
)

// Hostname is what os.Hostname() returns to Pocket ID.
type Hostname struct {
	Value string // "" is not known
	From  Source
	Kind  Kind
	With  string // the service, container or pod that a shared one belongs to
}

// Version is the release of Pocket ID.
type Version struct {
	Release pocketid.Version // its zero value is not known
	Below   string           // only that it is older than this can be told
	From    string           // what told, or could not tell: "image tag v2"
}

// Known reports whether an exact release was told.
func (v Version) Known() bool { return v.Release.Known() && v.Release.Exact }

// Speaks is the release to speak as: the one that was told, or else the newest that
// it may be.
func (in Install) Speaks() pocketid.Version {
	if in.Version.Below != "" {
		old, _ := pocketid.ParseVersion("v0")
		return old
	}
	return in.Version.Release
}

// Password is where the password of the mail account is; its JSON never has the password.
type Password struct {
	Set      bool     `json:"set"`
	Kind     string   `json:"kind,omitempty"` // env, file or secret
	From     []string `json:"from,omitempty"`
	Readable bool     `json:"readable"` // from here, by the one who runs this program
	Unseen   bool     `json:"-"`        // none was found, but a file that may have it cannot be read
	File     string   `json:"-"`        // on this machine, that has the password and nothing else; "" is none
	value    string
}

// Install is what was found. It is one value; the guide, check, apply and inspect
// stand on it.
type Install struct {
	EnvFile string           // the file that was asked about
	Runs    pocketid.Runtime // "" when nothing was found
	Found   string           // the file that told
	Service string           // compose service, or unit or quadlet without its ending
	Others  []string
	Refused string // what the reader of its files says when it does not start

	Image    string
	Version  Version
	Hostname Hostname
	EnvFiles []EnvFile
	Password Password
	Warnings []Warning
	Compose  *Project // for compose
	// Network is what a container's network_mode or --network says; "" is its own.
	Network string

	// Unit is the systemd unit or quadlet behind it, or "".
	Unit string
	User string // as whom the environment is read, where a unit says so

	env environment
	// emptied are keys that a place takes away though another one sets them.
	emptied map[string]setting
	// mounts tell where a path of the container is on the machine.
	mounts  []mount
	secrets map[string]credential // by their path inside
	workDir string                // of the process; /app in a container
	fit     fit
}

// fit is how much an install has to do with the file that was asked about.
type fit int

const (
	fitNone      fit = iota
	fitSomewhere     // it runs Pocket ID on this machine
	fitBeside        // it runs Pocket ID, and lies beside the file
	fitNamed         // its variables are taken from the file
	fitReads         // the file reaches Pocket ID
)

// credential is a secret that is a file for Pocket ID.
type credential struct {
	name   string
	file   string // on this machine; "" when it cannot be seen
	inline bool   // it stands in the unit or in a variable itself
	value  string
	holder string // podman, systemd, compose
}

// mount is a part of the machine's file system that a container sees.
type mount struct{ host, inside string }

// InContainer reports whether Pocket ID has a localhost of its own, so to speak.
func (in Install) InContainer() bool { return in.Runs.InContainer() }

// Value is what arrives for a key. It may be a secret.
func (in Install) Value(key string) (string, bool) { return in.env.lookup(key) }

// From is the place that decides a key, and the places that lose.
func (in Install) From(key string) (Source, []Source) {
	s, _ := in.env.get(key)
	return s.Source, in.env.hidden(key)
}

// Reveal is the password that arrives; "" when there is none to be had from here.
func (p Password) Reveal() string { return p.value }

// Reads reports whether the lines of a file reach Pocket ID.
func (in Install) Reads(path string) bool {
	return slices.ContainsFunc(in.EnvFiles, func(f EnvFile) bool { return f.Path == path })
}

// Paths are the files that reach Pocket ID in order, the last one wins; one that
// several programs read is there once.
func (in Install) Paths() []string {
	var out []string
	for _, f := range in.EnvFiles {
		if !slices.Contains(out, f.Path) {
			out = append(out, f.Path)
		}
	}
	return out
}

// addFile notes a file that reaches Pocket ID.
func (in *Install) addFile(f EnvFile) {
	if !slices.Contains(in.EnvFiles, f) {
		in.EnvFiles = append(in.EnvFiles, f)
	}
}

// finder looks for installs.
type finder struct {
	Machine
	envFile string
	found   []Install
	scripts int                 // that were run so far
	folders map[string][]string // of drop-ins, by the directory that they are in
}

// maxScripts bounds the scripts and Exec lines that are followed.
const maxScripts = 500

// Discover finds out how the Pocket ID with this file runs. It never fails: what
// cannot be read is as if it were not there. The file need not exist yet.
func Discover(m Machine, envFile string) Install {
	f := &finder{Machine: m, envFile: join(m.Dir, envFile), folders: map[string][]string{}}
	f.quadlets()
	f.units()
	f.scriptsBeside()
	f.composeBeside()
	f.byHand()
	best := Install{EnvFile: f.envFile, env: environment{}}
	for _, in := range f.found {
		if in.fit > best.fit {
			best = in
		}
	}
	best.EnvFile = f.envFile
	switch {
	case best.Runs == "":
		f.assume(&best)
	case best.Refused != "":
		best.env = environment{} // nothing starts, so nothing arrives
	}
	f.findPassword(&best)
	if best.Runs != "" {
		f.findVersion(&best)
		f.warnings(&best)
	}
	return best
}

// keep takes an install among those that were found. One whose script or unit lies
// beside the file is nearer to it than others.
func (f *finder) keep(in Install) {
	if in.fit == fitSomewhere && filepath.Dir(in.Found) == filepath.Dir(f.envFile) {
		in.fit = fitBeside
	}
	f.found = append(f.found, in)
}

// assume is for a file that nothing here is found to read: Pocket ID itself would,
// from the directory of the file.
func (f *finder) assume(in *Install) {
	file := EnvFile{Path: f.envFile, Reader: "pocket-id"}
	in.workDir = filepath.Dir(f.envFile)
	if layer, err := f.readLayer(file, nil); err == nil {
		in.addFile(file)
		in.env.add(layer)
	}
	in.Hostname = Hostname{Kind: KindMachine, Value: f.Hostname}
}
