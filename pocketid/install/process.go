package install

import (
	"bytes"
	"errors"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// process is what a command is run in: by systemd, or by a script.
type process struct {
	unit    *unitFile // nil for a script that no unit starts
	file    string    // the unit or script that has the command
	dir     string
	env     environment
	files   []EnvFile // that the environment was read from, in order
	sourced bool      // a shell has read one of them
	refused error
	depth   int
}

// maxDepth bounds scripts that start scripts.
const maxDepth = 6

// wrappers start the command that follows them; how many words of their own they
// have besides flags.
var wrappers = map[string]int{"exec": 0, "env": 0, "nice": 0, "ionice": 0, "nohup": 0, "sudo": 0, "doas": 0, "setsid": 0,
	"time": 0, "command": 0, "timeout": 1, "chronic": 0, "tini": 0, "dumb-init": 0, "stdbuf": 0, "systemd-cat": 0,
	"gosu": 1, "su-exec": 1, "setpriv": 0, "unbuffer": 0}

// wrapperValues are flags of wrappers that take the next word.
const wrapperValues = " -n -c -u -g -C -p -k -s -o -i -e --user --group --chdir -t "

// run follows one command.
func (f *finder) run(p process, args []word) {
	if f.scripts++; f.scripts > maxScripts || p.depth > maxDepth {
		return
	}
	for len(args) > 0 {
		name := path.Base(args[0].text)
		more, wraps := wrappers[name]
		key, value, assigns := strings.Cut(args[0].text, "=")
		switch {
		case assigns && isVariable(key):
			p.env = p.env.clone()
			p.env.set(key, setting{value: value, source: args[0].source})
			args = args[1:]
		case wraps:
			args = skipFlags(args[1:], more)
		default:
			f.start(p, name, args)
			return
		}
	}
}

// skipFlags drops the flags of a wrapper, and so many words after them.
func skipFlags(args []word, more int) []word {
	for len(args) > 0 && strings.HasPrefix(args[0].text, "-") {
		flag := args[0].text
		if args = args[1:]; strings.Contains(wrapperValues, " "+flag+" ") && len(args) > 0 {
			args = args[1:]
		}
		if flag == "--" {
			break
		}
	}
	return args[min(more, len(args)):]
}

var shells = []string{"sh", "bash", "dash", "ash", "zsh", "ksh"}

// binary is what Pocket ID's program is called: pocket-id, pocketid-backend,
// pocket-id-linux-amd64, but no script or settings of that name.
var binary = regexp.MustCompile(`^pocket-?id(-backend|[-_](v?[0-9.]+|linux|amd64|arm64|x86_64|aarch64|bin|server)+)*$`)

// start follows a command without wrappers.
func (f *finder) start(p process, name string, args []word) {
	switch {
	case name == "systemd-run":
		f.run(p, skipSystemdRun(args[1:]))
		return
	case slices.Contains(shells, name):
		f.startShell(p, args)
		return
	case slices.Contains([]string{"docker", "podman", "docker-compose", "podman-compose"}, name):
		f.startContainer(p, args)
		return
	case binary.MatchString(name):
		f.startBinary(p, args[0])
		return
	}
	file := join(p.dir, args[0].text)
	if data, err := f.Files.Read(file); err == nil && isShellScript(data) {
		f.script(p, file, data, args)
	}
}

// runValues are flags of systemd-run that take the next word.
const runValues = " -p -u -E -H -M --unit --property --setenv --uid --gid --working-directory --description --slice "

func skipSystemdRun(args []word) []word {
	for len(args) > 0 && strings.HasPrefix(args[0].text, "-") {
		takes := strings.Contains(runValues, " "+args[0].text+" ")
		if args = args[1:]; takes && len(args) > 0 {
			args = args[1:]
		}
	}
	return args
}

func isShellScript(data []byte) bool {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	text := string(line)
	return strings.HasPrefix(text, "#!") && slices.ContainsFunc(shells, func(s string) bool {
		return slices.ContainsFunc(strings.Fields(text[2:]), func(w string) bool { return path.Base(w) == s })
	})
}

// startShell follows sh -c '...' and sh FILE.
func (f *finder) startShell(p process, args []word) {
	for i := 1; i < len(args); i++ {
		switch flag := args[i].text; {
		case strings.HasPrefix(flag, "-") && strings.HasSuffix(flag, "c") && !strings.HasPrefix(flag, "--"):
			if i+1 < len(args) {
				f.shell(p, p.file, []byte(args[i+1].text), args[i+1:], args[i+1].source.Line-1)
			}
			return
		case !strings.HasPrefix(flag, "-"):
			file := join(p.dir, flag)
			if data, err := f.Files.Read(file); err == nil {
				f.script(p, file, data, args[i:])
			}
			return
		}
	}
}

// script follows the commands of a script.
func (f *finder) script(p process, file string, data []byte, args []word) {
	p.file = file
	p.depth++
	f.shell(p, file, data, args, 0)
}

// install is what is known before the command itself is looked at.
func (p process) install(runs Runs) Install {
	in := Install{Runs: runs, Found: p.file}
	if p.unit != nil {
		in.Found, in.Unit, in.Service = p.unit.path, p.unit.path, p.unit.title()
		in.User = p.unit.text("Service", "User")
		if in.User == "" {
			in.User = p.unit.scope.name
		}
	}
	return in
}

// startContainer follows docker, podman and compose.
func (f *finder) startContainer(p process, args []word) {
	if line, ok := parseCompose(args); ok {
		f.composeCommand(p, line)
		return
	}
	line, ok := parseRun(args)
	if !ok {
		return
	}
	runs := RunsDocker
	if line.program == "podman" {
		runs = RunsPodman
	}
	in, ok := f.container(p.install(runs), line, p.dir, p.env)
	if !ok {
		return
	}
	if p.unit != nil {
		in.refuse("systemd does not start "+in.Service, p.refused)
	}
	f.keep(f.beside(in))
}

// startBinary is Pocket ID itself.
func (f *finder) startBinary(p process, program word) {
	runs := RunsSystemd
	if p.sourced || p.unit == nil {
		runs = RunsSh
	}
	in := p.install(runs)
	in.workDir, in.env, in.secrets = p.dir, environment{}, map[string]credential{}
	if p.unit != nil {
		in.secrets = p.unit.credentials()
		in.refuse("systemd does not start "+in.Service, p.refused)
	}
	in.Image = program.text
	f.ownEnvFile(&in)
	for _, file := range p.files {
		in.addFile(file)
	}
	in.env.add(p.env)
	f.machineHostname(&in)
	in.fit = fitSomewhere
	switch {
	case in.Reads(f.envFile):
		in.fit = fitReads
	case filepath.Dir(program.text) == filepath.Dir(f.envFile):
		in.fit = fitBeside
	}
	f.keep(f.beside(in))
}

// beside raises an install whose script or unit lies beside the file.
func (f *finder) beside(in Install) Install {
	if in.fit == fitSomewhere && filepath.Dir(in.Found) == filepath.Dir(f.envFile) {
		in.fit = fitBeside
	}
	return in
}

var aboutPocketID = regexp.MustCompile(`(?i)pocket-?id`)

// besides follows the scripts that lie beside the file, and those about Pocket ID
// where the admin stands, above the file, and where an admin keeps his own.
func (f *finder) besides() {
	own := filepath.Dir(f.envFile)
	dirs := []string{own, f.Dir, filepath.Dir(own), f.Home, filepath.Join(f.Home, "bin"), "/usr/local/bin", "/usr/local/sbin"}
	for i, dir := range dirs {
		if slices.Contains(dirs[:i], dir) || !filepath.IsAbs(dir) {
			continue
		}
		for _, file := range f.glob(filepath.Join(dir, "*")) {
			ext := filepath.Ext(file)
			if ext != ".sh" && ext != "" && ext != ".bash" {
				continue
			}
			data, err := f.Files.Read(file)
			if err != nil || !isShellScript(data) && ext == "" || i > 0 && !aboutPocketID.Match(data) {
				continue
			}
			p := process{dir: dir, env: environment{}, file: file}
			f.script(p, file, data, []word{{text: file}})
		}
	}
}

// byHand is a program beside its .env, with nothing that would start it.
func (f *finder) byHand() {
	dir := filepath.Dir(f.envFile)
	if filepath.Base(f.envFile) != ".env" {
		return
	}
	for _, file := range f.glob(filepath.Join(dir, "pocket*")) {
		_, err := f.Files.Read(file)
		if !binary.MatchString(filepath.Base(file)) || err != nil && !errors.Is(err, ErrTooLarge) { // a directory
			continue
		}
		in := Install{Runs: RunsByHand, Found: file, workDir: dir, env: environment{}, Image: file, fit: fitBeside}
		f.ownEnvFile(&in)
		f.machineHostname(&in)
		f.keep(in)
		return
	}
}
