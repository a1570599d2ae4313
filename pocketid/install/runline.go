package install

import (
	"cmp"
	"slices"
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
	workDir  string
	envFiles []word
	env      []word // KEY=value, KEY, and for podman KEY*
	secrets  []word
	mounts   []mount
	envHost  bool
}

// flags without a value; every other of docker run and podman run takes one.
const runSwitches = " d i t P q detach init interactive no-healthcheck oom-kill-disable privileged publish-all quiet" +
	" read-only rm sig-proxy tty use-api-socket disable-content-trust help replace env-host http-proxy no-hosts" +
	" no-hostname read-only-tmpfs rmi tls-verify rootfs passwd unsetenv-all "

// flags hands on the flags at the head of a command line, and returns what follows
// them. takes tells which have a value.
func flags(args []word, takes func(name string) bool, use func(name string, value word)) []word {
	for len(args) > 0 {
		flag := args[0]
		if flag.text == "--" {
			return args[1:]
		}
		if len(flag.text) < 2 || flag.text[0] != '-' {
			return args
		}
		args = args[1:]
		name, value, has := strings.Cut(strings.TrimLeft(flag.text, "-"), "=")
		if letters := flag.text[1:]; letters[0] != '-' {
			for len(letters) > 1 && !takes(letters[:1]) {
				letters = letters[1:]
			}
			name, value = letters[:1], strings.TrimPrefix(letters[1:], "=")
			has = value != ""
		}
		if !has && takes(name) {
			if len(args) == 0 {
				return nil
			}
			flag, value = args[0], args[0].text
			args = args[1:]
		}
		use(name, word{text: value, source: flag.source})
	}
	return nil
}

// among reports of names in a list between blanks.
func among(list string) func(name string) bool {
	return func(name string) bool { return strings.Contains(list, " "+name+" ") }
}

// afterVerb finds the subcommand of docker or podman, behind flags of the program.
func afterVerb(args []word) (verb string, rest []word) {
	takes := among(" H host c context config l log-level root runroot storage-driver url connection identity ")
	rest = flags(args, takes, func(string, word) {})
	if len(rest) > 0 && rest[0].text == "container" {
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return "", nil
	}
	return rest[0].text, rest[1:]
}

// takeFlags reads the flags of run and create, and the image behind them.
func (r *runLine) takeFlags(args []word) {
	rest := flags(args, func(name string) bool { return !among(runSwitches)(name) }, r.take)
	if len(rest) > 0 {
		r.image = rest[0]
	}
}

// take absorbs one flag.
func (r *runLine) take(name string, value word) {
	on := value.text != "false"
	switch name {
	case "e", "env":
		r.env = append(r.env, value)
	case "env-file":
		r.envFiles = append(r.envFiles, value)
	case "env-host":
		r.envHost = on
	case "h", "hostname":
		r.hostname = value
	case "net", "network":
		r.network = value.text
	case "uts":
		r.uts = value.text
	case "pod":
		r.pod = value
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
			r.bind(cmp.Or(fields["source"], fields["src"]),
				cmp.Or(fields["target"], fields["destination"], fields["dst"]))
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

// composeLine is a command line of docker compose, docker-compose or podman-compose.
type composeLine struct {
	files, envFiles, profiles []string
	dir                       string
	env                       []string // that it is started with
}

// parseCompose reads the arguments of compose; ok is false when they start no
// project.
func parseCompose(args []word) (c composeLine, ok bool) {
	takes := among(" f file env-file profile project-directory workdir p project-name ansi progress parallel ")
	rest := flags(args, takes, func(name string, value word) {
		switch name {
		case "f", "file":
			c.files = append(c.files, value.text)
		case "env-file":
			c.envFiles = append(c.envFiles, value.text)
		case "profile":
			c.profiles = append(c.profiles, value.text)
		case "project-directory", "workdir":
			c.dir = value.text
		}
	})
	return c, len(rest) > 0 && slices.Contains([]string{"up", "run", "start", "create"}, rest[0].text)
}
