package install

import (
	"bytes"
	"cmp"
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/pocketid"
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
	"gosu": 1, "su-exec": 1, "setpriv": 0, "unbuffer": 0, "systemd-run": 0}

// wrapperValues are flags of wrappers that take the next word.
const wrapperValues = " n c u g C p k s o e t user group chdir unit property setenv uid gid working-directory" +
	" description slice "

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
			p.env.set(key, setting{Value: value, Source: args[0].source})
			args = args[1:]
		case wraps:
			args = flags(args[1:], among(wrapperValues), func(string, word) {})
			args = args[min(more, len(args)):]
		default:
			f.start(p, name, args)
			return
		}
	}
}

var shells = []string{"sh", "bash", "dash", "ash", "zsh", "ksh"}

// binary is what Pocket ID's program is called: pocket-id, pocketid-backend,
// pocket-id-linux-amd64, but no script or settings of that name.
var binary = lazy.Compile(`^pocket-?id(-backend|[-_](v?[0-9.]+|linux|amd64|arm64|x86_64|aarch64|bin|server)+)*$`)

// start follows a command without wrappers.
func (f *finder) start(p process, name string, args []word) {
	switch {
	case slices.Contains(shells, name):
		f.startShell(p, args)
		return
	case slices.Contains([]string{"docker", "podman", "docker-compose", "podman-compose"}, name):
		f.startContainer(p, name, args)
		return
	case binary.MatchString(name):
		f.startBinary(p, args[0])
		return
	}
	f.script(p, args, isShellScript)
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
	for i, arg := range args[1:] {
		rest := args[1:][i:]
		switch {
		case !strings.HasPrefix(arg.text, "-"):
			f.script(p, rest, func([]byte) bool { return true })
			return
		case strings.HasSuffix(arg.text, "c") && !strings.HasPrefix(arg.text, "--"):
			if len(rest) > 1 {
				f.shell(p, p.file, []byte(rest[1].text), rest[1:], rest[1].source.Line-1)
			}
			return
		}
	}
}

// script follows the commands of a file.
func (f *finder) script(p process, args []word, follows func(data []byte) bool) {
	p.file = join(p.dir, args[0].text)
	p.depth++
	if data, err := f.Files.Read(p.file); err == nil && follows(data) {
		f.shell(p, p.file, data, args, 0)
	}
}

// install is what is known before the command itself is looked at.
func (p process) install(runs pocketid.Runtime) Install {
	in := Install{Runs: runs, Found: p.file}
	if p.unit != nil {
		in.Found, in.Unit, in.Service = p.unit.path, p.unit.path, p.unit.title()
		in.User = cmp.Or(p.unit.text("Service", "User"), p.unit.account.name)
	}
	return in
}

// startContainer follows docker, podman and compose.
func (f *finder) startContainer(p process, name string, args []word) {
	verb, rest := "compose", args[1:]
	if name == "docker" || name == "podman" {
		verb, rest = afterVerb(rest)
	}
	switch verb {
	case "compose":
		if line, ok := parseCompose(rest); ok {
			f.composeCommand(p, line)
		}
	case "run", "create":
		line := runLine{program: name}
		line.takeFlags(rest)
		in, ok := f.container(p.install(pocketid.Runtime(name)), line, p.dir, p.env)
		if p.unit != nil {
			in.refuse("systemd does not start "+in.Service, p.refused)
		}
		if ok && line.image.text != "" {
			f.keep(in)
		}
	}
}

// startBinary is Pocket ID itself.
func (f *finder) startBinary(p process, program word) {
	runs := pocketid.RuntimeSystemd
	if p.sourced || p.unit == nil {
		runs = pocketid.RuntimeSh
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
	in.Hostname = Hostname{Kind: KindMachine, Value: f.Hostname}
	in.fit = fitSomewhere
	switch {
	case in.Reads(f.envFile):
		in.fit = fitReads
	case filepath.Dir(program.text) == filepath.Dir(f.envFile):
		in.fit = fitBeside
	}
	f.keep(in)
}

var aboutPocketID = lazy.Compile(`(?i)pocket-?id`)

// scriptsBeside follows the scripts that lie beside the file, and those about Pocket ID
// where the admin stands, above the file, and where an admin keeps his own.
func (f *finder) scriptsBeside() {
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
			p := process{dir: dir, env: environment{}}
			f.script(p, []word{{text: file}}, func(data []byte) bool {
				return (isShellScript(data) || ext != "") && (i == 0 || aboutPocketID.Match(data))
			})
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
		if !binary.MatchString(filepath.Base(file)) || err != nil && !errors.Is(err, errTooLarge) { // a directory
			continue
		}
		in := Install{Runs: pocketid.RuntimeManual, Found: file, workDir: dir, env: environment{}, Image: file, fit: fitBeside}
		f.ownEnvFile(&in)
		in.Hostname = Hostname{Kind: KindMachine, Value: f.Hostname}
		f.keep(in)
		return
	}
}
