package install

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// composeInstall makes an install of a compose project. ok is false when it has
// no Pocket ID.
func (f *finder) composeInstall(in Install, line composeLine, dir string) (Install, bool) {
	p, err := f.project(line, dir)
	if p == nil {
		return in, false
	}
	in.Compose, in.Found, in.workDir = p, p.Files[0], imageWorkDir
	in.env, in.secrets, in.emptied = environment{}, map[string]credential{}, map[string]setting{}
	if p.model == nil {
		return f.refusedProject(in, err)
	}
	in.refuse("docker compose", err)
	name, others, ok := f.chooseService(p)
	if !ok {
		return in, false
	}
	in.Service, in.Others = name, others
	service := p.service(name)
	in.Image = service.Image
	in.Network, p.UTS = service.NetworkMode, service.Uts
	for _, v := range service.Volumes {
		if v.Type == types.VolumeTypeBind {
			in.mounts = append(in.mounts, mount{host: f.logical(v.Source), inside: v.Target})
		}
	}
	in.workDir = cmp.Or(service.WorkingDir, imageWorkDir)
	p.Defined = p.fieldSource(name, "image").File
	p.inside(service)
	f.composeSecrets(&in, service)
	f.ownEnvFile(&in)
	f.composeEnvironment(&in, service)
	f.composeHostname(&in, service)
	in.fit = fitSomewhere
	switch {
	case in.Reads(f.envFile):
		in.fit = fitReads
	case p.takesFrom(f.envFile):
		in.fit = fitNamed
	}
	return in, true
}

// logical is the path that the admin knows, of one that the loader made absolute.
func (f *finder) logical(path string) string {
	root := f.Files.Local("/")
	if root != "/" && strings.HasPrefix(path, root) {
		return "/" + strings.TrimPrefix(path, root)
	}
	return path
}

// service is one of the model, active or not.
func (p *Project) service(name string) types.ServiceConfig {
	if s, ok := p.model.Services[name]; ok {
		return s
	}
	return p.model.DisabledServices[name]
}

// inside lists the names that the DNS of the project's networks and extra_hosts:
// give to a service.
func (p *Project) inside(s types.ServiceConfig) {
	for name := range s.ExtraHosts {
		p.Inside = append(p.Inside, strings.ToLower(name))
	}
	for name := range s.Networks {
		p.External = p.External || bool(p.model.Networks[name].External)
	}
	for _, other := range p.model.Services {
		if other.Name == s.Name || s.NetworkMode == "host" {
			continue
		}
		p.Inside = append(p.Inside, strings.ToLower(other.Name))
		if other.ContainerName != "" {
			p.Inside = append(p.Inside, strings.ToLower(other.ContainerName))
		}
		for _, network := range other.Networks {
			if network != nil {
				p.Inside = append(p.Inside, network.Aliases...)
			}
		}
	}
	for _, link := range s.Links {
		p.Inside = append(p.Inside, link[strings.LastIndex(link, ":")+1:])
	}
	slices.Sort(p.Inside)
}

// chooseService takes the service that runs Pocket ID; of several the one that is
// given the file. Those in profiles that are off count when there is no other.
func (f *finder) chooseService(p *Project) (best string, others []string, ok bool) {
	for _, services := range []types.Services{p.model.Services, p.model.DisabledServices} {
		top := 0
		for _, name := range slices.Sorted(maps.Keys(services)) {
			switch score := f.score(p, services[name]); {
			case score > top:
				best, others, top = name, nil, score
			case score == top && top > 0:
				others = append(others, name)
			}
		}
		if top > 0 {
			return best, others, true
		}
	}
	return "", nil, false
}

// score is how likely a service is the Pocket ID of the file; 0 is none.
func (f *finder) score(p *Project, s types.ServiceConfig) int {
	reads := slices.ContainsFunc(s.EnvFiles, func(e types.EnvFile) bool { return f.logical(e.Path) == f.envFile })
	points := 0
	_, own := s.Environment["UI_CONFIG_DISABLED"]
	switch {
	case isPocketID(s.Image):
		points = 8
	case binary.MatchString(s.Name) || binary.MatchString(s.ContainerName):
		points = 6
	case own:
		points = 4
	case reads && f.hasSettings(f.envFile):
		points = 2
	}
	if points == 0 {
		return 0
	}
	if reads {
		points += 2
	}
	for key := range s.Environment {
		for _, place := range p.places(s.Name, key) {
			if place.source.VariableFile == f.envFile {
				return points + 1
			}
		}
	}
	return points
}

// hasSettings reports whether a file has what only Pocket ID's settings have.
func (f *finder) hasSettings(file string) bool {
	data, _ := f.Files.Read(file)
	return strings.Contains(string(data), "UI_CONFIG_DISABLED")
}

// composeEnvironment is what compose's resolveEnvironment makes of a service: the
// files in order, then environment:. A key without a value there that no variable
// gives one does not arrive, also when a file sets it.
func (f *finder) composeEnvironment(in *Install, s types.ServiceConfig) {
	p := in.Compose
	vars := p.variablesOf(s.Name)
	own := environment{}
	for key, value := range s.Environment {
		if value == nil {
			if set, ok := vars.lookup(key); ok {
				own.set(key, setting{value: set})
			}
			continue
		}
		own.set(key, setting{value: *value})
	}
	files := environment{}
	lookup := environment{}
	lookup.add(own)
	lookup.add(vars)
	for _, e := range s.EnvFiles {
		ef := EnvFile{Path: f.logical(e.Path), Reader: "compose"}
		switch e.Format {
		case "":
		case "raw":
			ef.Reader = "docker"
		default:
			in.refuse("docker compose", fmt.Errorf("unsupported env_file format %q", e.Format))
		}
		started := files.clone()
		started.add(lookup)
		layer, err := f.readLayer(ef, started)
		if missing(err) && !bool(e.Required) {
			continue
		}
		in.addFile(ef)
		if missing(err) {
			err = fmt.Errorf("env file %s not found", ef.Path)
		}
		in.refuse("docker compose", err)
		files.add(layer)
	}
	in.env.add(files)
	for key := range s.Environment {
		value, arrives := own.lookup(key)
		places := p.places(s.Name, key)
		if !arrives {
			if lost, ok := in.env.get(key); ok && len(places) > 0 {
				in.emptied[key] = setting{value: lost.source.File, source: places[len(places)-1].source}
			}
			delete(in.env, key)
			continue
		}
		for i, place := range places {
			if i == len(places)-1 {
				place.value = value
			}
			in.env.set(key, place)
		}
		if len(places) == 0 {
			in.env.set(key, setting{value: value, source: Source{File: in.Found}})
		}
	}
}

// variablesOf are those that compose puts in for a service: an included file may
// have its own.
func (p *Project) variablesOf(service string) environment {
	for _, file := range slices.Backward(p.known.order) {
		if p.vars != nil && child(child(p.known.roots[file], "services"), service) != nil && p.known.vars[file] != nil {
			return p.known.vars[file]
		}
	}
	return p.vars
}

// places are all the lines that set a key under environment:, the one that counts
// last.
func (p *Project) places(service, key string) []setting {
	var out []setting
	p.eachService(service, func(file string, node *yaml.Node) {
		value, null, line := environmentEntry(child(node, "environment"), key)
		if line == 0 {
			return
		}
		vars := p.known.vars[file]
		s := setting{value: fill(value, vars), source: Source{File: file, Line: line}}
		names := references(value)
		for _, found := range bareReference.FindAllStringSubmatch(strings.ReplaceAll(value, "$$", ""), -1) {
			_, set := vars.lookup(found[1])
			s.dollar = s.dollar || !set && found[0] != value
		}
		if null {
			names = []string{key}
			s.value, _ = vars.lookup(key)
		}
		for _, name := range names {
			if from, ok := vars.get(name); ok && s.source.VariableFile == "" {
				s.handedOn = null || onlyReference.MatchString(value)
				s.source.Variable, s.source.VariableFile, s.source.VariableReader = name, from.source.File, from.reader
			}
		}
		if len(names) > 0 && s.source.Variable == "" {
			s.source.Variable = names[0]
		}
		out = append(out, s)
	})
	slices.Reverse(out)
	return out
}

// onlyReference is a value that is one variable, with or without a default.
var onlyReference = regexp.MustCompile(`^\$(?:[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*(?::?[-?][^{}]*)?\})$`)

// bareReference is a $NAME, which is more often part of a password than meant.
var bareReference = regexp.MustCompile(`\$([A-Za-z_][A-Za-z0-9_]*)`)

// eachService hands on every part of a service's definition, the one that counts
// first: overrides, the file itself, what it extends, and what is included.
func (p *Project) eachService(name string, use func(file string, node *yaml.Node)) {
	seen := map[string]bool{}
	var visit func(file, name string)
	visit = func(file, name string) {
		node := child(child(p.known.roots[file], "services"), name)
		if node == nil || seen[file+"\x00"+name] {
			return
		}
		seen[file+"\x00"+name] = true
		use(file, node)
		extends := child(node, "extends")
		if extends == nil {
			return
		}
		other, base := file, extends.Value
		if extends.Kind == yaml.MappingNode {
			if n := child(extends, "service"); n != nil {
				base = n.Value
			}
			if n := child(extends, "file"); n != nil {
				other = join(filepath.Dir(file), fill(n.Value, p.known.vars[file]))
			}
		}
		visit(other, base)
	}
	for _, file := range slices.Backward(p.Files) {
		visit(file, name)
	}
	for _, file := range p.known.order {
		visit(file, name)
	}
}

// environmentEntry finds a key under environment:, a mapping or a list.
func environmentEntry(env *yaml.Node, key string) (value string, null bool, line int) {
	if env == nil {
		return "", false, 0
	}
	if env.Kind == yaml.SequenceNode {
		for _, n := range slices.Backward(env.Content) {
			n = resolve(n)
			if name, value, has := strings.Cut(n.Value, "="); name == key {
				return value, !has, n.Line
			}
		}
		return "", false, 0
	}
	n := child(env, key)
	if n == nil {
		return "", false, 0
	}
	return n.Value, n.Tag == "!!null", n.Line
}

// fieldSource is the line that sets a field of a service.
func (p *Project) fieldSource(service, field string) Source {
	var out Source
	p.eachService(service, func(file string, node *yaml.Node) {
		if n := child(node, field); n != nil && out.File == "" {
			out = Source{File: file, Line: n.Line}
		}
	})
	return out
}

// takesFrom reports whether compose takes variables from a file.
func (p *Project) takesFrom(file string) bool {
	for _, vars := range append(slices.Collect(maps.Values(p.known.vars)), p.vars) {
		for key := range vars {
			if s, _ := vars.get(key); s.source.File == file {
				return true
			}
		}
	}
	return false
}

// composeHostname is what the container has. domainname: is not part of it.
func (f *finder) composeHostname(in *Install, s types.ServiceConfig) {
	here := in.Compose.fieldSource(in.Service, "hostname")
	other, ofService := strings.CutPrefix(s.NetworkMode, "service:")
	container, ofContainer := strings.CutPrefix(s.NetworkMode, "container:")
	switch {
	case ofService:
		in.Hostname = Hostname{Kind: KindShared, Value: in.Compose.service(other).Hostname, With: "service " + other,
			From: in.Compose.fieldSource(other, "hostname")}
	case ofContainer:
		here = in.Compose.fieldSource(in.Service, "network_mode")
		in.Hostname = Hostname{Kind: KindShared, With: "container " + container, From: here}
	case s.Uts == "host":
		f.machineHostname(in)
	case s.Hostname != "":
		in.Hostname = Hostname{Kind: KindSet, Value: s.Hostname, From: here}
	case s.NetworkMode == "host":
		f.machineHostname(in)
	default:
		in.Hostname = Hostname{Kind: KindContainerID, From: Source{File: in.Found}}
	}
}

// composeSecrets notes what the container has as files.
func (f *finder) composeSecrets(in *Install, s types.ServiceConfig) {
	model := in.Compose.model
	add := func(target, name string, o types.FileObjectConfig) {
		c := credential{name: name, holder: "docker"}
		switch {
		case o.File != "":
			c.file = f.logical(o.File)
		case o.Environment != "":
			set, ok := in.Compose.vars.get(o.Environment)
			c.inline, c.value, c.file = ok, set.value, cmp.Or(set.source.File, in.Found)
		case o.Content != "":
			c.inline, c.value, c.file = true, o.Content, in.Found
		}
		in.secrets[target] = c
	}
	for _, secret := range s.Secrets {
		target := cmp.Or(secret.Target, secret.Source)
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/run/secrets", target)
		}
		add(target, secret.Source, types.FileObjectConfig(model.Secrets[secret.Source]))
	}
	for _, config := range s.Configs {
		add(cmp.Or(config.Target, "/"+config.Source), config.Source, types.FileObjectConfig(model.Configs[config.Source]))
	}
}
