package steps

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"smtp-wizard/between"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/pocketid"
)

// viaCommands put the relay in between into operation, in order.
func (p *FilePlan) viaCommands(w World) (list []string) {
	r := p.Request
	switch r.Via {
	case between.Msmtpd:
		if !w.machine().HasMsmtpd() {
			list = append(list, between.Install)
		}
		if p.Printed {
			for _, f := range p.Machine {
				list = append(list, "# "+f.Path+" ("+fmt.Sprintf("%04o", f.Mode)+" root:"+groupName(f)+"), with the password in its place:")
				for line := range strings.Lines(string(f.Masked)) {
					list = append(list, "#   "+strings.TrimSuffix(line, "\n"))
				}
			}
		}
		return append(list, "sudo systemctl enable msmtpd", "sudo systemctl restart msmtpd")
	case between.Postfix:
		settings, login := r.relay().PostfixLines(between.Masked)
		if login != "" {
			list = append(list, "sudo apt-get install --no-remove libsasl2-modules",
				"sudo install -m 600 /dev/null "+between.SASLMap+"  # then put this line into it, with the password in its place:", "#   "+login)
		}
		for _, s := range settings {
			list = append(list, "sudo postconf -e '"+s+"'")
		}
		return append(list, "sudo postfix reload")
	case between.Sidecar:
		if !p.inCompose() {
			return p.containerCommands()
		}
		return []string{"cd " + shellWord(p.Found.Install.Compose.Dir), "docker compose up -d --force-recreate " + between.Service}
	}
	return nil
}

// containerCommands start the sidecar where no compose file does.
func (p *FilePlan) containerCommands() (list []string) {
	relay, secret, systemctl := p.Request.relay(), p.secretFile(), p.Found.Install.Systemctl()
	if p.Request.Runtime == pocketid.RuntimeQuadlet {
		for i, unit := range relay.Units(secret) {
			list = append(list, "# "+p.unitFiles()[i]+":")
			for line := range strings.Lines(unit[1]) {
				list = append(list, "#   "+strings.TrimSuffix(line, "\n"))
			}
		}
		return append(list, "# and in the [Container] of Pocket ID's unit: Network="+between.Network+".network",
			systemctl+" daemon-reload", systemctl+" start "+between.Service)
	}
	network := p.Found.Install.NamedNetwork()
	list = relay.RunLines(p.Request.Runtime.Engine(), network, secret, shellWord)
	if network == "" {
		list = append(list, "# and Pocket ID's own "+p.Request.Runtime.Engine()+" run needs --network "+between.Network)
	}
	return list
}

// unitFiles are where podman's units of the sidecar go: beside that of Pocket ID.
func (p *FilePlan) unitFiles() (paths []string) {
	dir := "/etc/containers/systemd"
	if in := p.Found.Install; in.Runs == p.Request.Runtime && in.Unit != "" {
		dir = filepath.Dir(in.Unit)
	}
	for _, unit := range p.Request.relay().Units("") {
		paths = append(paths, shellWord(filepath.Join(dir, unit[0])))
	}
	return paths
}

// undoVia is the one command that takes the relay in between away again, with what was
// written for it. A .env without a backup is new, and stays.
func (p *FilePlan) undoVia(saved []atomicfile.Saved) string {
	var list []string
	switch p.Request.Via {
	case "":
		return ""
	case between.Msmtpd:
		list = append(list, between.Undo)
	case between.Postfix:
		list = append(list, p.undoPostfix...)
	}
	for _, s := range saved {
		switch path := absolute(s.Path); {
		case s.Backup != "":
			list = append(list, "sudo cp "+shellWord(absolute(s.Backup))+" "+shellWord(path))
		case s.Created && s.Path != p.Request.EnvFile && !slices.ContainsFunc(p.Machine, func(f between.File) bool { return f.Path == s.Path }):
			list = append(list, "sudo rm -f "+shellWord(path))
		}
	}
	switch {
	case len(list) == 0 || p.Request.Via != between.Sidecar:
	case p.Request.Runtime == pocketid.RuntimeQuadlet:
		systemctl := p.Found.Install.Systemctl()
		list = append(list, systemctl+" stop "+between.Service, "rm -f "+strings.Join(p.unitFiles(), " "), systemctl+" daemon-reload")
	case !p.inCompose():
		list = append(list, between.UndoRun(p.Request.Runtime.Engine()))
	default:
		list = append(list, "cd "+shellWord(p.Found.Install.Compose.Dir), "docker compose up -d --remove-orphans")
	}
	return strings.Join(list, " && ")
}

// undoPostfix puts back what Postfix is set to now: in main.cf, else by default.
func (w World) undoPostfix(relay between.Relay) (commands []string) {
	settings, login := relay.PostfixLines(between.Masked)
	var set, drop string
	changes := false
	for _, s := range settings {
		key, _, _ := strings.Cut(s, " = ")
		is, _ := w.postconf("-n", key)
		changes = changes || is != s
		if is != "" {
			set += " " + shellWord(is)
		} else {
			drop += " " + key
		}
	}
	if !changes { // it is set up already: what was before is not known
		return nil
	}
	if set != "" {
		commands = append(commands, "sudo postconf -e"+set)
	}
	if drop != "" {
		commands = append(commands, "sudo postconf -X"+drop)
	}
	if login != "" {
		commands = append(commands, "sudo rm -f "+between.SASLMap)
	}
	return append(commands, "sudo postfix reload")
}

func absolute(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

func groupName(f between.File) string {
	if f.Mode&0o004 == 0 {
		return "msmtp"
	}
	return "root"
}
