package install

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// Names of the files docker compose looks for, in its order (compose-go v2,
// cli/options.go).
var (
	composeFiles  = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
	overrideFiles = []string{"compose.override.yml", "compose.override.yaml",
		"docker-compose.override.yml", "docker-compose.override.yaml"}
)

// Project is the compose project behind an install.
type Project struct {
	Dir   string
	Files []string // the config files, in order: the last one wins
	// Named is set when the files were named, by COMPOSE_FILE or -f: an override
	// beside them is then not read.
	Named bool
	// Overrides and Others are files beside that compose does not read.
	Overrides, Others []string
	UTS               string
	Defined           string // the file that sets the image of the service
	// Inside are the names that exist only in the network of the project. External:
	// it has one with other projects, whose names are not known.
	Inside   []string
	External bool

	vars  environment // for ${VARIABLES}
	known scanned
	model *types.Project
}

// projectVariables are what compose puts in for ${VARIABLES}: its own environment,
// then the files of --env-file or COMPOSE_ENV_FILES, or the .env of the directory.
func (f *finder) projectVariables(p *Project, line composeLine, invoked string) error {
	files := line.envFiles
	if len(files) == 0 {
		if named, ok := p.vars.lookup("COMPOSE_ENV_FILES"); ok {
			files = strings.FieldsFunc(named, func(r rune) bool { return r == ',' })
		}
	}
	byDefault := len(files) == 0
	if off, _ := p.vars.lookup("COMPOSE_DISABLE_ENV_FILE"); byDefault && isTrue(off) {
		return nil
	}
	if byDefault {
		files, invoked = []string{".env"}, p.Dir
	}
	for _, name := range files {
		layer, err := f.readLayer(EnvFile{Path: join(invoked, name), Reader: "compose"}, p.vars)
		if byDefault && missing(err) {
			return nil
		}
		if err != nil {
			return err
		}
		for key, all := range layer {
			if won, ok := p.vars.get(key); !ok || won.source.File != processEnvironment {
				p.vars.set(key, all[0])
			}
		}
	}
	return nil
}

// processEnvironment is the source of variables that compose is started with.
const processEnvironment = "the environment"

// project reads a compose project as compose does when it is started in a
// directory. nil means that there is none.
func (f *finder) project(line composeLine, invoked string) (*Project, error) {
	p := &Project{Dir: invoked, vars: environment{}}
	for _, pair := range f.Env {
		if key, value, ok := strings.Cut(pair, "="); ok {
			p.vars.set(key, setting{value: value, source: Source{File: processEnvironment}})
		}
	}
	switch {
	case line.dir != "":
		p.Dir = join(invoked, line.dir)
	case len(line.files) > 0:
		p.Dir = filepath.Dir(join(invoked, line.files[0]))
	}
	failed := f.projectVariables(p, line, invoked)
	f.configFiles(p, line, invoked)
	if len(p.Files) == 0 {
		return nil, nil
	}
	if line.dir == "" {
		if dir := filepath.Dir(p.Files[0]); dir != p.Dir {
			p.Dir = dir
			if err := f.projectVariables(p, composeLine{}, dir); err != nil {
				return p, err
			}
		}
	}
	return p, cmp.Or(f.load(p, line), failed)
}

// configFiles finds the compose files that count, and those that do not.
func (f *finder) configFiles(p *Project, line composeLine, invoked string) {
	named := line.files
	if value, ok := p.vars.lookup("COMPOSE_FILE"); ok && len(named) == 0 {
		separator, _ := p.vars.lookup("COMPOSE_PATH_SEPARATOR")
		named, invoked = strings.Split(value, cmp.Or(separator, ":")), p.Dir
	}
	for _, name := range named {
		p.Files = append(p.Files, join(invoked, name))
	}
	p.Named = len(named) > 0
	main, overrides := f.among(p.Dir, composeFiles), f.among(p.Dir, overrideFiles)
	if !p.Named && len(main) > 0 {
		p.Files = append(p.Files, main[0])
		p.Others = main[1:]
		if len(overrides) > 0 {
			p.Files = append(p.Files, overrides[0])
			overrides = overrides[1:]
		}
	}
	p.Overrides = slices.DeleteFunc(overrides, func(o string) bool { return slices.Contains(p.Files, o) })
}

// among are the names that exist in a directory.
func (f *finder) among(dir string, names []string) []string {
	var out []string
	for _, name := range names {
		if path := filepath.Join(dir, name); f.exists(path) {
			out = append(out, path)
		}
	}
	return out
}

// load hands the files to compose's own loader, after each that it will open by
// itself has been looked at.
func (f *finder) load(p *Project, line composeLine) (err error) {
	if p.known, err = f.scan(p); err != nil {
		return err
	}
	details := types.ConfigDetails{WorkingDir: f.Files.Local(p.Dir), Environment: types.Mapping{}}
	for _, file := range p.Files {
		config := types.ConfigFile{Filename: f.Files.Local(file), Content: p.known.content[file]}
		details.ConfigFiles = append(details.ConfigFiles, config)
	}
	for key := range p.vars {
		details.Environment[key], _ = p.vars.lookup(key)
	}
	profiles := line.profiles
	if named, ok := p.vars.lookup("COMPOSE_PROFILES"); ok && len(profiles) == 0 {
		profiles = strings.Split(strings.ReplaceAll(named, " ", ""), ",")
	}
	name := cmp.Or(loader.NormalizeProjectName(filepath.Base(p.Dir)), "project")
	defer func() {
		if recover() != nil {
			err = errors.New("compose's loader cannot read it")
		}
	}()
	p.model, err = loader.LoadWithContext(context.Background(), details, func(o *loader.Options) {
		o.SkipResolveEnvironment, o.SkipResolveLabels = true, true
		o.Profiles = profiles
		o.ResourceLoaders = []loader.ResourceLoader{guard{f: f, known: p.known, dir: p.Dir}}
		o.SetProjectName(name, false)
	})
	if err != nil {
		text := strings.ReplaceAll(err.Error(), f.Files.Local(p.Dir), p.Dir)
		return errors.New(p.known.clean(text))
	}
	return nil
}

// guard is asked by compose's loader for each file that is included or extended.
// It takes only those that were not looked at before, and refuses them.
type guard struct {
	f     *finder
	known scanned
	dir   string
}

// Accept is true for what will be refused.
func (g guard) Accept(path string) bool { return !g.known.seen(g.f, path) }

// Load refuses.
func (g guard) Load(_ context.Context, path string) (string, error) {
	return "", fmt.Errorf("%s is not a file on this machine that may be read", path)
}

// Dir is never asked.
func (g guard) Dir(path string) string { return path }

// composeBeside looks for a project beside the file, above it, and where the admin
// stands.
func (f *finder) composeBeside() {
	const levels = 4
	dir := filepath.Dir(f.envFile)
	for i := 0; i < levels; i++ {
		if f.composeIn(dir, i == 0) {
			return
		}
		if dir == "/" {
			break
		}
		dir = filepath.Dir(dir)
	}
	if f.composeIn(f.Dir, false) {
		return
	}
	for _, pattern := range []string{"/opt/*", "/srv/*", "/opt/*/*", "/srv/*/*", "/root/*", "/home/*/*", "/var/lib/*"} {
		for _, name := range composeFiles {
			for i, file := range f.glob(filepath.Join(pattern, name)) {
				if i < 50 && f.composeIn(filepath.Dir(file), false) {
					return
				}
			}
		}
	}
}

// composeIn keeps the project of a directory when it has to do with the file. One
// that cannot be loaded counts only beside it.
func (f *finder) composeIn(dir string, beside bool) bool {
	if len(f.among(dir, composeFiles)) == 0 && !f.namesCompose(dir) {
		return false
	}
	in, ok := f.composeInstall(Install{Runs: RunsCompose}, composeLine{}, dir)
	if !ok || !beside && in.fit < fitNamed {
		return false
	}
	if in.fit == fitSomewhere {
		in.fit = fitBeside
	}
	f.keep(in)
	return true
}

// namesCompose reports whether the .env of a directory names compose files.
func (f *finder) namesCompose(dir string) bool {
	data, err := f.Files.Read(filepath.Join(dir, ".env"))
	return err == nil && strings.Contains(string(data), "COMPOSE_FILE")
}

// composeCommand follows a command line that starts a project.
func (f *finder) composeCommand(p process, line composeLine) {
	in := Install{Runs: RunsCompose, Unit: p.install("").Unit, Found: p.file}
	kept := f.Env
	defer func() { f.Env = kept }()
	if p.unit != nil {
		f.Env = nil
	}
	for key := range p.env {
		value, _ := p.env.lookup(key)
		f.Env = append(slices.Clone(f.Env), key+"="+value)
	}
	if in, ok := f.composeInstall(in, line, p.dir); ok {
		f.keep(f.beside(in))
	}
}

// refusedProject is one that compose does not load: what can be told is told from
// the files themselves.
func (f *finder) refusedProject(in Install, err error) (Install, bool) {
	p := in.Compose
	for _, file := range p.Files {
		data, readErr := f.Files.Read(file)
		if errors.Is(readErr, ErrTooLarge) || aboutPocketID.Match(data) {
			in.fit = fitBeside
		}
	}
	for _, file := range p.known.order {
		services := child(p.known.roots[file], "services")
		for i := 0; services != nil && services.Kind == yaml.MappingNode && i+1 < len(services.Content); i += 2 {
			image := child(services.Content[i+1], "image")
			if image == nil || !isPocketID(fill(image.Value, p.vars)) {
				continue
			}
			in.Service, in.Image, in.fit = services.Content[i].Value, fill(image.Value, p.vars), fitBeside
			if strings.Contains(string(p.known.content[file]), filepath.Base(f.envFile)) || p.takesFrom(f.envFile) {
				in.fit = fitReads
			}
			in.Hostname = Hostname{Kind: KindContainerID, From: Source{File: in.Found}}
			if name := child(services.Content[i+1], "hostname"); name != nil {
				in.Hostname = Hostname{Kind: KindSet, Value: fill(name.Value, p.vars), From: Source{File: file, Line: name.Line}}
			}
		}
	}
	in.refuse("docker compose", err)
	return in, in.fit != fitNone
}
