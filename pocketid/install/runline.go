package install

import (
	"path"
	"strings"
)

// runLine is a docker or podman command line that makes a container.
type runLine struct {
	program  string // docker or podman
	image    word
	hostname word
	network  string
	uts      string
	pod      word
	name     string
	workDir  string
	envFiles []word
	env      []word // KEY=value, KEY, and for podman KEY*
	secrets  []word
	mounts   []mount
	envHost  bool
	unset    []string
	unsetAll bool
}

// flags without a value; every other takes one.
const (
	boolShorts = "ditPq"
	boolFlags  = " detach init interactive no-healthcheck oom-kill-disable privileged publish-all quiet read-only rm" +
		" sig-proxy tty use-api-socket disable-content-trust help replace env-host http-proxy no-hosts no-hostname" +
		" read-only-tmpfs rmi tls-verify rootfs passwd unsetenv-all "
)

// parseRun reads the arguments of docker or podman from the program on. ok is
// false when they make no container.
func parseRun(args []word) (r runLine, ok bool) {
	if len(args) == 0 {
		return r, false
	}
	r.program = path.Base(args[0].text)
	rest, verb := afterVerb(args[1:])
	if verb != "run" && verb != "create" {
		return r, false
	}
	return r, r.takeFlags(rest) && r.image.text != ""
}

// afterVerb finds the subcommand of docker or podman. Before it stand flags of
// the program itself.
func afterVerb(args []word) (rest []word, verb string) {
	for i, arg := range args {
		switch arg.text {
		case "container":
			continue
		case "run", "create", "compose", "pod", "start", "stack":
			return args[i+1:], arg.text
		case "build", "pull", "push", "exec", "stop", "rm", "kill", "ps", "logs", "network", "volume", "image", "inspect", "login", "kube", "generate", "secret", "wait", "restart":
			return nil, arg.text
		}
	}
	return nil, ""
}

// takeFlags reads the flags up to the image.
func (r *runLine) takeFlags(args []word) bool {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg.text == "--":
			if len(args) > 0 {
				r.image = args[0]
			}
			return true
		case strings.HasPrefix(arg.text, "--"):
			name, value, has := strings.Cut(arg.text[2:], "=")
			if !has && !strings.Contains(boolFlags, " "+name+" ") {
				if len(args) == 0 {
					return false
				}
				arg, value = args[0], args[0].text
				args = args[1:]
			}
			r.take(name, word{text: value, source: arg.source}, value != "false")
		case len(arg.text) > 1 && arg.text[0] == '-':
			shorts := strings.TrimLeft(arg.text[1:], boolShorts)
			if shorts == "" {
				continue
			}
			value := strings.TrimPrefix(shorts[1:], "=")
			if value == "" {
				if len(args) == 0 {
					return false
				}
				arg, value = args[0], args[0].text
				args = args[1:]
			}
			r.take(shorts[:1], word{text: value, source: arg.source}, true)
		default:
			r.image = arg
			return true
		}
	}
	return true
}

// take absorbs one flag.
func (r *runLine) take(name string, value word, on bool) {
	switch name {
	case "e", "env":
		r.env = append(r.env, value)
	case "env-file":
		r.envFiles = append(r.envFiles, value)
	case "env-host":
		r.envHost = on
	case "unsetenv":
		r.unset = append(r.unset, value.text)
	case "unsetenv-all":
		r.unsetAll = on
	case "h", "hostname":
		r.hostname = value
	case "net", "network":
		r.network = value.text
	case "uts":
		r.uts = value.text
	case "pod":
		r.pod = value
	case "name":
		r.name = value.text
	case "w", "workdir":
		r.workDir = value.text
	case "secret":
		r.secrets = append(r.secrets, value)
	case "v", "volume":
		host, inside, _ := strings.Cut(value.text, ":")
		inside, _, _ = strings.Cut(inside, ":")
		r.bind(host, inside)
	case "mount":
		fields := fieldsOf(value.text)
		if fields["type"] == "" || fields["type"] == "bind" {
			r.bind(first(fields, "source", "src"), first(fields, "target", "destination", "dst"))
		}
	}
}

// bind notes a part of the machine's file system; a named volume is none.
func (r *runLine) bind(host, inside string) {
	if inside != "" && (strings.HasPrefix(host, "/") || strings.HasPrefix(host, ".") || strings.HasPrefix(host, "~")) {
		r.mounts = append(r.mounts, mount{host: host, inside: inside})
	}
}

// fieldsOf reads a=b,c=d.
func fieldsOf(text string) map[string]string {
	out := map[string]string{}
	for _, field := range strings.Split(text, ",") {
		key, value, _ := strings.Cut(field, "=")
		out[strings.TrimSpace(key)] = value
	}
	return out
}

func first(fields map[string]string, names ...string) string {
	for _, name := range names {
		if fields[name] != "" {
			return fields[name]
		}
	}
	return ""
}

// composeLine is a command line of docker compose, docker-compose or podman-compose.
type composeLine struct {
	files, envFiles, profiles []string
	dir, project              string
}

// parseCompose reads the arguments from the program on; ok is false when they
// start no project.
func parseCompose(args []word) (c composeLine, ok bool) {
	if len(args) == 0 {
		return c, false
	}
	rest := args[1:]
	switch path.Base(args[0].text) {
	case "docker-compose", "podman-compose":
	case "docker", "podman":
		var verb string
		if rest, verb = afterVerb(rest); verb != "compose" {
			return c, false
		}
	default:
		return c, false
	}
	for i := 0; i < len(rest); i++ {
		name, value, has := strings.Cut(rest[i].text, "=")
		take := func() string {
			if !has && i+1 < len(rest) {
				i++
				return rest[i].text
			}
			return value
		}
		switch name {
		case "-f", "--file":
			c.files = append(c.files, take())
		case "--env-file":
			c.envFiles = append(c.envFiles, take())
		case "--profile":
			c.profiles = append(c.profiles, take())
		case "--project-directory", "--workdir":
			c.dir = take()
		case "-p", "--project-name":
			c.project = take()
		case "--ansi", "--progress", "--parallel":
			take()
		case "up", "run", "start", "create":
			return c, true
		default:
			if !strings.HasPrefix(name, "-") {
				return c, false
			}
		}
	}
	return c, false
}
