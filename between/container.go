package between

import "strings"

// Network is what a sidecar outside compose shares with Pocket ID. The engines' default
// networks do not resolve names.
const Network = "pocket-id-mail"

// mount is the volume with the sidecar's password.
func (r Relay) mount(secret string) string {
	if !r.logsIn() {
		return ""
	}
	return secret + ":/run/secrets/" + SecretName + ":ro"
}

// RunLines are the commands that start the sidecar with docker or podman; secret is the
// file with its password. No port is published.
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

// UndoRun is the command that removes the container of RunLines.
func UndoRun(engine string) string { return engine + " rm -f " + Service }

// Units are podman's units for the sidecar and its network, as file names and contents.
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
