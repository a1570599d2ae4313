package install

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"smtp-wizard/pocketid"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
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
	Hosts    map[string][]string // of extra_hosts:
	External bool
	Networks []string // of the service, those of the project alone
	Sidecars []Sidecar

	vars  environment // for ${VARIABLES}
	known scanned
	model *types.Project
}

// projectVariables are what compose puts in for ${VARIABLES}: its own environment,
// then the files of --env-file or COMPOSE_ENV_FILES, or the .env of the directory.
func (f *finder) projectVariables(p *Project, files []string, invoked string) (err error) {
	if named, ok := p.vars.lookup("COMPOSE_ENV_FILES"); ok && len(files) == 0 {
		files = strings.FieldsFunc(named, func(r rune) bool { return r == ',' })
	}
	byDefault := len(files) == 0
	if off, _ := p.vars.lookup("COMPOSE_DISABLE_ENV_FILE"); byDefault && isTrue(off) {
		return nil
	}
	if byDefault {
		files, invoked = []string{".env"}, p.Dir
	}
	paths := make([]string, len(files))
	for i, name := range files {
		paths[i] = join(invoked, name)
	}
	p.vars, err = f.fileVariables(p.vars, paths, byDefault)
	return err
}

// processEnvironment is the source of variables that compose is started with.
const processEnvironment = "the environment"

// project reads a compose project as compose does when it is started in a
// directory. nil means that there is none.
func (f *finder) project(line composeLine, invoked string) (*Project, error) {
	p := &Project{Dir: invoked, vars: environment{}}
	for _, pair := range line.env {
		if key, value, ok := strings.Cut(pair, "="); ok {
			p.vars.set(key, setting{Value: value, Source: Source{File: processEnvironment}})
		}
	}
	switch {
	case line.dir != "":
		p.Dir = join(invoked, line.dir)
	case len(line.files) > 0:
		p.Dir = filepath.Dir(join(invoked, line.files[0]))
	}
	failed := f.projectVariables(p, line.envFiles, invoked)
	f.configFiles(p, line, invoked)
	if len(p.Files) == 0 {
		return nil, nil
	}
	if line.dir == "" {
		if dir := filepath.Dir(p.Files[0]); dir != p.Dir {
			p.Dir = dir
			if err := f.projectVariables(p, nil, dir); err != nil {
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
	main, overrides := f.existing(p.Dir, composeFiles), f.existing(p.Dir, overrideFiles)
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

// existing are the names that exist in a directory.
func (f *finder) existing(dir string, names []string) []string {
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
		config := types.ConfigFile{Filename: f.Files.Local(file), Content: p.known.file(file).data}
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

// composeBeside looks for a project beside the file, above it, where the admin
// stands, and where compose files usually are.
func (f *finder) composeBeside() {
	const levels, most = 4, 50
	dirs := []string{filepath.Dir(f.envFile)}
	for len(dirs) < levels {
		dirs = append(dirs, filepath.Dir(dirs[len(dirs)-1]))
	}
	dirs = append(dirs, f.Dir)
	for _, pattern := range []string{"/opt/*", "/srv/*", "/opt/*/*", "/srv/*/*", "/root/*", "/home/*/*", "/var/lib/*"} {
		found := slices.DeleteFunc(f.glob(pattern), func(dir string) bool { return len(f.existing(dir, composeFiles)) == 0 })
		dirs = append(dirs, found[:min(most, len(found))]...)
	}
	for i, dir := range dirs {
		if !slices.Contains(dirs[:i], dir) && f.composeIn(dir, i == 0) {
			return
		}
	}
}

// composeIn keeps the project of a directory when it has to do with the file. One
// that cannot be loaded counts only beside it.
func (f *finder) composeIn(dir string, beside bool) bool {
	in, ok := f.composeInstall(Install{Runs: pocketid.RuntimeCompose}, composeLine{env: f.Env}, dir)
	if !ok || !beside && in.fit < fitNamed {
		return false
	}
	in.fit = max(in.fit, fitBeside)
	f.keep(in)
	return true
}

// composeCommand follows a command line that starts a project.
func (f *finder) composeCommand(p process, line composeLine) {
	in := Install{Runs: pocketid.RuntimeCompose, Unit: p.install("").Unit, Found: p.file}
	if p.unit == nil {
		line.env = slices.Clone(f.Env)
	}
	for key := range p.env {
		value, _ := p.env.lookup(key)
		line.env = append(line.env, key+"="+value)
	}
	if in, ok := f.composeInstall(in, line, p.dir); ok {
		f.keep(in)
	}
}

// refusedProject is one that compose does not load: what can be told is told from
// the files themselves.
func (f *finder) refusedProject(in Install, err error) (Install, bool) {
	p := in.Compose
	for _, file := range p.Files {
		data, readErr := f.Files.Read(file)
		if errors.Is(readErr, errTooLarge) || aboutPocketID.Match(data) {
			in.fit = fitBeside
		}
	}
	for _, c := range p.known.files {
		for name, service := range c.services() {
			image := child(service, "image")
			if image == nil || !isPocketID(fill(image.Value, p.vars)) {
				continue
			}
			in.Service, in.Image, in.fit = name, fill(image.Value, p.vars), fitBeside
			if strings.Contains(string(c.data), filepath.Base(f.envFile)) || p.takesFrom(f.envFile) {
				in.fit = fitReads
			}
			in.Hostname = Hostname{Kind: KindContainerID, From: Source{File: in.Found}}
			if name := child(service, "hostname"); name != nil {
				in.Hostname = Hostname{Kind: KindSet, Value: fill(name.Value, p.vars), From: Source{File: c.path, Line: name.Line}}
			}
		}
	}
	in.refuse("docker compose", err)
	return in, in.fit != fitNone
}
