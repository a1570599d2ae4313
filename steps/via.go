package steps

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-sasl"

	"smtp-wizard/asowner"
	"smtp-wizard/between"
	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/internal/text"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/presets"
	"smtp-wizard/secret"
	"smtp-wizard/wizard"
)

// machine is where a relay in between would be installed.
func (w World) machine() between.Machine { return between.Machine{Root: w.Root} }

// ViaObstacle says why a relay in between cannot be had with an install; "" where it can.
func (w World) ViaObstacle(way between.Kind, in install.Install, runtime pocketid.Runtime) string {
	mta := w.machine().MTA()
	if runtime != in.Runs {
		in = install.Install{}
	}
	switch {
	case way == "":
		return ""
	case way == between.Sidecar && runtime.InContainer() && runtime != pocketid.RuntimeCompose:
		if in.Network == "host" || strings.HasPrefix(in.Network, "container:") {
			return "Pocket ID has --network " + in.Network + ", and so no container in reach"
		}
		return ""
	case way == between.Sidecar:
		return in.SidecarObstacle()
	case runtime.InContainer() && in.Network != "host":
		return "Pocket ID is in a container, which does not reach a server that listens on this machine's loopback alone; " +
			"it does reach a sidecar (--via sidecar)"
	case way == between.Postfix && mta != "Postfix":
		return "Postfix is not installed"
	case way == between.Msmtpd && mta != "":
		return "its package would remove " + mta + ", which is installed"
	}
	return ""
}

// wayOut is the best relay in between to offer; "" where there is none.
func (w World) wayOut(v View) between.Kind {
	in := discovered(v).Install
	for _, way := range []between.Kind{between.Sidecar, between.Postfix, between.Msmtpd} {
		if !v.Answers.Unattended && !w.Practice && w.ViaObstacle(way, in, v.Answers.runtime()) == "" {
			return way
		}
	}
	return ""
}

// through goes through a relay in between that announces a name.
func (a Answers) through(way between.Kind, name string) Answers {
	a.Via, a.Hostname, a.ContainerID, a.TestAs = way, name, false, ""
	return a
}

// forPocketID is the request with what Pocket ID itself is to be set up with.
func (r FileRequest) forPocketID() FileRequest {
	if r.Via != "" {
		r.MailAnswers = MailAnswers{Preset: Custom, Via: r.Via, Settings: r.Via.ForClient(r.Settings)}
	}
	return r
}

// relay is the one in between.
func (r FileRequest) relay() between.Relay {
	relay := between.Relay{Settings: r.Settings, Name: r.Hostname}
	p, _ := presets.ByID(r.Preset)
	if r.Mechanism == sasl.Login || r.Mechanism == "" && len(p.Auth) > 0 && !slices.Contains(p.Auth, sasl.Plain) {
		relay.Mechanism = sasl.Login
	}
	return relay
}

// planVia plans the files of the relay in between, but for the compose file.
func (w World) planVia(p *FilePlan, around *asowner.Files) error {
	r := p.Request
	if r.Via == "" {
		return nil
	}
	if err := r.Via.Check(r.relay()); err != nil {
		return err
	}
	if why := w.ViaObstacle(r.Via, p.Found.Install, r.Runtime); why != "" {
		return fmt.Errorf("%s cannot be put in between: %s", r.Via.Title(), why)
	}
	switch r.Via {
	case between.Msmtpd:
		files, err := w.machine().Files(r.relay())
		p.Machine, p.Printed = files, r.PrintFiles || !w.mayInstall()
		return err
	case between.Postfix:
		p.Warnings = append(p.Warnings, w.postfixWarnings(r.relay())...)
		p.undoPostfix = w.undoPostfix(r.relay())
	case between.Sidecar:
		path, contents := p.secretFile(), r.relay().SecretFile()
		car, _ := p.Found.Install.Sidecar(between.Service)
		p.secretKnown = car.Path == path || !p.inCompose() && p.Found.Value("SMTP_HOST") == between.Service
		if old, _ := around.Load(path); contents != nil && !(old.Exists && bytes.Equal(old.Bytes, contents)) {
			p.SecretPath, p.Secret = path, secret.New(string(contents))
		}
	}
	return nil
}

// inCompose reports whether the sidecar is a service of the compose project.
func (p *FilePlan) inCompose() bool { return p.Request.Runtime == pocketid.RuntimeCompose }

// secretFile is the file of the sidecar's password.
func (p *FilePlan) secretFile() string {
	if p.inCompose() {
		return filepath.Join(p.Found.Install.Compose.Dir, between.SecretName)
	}
	return filepath.Join(filepath.Dir(absolute(p.Request.EnvFile)), between.SecretName)
}

// mayInstall reports whether the files of a relay in between can be written here: as
// root, and where their package has made the place for them.
func (w World) mayInstall() bool {
	return (os.Geteuid() == 0 || w.Root != "") && w.machine().Debian() && w.machine().HasMsmtpd()
}

// postfixWarnings say what the new settings mean for what Postfix does already.
func (w World) postfixWarnings(relay between.Relay) []string {
	list := []string{"Postfix keeps a message that the relay refuses in its queue, so Pocket ID's own test passes whatever happens to it: " +
		"`smtp-wizard check` asks the relay behind it, and `mailq` shows what waits."}
	settings, _ := relay.PostfixLines(between.Masked)
	for _, s := range settings {
		key, value, _ := strings.Cut(s, " = ")
		is, err := w.postconf("-h", key)
		if err != nil {
			return append(list, "What Postfix is set to now could not be read (postconf): compare before you change it.")
		}
		if is != "" && is != value && (key == "relayhost" || key == "smtp_sasl_password_maps") {
			list = append(list, text.Clean(fmt.Sprintf("Postfix has %s = %s now; the change is for all mail of this machine.", key, is)))
		}
	}
	return list
}

// postconf asks Postfix for a setting: -h its value, -n its line in main.cf.
func (w World) postconf(how, key string) (string, error) {
	if w.Postconf != nil {
		return w.Postconf(how, key)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/sbin/postconf", how, key).Output()
	return strings.TrimSpace(string(out)), err
}

// sidecar is what the relay in between changes in a compose file, and whether
// compose's own loader then finds it as it is meant.
func (p *FilePlan) sidecar() composeEdit {
	relay, in := p.Request.relay(), p.Found.Install
	var name string
	if relay.SecretFile() != nil {
		name = between.SecretName
	}
	change := func(data []byte) ([]byte, error) {
		return install.PutSidecar(data, in, between.Service, between.Image, relay.Variables(), name, "./"+between.SecretName)
	}
	return composeEdit{change, func(after install.Install) bool {
		car, ok := after.Sidecar(between.Service)
		for _, v := range relay.Variables() {
			ok = ok && car.Variables[v[0]] == v[1]
		}
		return ok && !car.Published
	}}
}

// saveMachine writes the files outside the .env's directory, and returns how to take
// them away again.
func (p *FilePlan) saveMachine() (saved []atomicfile.Saved, undo func(), err error) {
	if p.Printed || len(p.Machine) == 0 {
		return nil, func() {}, nil
	}
	var files []atomicfile.File
	for _, f := range p.Machine {
		files = append(files, atomicfile.File{Path: f.Path, Bytes: f.Bytes, MustBeNew: true, NewMode: f.Mode, Group: f.Group})
	}
	saved, err = atomicfile.SaveAll(files)
	return saved, func() {
		for _, s := range saved {
			_ = os.Remove(s.Path)
		}
	}, err
}

// newFor is what a new compose file is for.
func (p *FilePlan) newFor() string {
	if p.Request.Via != "" {
		return "the service " + between.Service + ", a relay in between"
	}
	var parts []string
	if p.renames() {
		parts = append(parts, "hostname: "+p.Request.Hostname)
	}
	if host := strings.ToLower(p.Request.Host); p.Found.Install.LacksGateway(host) {
		parts = append(parts, "extra_hosts for "+host)
	}
	return strings.Join(parts, ", ")
}

// machineBlocks show the files outside the .env's directory.
func (p *FilePlan) machineBlocks() (blocks []wizard.Block) {
	for _, f := range p.Machine {
		var diff []envwriter.DiffLine
		for line := range strings.Lines(string(f.Masked)) {
			diff = append(diff, envwriter.DiffLine{Op: envwriter.Plus, Text: text.Clean(strings.TrimSuffix(line, "\n"))})
		}
		label := "New"
		if p.Printed {
			label = "Print"
		}
		blocks = append(blocks, wizard.Text{Label: label, Body: f.Path}, diffBlock(diff))
	}
	if p.Request.Via == between.Msmtpd && p.Printed && len(p.Machine) > 0 {
		why := "These files are printed for you to write."
		if !p.Request.PrintFiles {
			why = "These files are printed for you to write: that takes root, and Debian's package msmtp-mta first."
		}
		blocks = append(blocks, wizard.Text{Tone: wizard.Warn, Label: "Then", Body: why + " What to run is on the next page."})
	}
	return blocks
}

// findBehind reads what the relay in between that Pocket ID sends to is set to.
func (d *Discovery) findBehind(w World, around *asowner.Files) {
	host, in := d.Value("SMTP_HOST"), d.Install
	if car, ok := in.Sidecar(host); ok {
		relay, ok := between.FromVariables(func(key string) string { return car.Variables[key] })
		if !ok {
			return
		}
		if file, _ := around.Load(car.Path); file.Exists && car.Path != "" {
			relay.Password = secret.New(between.PasswordIn(file.Bytes))
		}
		d.Via, d.Behind, d.BehindFrom = between.Sidecar, relay, car.Path
		w.Masker.Add(relay.User, relay.Password.Reveal())
		return
	}
	local := isLoopback(host) && d.Value("SMTP_USER") == "" && (!in.InContainer() || in.Network == "host") && slices.Contains([]string{"", "25"}, d.Value("SMTP_PORT"))
	if !local || around.Owner() != nil { // else the owner of the .env could have root read it for them
		return
	}
	way, from := between.Msmtpd, "/etc/msmtprc"
	relay, password, ok := w.machine().Configured()
	if w.machine().MTA() == "Postfix" {
		way, from = between.Postfix, "the map of smtp_sasl_password_maps"
		relay, password, ok = w.machine().ReadPostfix(func(key string) (string, error) { return w.postconf("-h", key) })
	}
	if ok {
		relay.Password = secret.New(password)
		d.Via, d.Behind, d.BehindFrom = way, relay, from
		w.Masker.Add(relay.User, password)
	}
}

// behindPassword is the objection to a relay in between whose password cannot be read.
func (d Discovery) behindPassword(s Setup, given bool) (Objection, bool) {
	if s.Via == "" || s.User == "" || given || !s.Password.Empty() {
		return Objection{}, false
	}
	return Objection{ID: "password-unreadable", Stops: true,
		Text: "The password of the relay in between is in " + d.BehindFrom + ", which cannot be read from here.",
		Cure: "Give it with --password-stdin or --password-file."}, true
}

var errNoComposeFile = errors.New("no compose file was found that could be given the service " + between.Service)
