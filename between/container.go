package between

import "strings"

// Network is the one that a sidecar outside compose shares with Pocket ID. The
// engines' own default networks know no names.
const Network = "pocket-id-mail"

// mount is where the sidecar finds its password.
func (r Relay) mount(secret string) string {
	if !r.login() {
		return ""
	}
	return secret + ":/run/secrets/" + SecretName + ":ro"
}

// RunLines are the commands that start the sidecar with docker or podman; secret is
// the file of its password. It publishes no port.
func (r Relay) RunLines(engine, network, secret string, quote func(string) string) (lines []string) {
	if network == "" {
		network = Network
		lines = append(lines, engine+" network create "+network)
	}
	run := engine + " run -d --name " + Service + " --restart unless-stopped --network " + quote(network)
	if mount := r.mount(secret); mount != "" {
		run += " -v " + quote(mount)
	}
	for _, v := range r.Variables() {
		run += " -e " + quote(v[0]+"="+v[1])
	}
	return append(lines, run+" docker.io/"+Image)
}

// UndoRun takes the container of RunLines away.
func UndoRun(engine string) string { return engine + " rm -f " + Service }

// Units are podman's units of the sidecar and of its network, by file name.
func (r Relay) Units(secret string) [][2]string {
	unit := "[Container]\nContainerName=" + Service + "\nImage=docker.io/" + Image + "\nNetwork=" + Network + ".network\n"
	word := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%") // systemd.exec(5)
	if mount := r.mount(secret); mount != "" {
		unit += "Volume=" + word.Replace(mount) + "\n"
	}
	for _, v := range r.Variables() {
		unit += `Environment="` + word.Replace(v[0]+"="+v[1]) + "\"\n"
	}
	return [][2]string{
		{Network + ".network", "[Network]\n"},
		{Service + ".container", unit + "\n[Service]\nRestart=always\n\n[Install]\nWantedBy=default.target\n"},
	}
}
