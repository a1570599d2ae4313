package install

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"smtp-wizard/internal/lazy"
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
	service := p.model.AllServices()[name]
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
	f.findSidecar(p, service)
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

// inside lists the names that the DNS of the project's networks and extra_hosts:
// give to a service.
func (p *Project) inside(s types.ServiceConfig) {
	p.Hosts = s.ExtraHosts
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
	case reads && f.keyLines(f.envFile).Last("UI_CONFIG_DISABLED") > 0:
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
			if place.Source.VariableFile == f.envFile {
				return points + 1
			}
		}
	}
	return points
}

// composeEnvironment is what compose's resolveEnvironment makes of a service: the
// files in order, then environment:. A key without a value there that no variable
// gives one does not arrive, also when a file sets it.
func (f *finder) composeEnvironment(in *Install, s types.ServiceConfig) {
	given := in.Compose.variablesOf(s.Name).clone()
	for key, value := range s.Environment {
		if value != nil {
			given.set(key, setting{Value: *value})
		}
	}
	in.env.add(f.composeFiles(in, s, given))
	for key := range s.Environment {
		places := in.Compose.places(s.Name, key)
		value, arrives := given.lookup(key)
		if !arrives {
			if lost, ok := in.env.get(key); ok && len(places) > 0 {
				in.emptied[key] = setting{Value: lost.Source.File, Source: places[len(places)-1].Source}
			}
			delete(in.env, key)
			continue
		}
		if len(places) == 0 {
			places = []setting{{Source: Source{File: in.Found}}}
		}
		places[len(places)-1].Value = value
		in.env[key] = append(in.env[key], places...)
	}
}

// composeFiles are the variables of the files of env_file:. given is what compose
// puts in for ${VARIABLES} in them.
func (f *finder) composeFiles(in *Install, s types.ServiceConfig, given environment) environment {
	out := environment{}
	for _, e := range s.EnvFiles {
		ef := EnvFile{Path: f.logical(e.Path), Reader: "compose"}
		switch e.Format {
		case "":
		case "raw":
			ef.Reader = "docker"
		default:
			in.refuse("docker compose", fmt.Errorf("unsupported env_file format %q", e.Format))
		}
		started := out.clone()
		started.add(given)
		layer, err := f.readLayer(ef, started)
		if missing(err) && !bool(e.Required) {
			continue
		}
		in.addFile(ef)
		if missing(err) {
			err = fmt.Errorf("env file %s not found", ef.Path)
		}
		in.refuse("docker compose", err)
		out.add(layer)
	}
	return out
}

// variablesOf are those that compose puts in for a service: an included file may
// have its own.
func (p *Project) variablesOf(service string) environment {
	for _, c := range slices.Backward(p.known.files) {
		if child(child(c.root, "services"), service) != nil {
			return c.vars
		}
	}
	return p.vars
}

// places are all the lines that set a key under environment:, the one that counts
// last.
func (p *Project) places(service, key string) []setting {
	var out []setting
	p.eachService(service, func(c *composeFile, node *yaml.Node) {
		value, null, line := environmentEntry(child(node, "environment"), key)
		if line == 0 {
			return
		}
		vars := c.vars
		s := setting{Value: fill(value, vars), Source: Source{File: c.path, Line: line}}
		names := references(value)
		for _, found := range bareReference.FindAllStringSubmatch(strings.ReplaceAll(value, "$$", ""), -1) {
			_, set := vars.lookup(found[1])
			s.Dollar = s.Dollar || !set && found[0] != value
		}
		if null {
			names = []string{key}
			s.Value, _ = vars.lookup(key)
		}
		for _, name := range names {
			if from, ok := vars.get(name); ok && s.Source.VariableFile == "" {
				s.HandedOn = null || onlyReference.MatchString(value)
				s.Source.Variable, s.Source.VariableFile, s.Source.VariableReader = name, from.Source.File, from.Reader
			}
		}
		if len(names) > 0 && s.Source.Variable == "" {
			s.Source.Variable = names[0]
		}
		out = append(out, s)
	})
	slices.Reverse(out)
	return out
}

// onlyReference is a value that is one variable, with or without a default.
var onlyReference = lazy.Compile(`^\$(?:[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*(?::?[-?][^{}]*)?\})$`)

// bareReference is a $NAME, which is more often part of a password than meant.
var bareReference = lazy.Compile(`\$([A-Za-z_][A-Za-z0-9_]*)`)

// eachService hands on every part of a service's definition, the one that counts
// first: overrides, the file itself, what it extends, and what is included.
func (p *Project) eachService(name string, use func(c *composeFile, node *yaml.Node)) {
	seen := map[*yaml.Node]bool{}
	var visit func(c *composeFile, name string)
	visit = func(c *composeFile, name string) {
		if c == nil {
			return
		}
		node := child(child(c.root, "services"), name)
		if node == nil || seen[node] {
			return
		}
		seen[node] = true
		use(c, node)
		extends := child(node, "extends")
		if extends == nil {
			return
		}
		other, base := c, extends.Value
		if n := child(extends, "service"); n != nil {
			base = n.Value
		}
		if n := child(extends, "file"); n != nil {
			other = p.known.file(join(filepath.Dir(c.path), fill(n.Value, c.vars)))
		}
		visit(other, base)
	}
	for _, file := range slices.Backward(p.Files) {
		visit(p.known.file(file), name)
	}
	for _, c := range p.known.files {
		visit(c, name)
	}
}

// environmentEntry finds a key under environment:, a mapping or a list.
func environmentEntry(env *yaml.Node, key string) (value string, null bool, line int) {
	if n := child(env, key); n != nil {
		return n.Value, n.Tag == "!!null", n.Line
	}
	if env == nil || env.Kind != yaml.SequenceNode {
		return "", false, 0
	}
	for _, n := range slices.Backward(env.Content) {
		n = resolve(n)
		if name, value, has := strings.Cut(n.Value, "="); name == key {
			return value, !has, n.Line
		}
	}
	return "", false, 0
}

// fieldSource is the line that sets a field of a service.
func (p *Project) fieldSource(service, field string) Source {
	var out Source
	p.eachService(service, func(c *composeFile, node *yaml.Node) {
		if n := child(node, field); n != nil && out.File == "" {
			out = Source{File: c.path, Line: n.Line}
		}
	})
	return out
}

// takesFrom reports whether compose takes variables from a file.
func (p *Project) takesFrom(file string) bool {
	inFile := func(c *composeFile) bool { return c.vars.takesFrom(file) }
	return p.vars.takesFrom(file) || slices.ContainsFunc(p.known.files, inFile)
}

// composeHostname is what the container has. domainname: is not part of it.
func (f *finder) composeHostname(in *Install, s types.ServiceConfig) {
	if other, ofService := strings.CutPrefix(s.NetworkMode, "service:"); ofService {
		in.Hostname = Hostname{Kind: KindShared, Value: in.Compose.model.AllServices()[other].Hostname, With: "service " + other,
			From: in.Compose.fieldSource(other, "hostname")}
		return
	}
	set := word{text: s.Hostname, source: in.Compose.fieldSource(in.Service, "hostname")}
	here := cmp.Or(in.Compose.fieldSource(in.Service, "network_mode"), Source{File: in.Found})
	in.Hostname = f.hostname(set, s.NetworkMode, s.Uts, here)
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
			c.inline, c.value, c.file = ok, set.Value, cmp.Or(set.Source.File, in.Found)
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
