package install

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// unitDirs are where systemd looks for units, the most important first.
func unitDirs(user *account) []string {
	if user == nil {
		return []string{"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
			"/usr/lib/systemd/system", "/lib/systemd/system"}
	}
	return []string{user.home + "/.config/systemd/user", "/etc/systemd/user", "/run/systemd/user",
		user.home + "/.local/share/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user"}
}

// units looks for services about Pocket ID or the file, those of users too.
func (f *finder) units() {
	managers := []*account{nil}
	for _, a := range f.accounts(f.envFile) {
		managers = append(managers, &a)
	}
	for _, user := range managers {
		dirs := unitDirs(user)
		seen := map[string]bool{}
		for _, dir := range dirs {
			for _, path := range f.glob(filepath.Join(dir, "*.service")) {
				if name := filepath.Base(path); !seen[name] {
					seen[name] = true
					f.unit(unitFile{name: name, path: path, user: user, scope: scopeOf(user)}, dirs)
				}
			}
		}
	}
}

func scopeOf(user *account) account {
	if user == nil {
		return rootAccount
	}
	return *user
}

// unit follows what one service starts.
func (f *finder) unit(u unitFile, dirs []string) {
	u, ok := f.readUnit(u, dirs)
	if !ok || !f.mayConcern(u) {
		return
	}
	f.eachInstance(u, "Service", dirs, func(u unitFile) {
		started, err := f.unitEnvironment(u)
		p := process{unit: &u, dir: f.workingDirectory(u), env: started, file: u.path, refused: err}
		p.files = f.unitFiles(u)
		for _, key := range []string{"ExecStartPre", "ExecStart", "ExecStartPost"} {
			for _, o := range u.all("Service", key) {
				for _, args := range u.commands(o, started) {
					f.run(p, args)
				}
			}
		}
	})
}

// mayConcern spares the many units that have nothing to do with Pocket ID.
func (f *finder) mayConcern(u unitFile) bool {
	signs := []string{"pocket-id", "pocketid", "docker", "podman", "compose", strings.ToLower(filepath.Base(f.envFile))}
	return slices.ContainsFunc(u.options, func(o option) bool {
		text := strings.ToLower(u.name + " " + o.value)
		return slices.ContainsFunc(signs, func(s string) bool { return strings.Contains(text, s) })
	})
}

// eachInstance hands on a unit, or each instance of a template: those that are
// enabled, else the one that the file's path tells.
func (f *finder) eachInstance(u unitFile, section string, dirs []string, use func(unitFile)) {
	prefix, instance, template := strings.Cut(u.title(), "@")
	ext := filepath.Ext(u.name)
	if u.instance = instance; !template || instance != "" {
		use(u)
		return
	}
	names := []string{}
	for _, dir := range dirs {
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
		if read, ok := f.readUnit(one, dirs); ok {
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
	home := u.scope.home
	switch {
	case dir == "~":
		return home
	case dir != "":
		return dir
	case u.user != nil:
		return home
	}
	return "/"
}

// unitFiles are the EnvironmentFile= of a service that exist, in order.
func (f *finder) unitFiles(u unitFile) []EnvFile {
	var out []EnvFile
	for _, o := range u.all("Service", "EnvironmentFile") {
		path, _ := strings.CutPrefix(unquoted(u.specifiers(o.value)), "-")
		paths := []string{path}
		if strings.ContainsAny(path, "*?[") {
			paths = f.glob(path)
		}
		for _, path := range paths {
			if _, err := f.Files.Read(path); !missing(err) {
				out = append(out, EnvFile{Path: filepath.Clean(path), Reader: "systemd"})
			}
		}
	}
	return out
}

// unquoted takes quotes away from around a path.
func unquoted(text string) string {
	if words := splitWords(text); len(words) == 1 && strings.ContainsAny(text, `"'`) {
		return words[0]
	}
	return text
}

// unitEnvironment is what systemd starts a service with: Environment=, then the
// files, which win over it (systemd.exec(5)). The error is a file without which
// the service does not start.
func (f *finder) unitEnvironment(u unitFile) (environment, error) {
	env := environment{}
	for _, w := range u.splits("Service", "Environment") {
		if key, value, found := strings.Cut(w.text, "="); found {
			env.set(key, setting{Value: value, Source: w.source})
		}
	}
	var failed error
	for _, o := range u.all("Service", "EnvironmentFile") {
		path, optional := strings.CutPrefix(unquoted(u.specifiers(o.value)), "-")
		paths := []string{filepath.Clean(path)}
		if strings.ContainsAny(path, "*?[") {
			paths = f.glob(path)
		}
		for _, path := range paths {
			layer, err := f.readLayer(EnvFile{Path: path, Reader: "systemd"}, nil)
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
	return env, failed
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
	var args []word
	end := func() {
		if len(args) > 0 {
			out = append(out, args)
		}
		args = nil
	}
	literal := false
	for _, text := range splitWords(o.value) {
		if text == ";" {
			end()
			continue
		}
		w := word{text: u.specifiers(text), source: o.source}
		if len(args) == 0 {
			bare := strings.TrimLeft(w.text, "@-:+!|")
			prefix := w.text[:len(w.text)-len(bare)]
			literal = strings.Contains(prefix, ":")
			w.text = bare
		}
		if literal {
			args = append(args, w)
			continue
		}
		args = append(args, expandExec(w, env)...)
	}
	end()
	return out
}

// expandExec puts variables into a word of an Exec line: ${X} anywhere, and $X as
// a word of its own, which is split.
func expandExec(w word, env environment) []word {
	if !strings.Contains(w.text, "$") {
		return []word{w}
	}
	if name, found := strings.CutPrefix(w.text, "$"); found && isVariable(name) {
		var out []word
		value, _ := env.lookup(name)
		for _, text := range splitWords(value) {
			out = append(out, word{text: text, source: w.source})
		}
		return out
	}
	var text strings.Builder
	for i := 0; i < len(w.text); i++ {
		rest := w.text[i:]
		end := strings.IndexByte(rest, '}')
		switch {
		case strings.HasPrefix(rest, "$$"):
			text.WriteByte('$')
			i++
		case strings.HasPrefix(rest, "${") && end > 0 && isVariable(rest[2:end]):
			name := rest[2:end]
			s, _ := env.get(name)
			text.WriteString(s.Value)
			w.source.Variable, w.source.VariableFile = name, s.Source.File
			i += end
		default:
			text.WriteByte(w.text[i])
		}
	}
	w.text = text.String()
	return []word{w}
}

func isVariable(name string) bool {
	found := reference.FindStringSubmatch("$" + name)
	return found != nil && found[1] == name
}
