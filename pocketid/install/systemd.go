package install

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"smtp-wizard/internal/lazy"
)

// unitDirs are where systemd looks for units, the most important first.
func unitDirs(a account, user bool) []string {
	if user {
		return []string{a.home + "/.config/systemd/user", "/etc/systemd/user", "/run/systemd/user",
			a.home + "/.local/share/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user"}
	}
	return []string{"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
		"/usr/lib/systemd/system", "/lib/systemd/system"}
}

// units looks for services about Pocket ID or the file, those of users too.
func (f *finder) units() {
	for _, m := range f.managers(unitDirs) {
		for _, path := range f.firstOfName(m.dirs, "*.service") {
			f.unit(unitFile{name: filepath.Base(path), path: path, manager: m})
		}
	}
}

// unit follows what one service starts.
func (f *finder) unit(u unitFile) {
	u, ok := f.readUnit(u)
	if !ok || !f.mayConcern(u) {
		return
	}
	f.eachInstance(u, "Service", func(u unitFile) {
		p := process{unit: &u, dir: f.workingDirectory(u), file: u.path}
		p.env, p.files, p.refused = f.unitEnvironment(u)
		for _, key := range []string{"ExecStartPre", "ExecStart", "ExecStartPost"} {
			for _, o := range u.all("Service", key) {
				for _, args := range u.commands(o, p.env) {
					f.run(p, args)
				}
			}
		}
	})
}

// ownPrograms are where programs and scripts are that no distribution brought.
var ownPrograms = lazy.Compile(`(/usr/local|/opt|/srv|/home|/root|/etc|/data|/var/lib|%h)/`)

// mayConcern spares the many units that have nothing to do with Pocket ID.
func (f *finder) mayConcern(u unitFile) bool {
	signs := []string{"pocket-id", "pocketid", "docker", "podman", "compose", strings.ToLower(filepath.Base(f.envFile))}
	return slices.ContainsFunc(u.options, func(o option) bool {
		if strings.HasPrefix(o.name, "Exec") && ownPrograms.MatchString(o.value) {
			return true
		}
		text := strings.ToLower(u.name + " " + o.value)
		return slices.ContainsFunc(signs, func(s string) bool { return strings.Contains(text, s) })
	})
}

// eachInstance hands on a unit, or each instance of a template: those that are
// enabled, else the one that the file's path tells.
func (f *finder) eachInstance(u unitFile, section string, use func(unitFile)) {
	prefix, instance, template := strings.Cut(u.title(), "@")
	ext := filepath.Ext(u.name)
	if u.instance = instance; !template || instance != "" {
		use(u)
		return
	}
	names := []string{}
	for _, dir := range u.dirs {
		for _, pattern := range []string{prefix + "@*" + ext, "*.wants/" + prefix + "@*.service", prefix + "@*.service.d"} {
			for _, path := range f.glob(filepath.Join(dir, pattern)) {
				name, _, _ := strings.Cut(filepath.Base(path), ".service")
				name = strings.TrimSuffix(name, ext)
				names = append(names, strings.TrimPrefix(name, prefix+"@"))
			}
		}
	}
	names = append(names, f.instanceOfFile(u, section)...)
	if o, ok := u.last("Install", "DefaultInstance"); ok {
		names = append(names, o.value)
	}
	slices.Sort(names)
	names = slices.DeleteFunc(slices.Compact(names), func(n string) bool { return n == "" })
	if len(names) == 0 {
		use(u)
		return
	}
	for _, name := range names {
		one := u
		one.name, one.instance = prefix+"@"+name+ext, name
		if read, ok := f.readUnit(one); ok {
			use(read)
		}
	}
}

// instanceOfFile reads the instance out of the path of the file, where a line of
// the template has %i in such a path.
func (f *finder) instanceOfFile(u unitFile, section string) []string {
	const mark = "\x00"
	u.instance = mark
	var out []string
	for _, o := range u.options {
		if o.section != section {
			continue
		}
		for _, text := range splitWords(o.value) {
			path := strings.TrimPrefix(u.specifiers(text), "-")
			if _, value, found := strings.Cut(path, "="); found {
				path = value
			}
			if o.name == "WorkingDirectory" {
				path += "/.env"
			}
			head, tail, found := strings.Cut(path, mark)
			name, fits := strings.CutPrefix(f.envFile, head)
			if name, ends := strings.CutSuffix(name, tail); found && fits && ends && name != "" && !strings.Contains(name, "/") {
				out = append(out, name)
			}
		}
	}
	return out
}

// workingDirectory is what the commands of a unit are run in.
func (f *finder) workingDirectory(u unitFile) string {
	dir := strings.TrimPrefix(u.text("Service", "WorkingDirectory"), "-")
	if dir == "~" || dir == "" && u.user {
		return u.home
	}
	return cmp.Or(dir, "/")
}

// unitEnvironment is what systemd starts a service with: Environment=, then the
// files, which win over it (systemd.exec(5)). failed is a file without which the
// service does not start.
func (f *finder) unitEnvironment(u unitFile) (env environment, files []EnvFile, failed error) {
	env = environment{}
	for _, w := range u.splits("Service", "Environment") {
		if key, value, found := strings.Cut(w.text, "="); found {
			env.set(key, setting{Value: value, Source: w.source})
		}
	}
	for _, o := range u.all("Service", "EnvironmentFile") {
		path, optional := strings.CutPrefix(unquoted(u.specifiers(o.value)), "-")
		paths := []string{filepath.Clean(path)}
		if strings.ContainsAny(path, "*?[") {
			paths = f.glob(path)
		}
		for _, path := range paths {
			file := EnvFile{Path: path, Reader: "systemd"}
			layer, err := f.readLayer(file, nil)
			if !missing(err) {
				files = append(files, file)
			}
			if err != nil && !optional && !errors.Is(err, fs.ErrPermission) {
				failed = cmp.Or(failed, err)
			}
			env.add(layer)
		}
	}
	for _, w := range u.splits("Service", "UnsetEnvironment") {
		delete(env, w.text)
	}
	if len(u.credentials()) > 0 {
		env.set("CREDENTIALS_DIRECTORY", setting{Value: credentialDir(u.title()), Source: Source{File: u.path}})
	}
	return env, files, failed
}

// credentials are the secrets that systemd hands to a service as files, by their
// path there.
func (u unitFile) credentials() map[string]credential {
	out := map[string]credential{}
	for _, key := range []string{"LoadCredential", "LoadCredentialEncrypted", "SetCredential", "SetCredentialEncrypted", "ImportCredential"} {
		for _, o := range u.all("Service", key) {
			name, value, _ := strings.Cut(u.specifiers(o.value), ":")
			c := credential{name: name, holder: "systemd"}
			switch key {
			case "LoadCredential":
				if c.file = value; !filepath.IsAbs(value) {
					c.file = "/etc/credstore/" + cmp.Or(value, name)
				}
			case "SetCredential":
				c.inline, c.value, c.file = true, strings.Join(splitWords(value), " "), o.source.File
			}
			out[filepath.Join(credentialDir(u.title()), name)] = c
		}
	}
	return out
}

// commands are the command lines of one Exec line, with specifiers and variables
// put in as systemd does.
func (u unitFile) commands(o option, env environment) [][]word {
	var out [][]word
	start, literal := true, false
	for _, text := range splitWords(o.value) {
		if start = start || text == ";"; text == ";" {
			continue
		}
		w := word{text: u.specifiers(text), source: o.source}
		if start {
			bare := strings.TrimLeft(w.text, "@-:+!|")
			literal = strings.Contains(strings.TrimSuffix(w.text, bare), ":")
			w.text, start = bare, false
			out = append(out, nil)
		}
		expanded := []word{w}
		if !literal {
			expanded = expandExec(w, env)
		}
		out[len(out)-1] = append(out[len(out)-1], expanded...)
	}
	return out
}

var execReference = lazy.Compile(`\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expandExec puts variables into a word of an Exec line: ${X} anywhere, and $X as
// a word of its own, which is split.
func expandExec(w word, env environment) []word {
	if name, found := strings.CutPrefix(w.text, "$"); found && isVariable(name) {
		var out []word
		value, _ := env.lookup(name)
		for _, text := range splitWords(value) {
			out = append(out, word{text: text, source: w.source})
		}
		return out
	}
	w.text = execReference.ReplaceAllStringFunc(w.text, func(found string) string {
		if found == "$$" {
			return "$"
		}
		name := found[2 : len(found)-1]
		s, _ := env.get(name)
		w.source.Variable, w.source.VariableFile = name, s.Source.File
		return s.Value
	})
	return []word{w}
}

func isVariable(name string) bool {
	found := reference.FindStringSubmatch("$" + name)
	return found != nil && found[1] == name
}
