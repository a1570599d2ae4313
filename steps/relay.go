package steps

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"smtp-wizard/internal/text"
	"smtp-wizard/pocketid"
	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// relay asks where the mail is handed over, and looks meanwhile which ports
// answer from this machine.
type relay struct{ world World }

func (relay) ID() wizard.ID     { return Relay }
func (relay) Name() string      { return "Relay" }
func (relay) Skip(Answers) bool { return false }

// portSurvey is the job of looking at a host's ports.
type portSurvey struct {
	host, ports string
}

func (s relay) Wants(v View) wizard.Job {
	host, _, err := smtpcheck.ParseRelay(v.Text("host", v.Answers.Host))
	if err != nil || v.Answers.Unattended || v.Answers.Offline || discovered(v).whyInside(host, v.Answers.runtime()) != "" {
		return wizard.Job{}
	}
	return wizard.Job{Task: "ports", For: portSurvey{host, fmt.Sprint(s.ports(v))}}
}

func (s relay) Work(ctx context.Context, job wizard.Job, v View, report func(any)) any {
	host := job.For.(portSurvey).host
	options := s.world.portOptions(host, v.Answers.runtime())
	if options.Limits.Silence == 0 {
		options.Limits.Silence = time.Second // the admin reads meanwhile, and a second connection harms nobody
	}
	return smtpcheck.Ports(ctx, host, s.ports(v), options, func(p smtpcheck.Port) { report(p) })
}

func (w World) portOptions(host string, runtime pocketid.Runtime) smtpcheck.PortOptions {
	network, _ := w.network(host, runtime)
	return smtpcheck.PortOptions{RootCAs: w.RootCAs, Masker: w.Masker, Limits: w.Limits, Net: network}
}

// ports are the ones to look at: the preset's, else the usual ones, and the one
// set.
func (s relay) ports(v View) []int {
	p, _ := s.world.preset(v.Answers.Preset)
	ports := p.Ports()
	if len(ports) == 0 {
		ports = []int{25, 465, 587, 2525}
	}
	port, err := smtpcheck.ParsePort(v.Text("port", strconv.Itoa(v.Answers.Port)))
	if err == nil && !slices.Contains(ports, port) {
		ports = append(ports, port)
	}
	return ports
}

// portsFound are the ports looked at so far, by number.
func portsFound(f wizard.Finding) []smtpcheck.Port {
	ports := reported[smtpcheck.Port](f)
	sort.Slice(ports, func(i, j int) bool { return ports[i].Port < ports[j].Port })
	return ports
}

func (s relay) Page(v View) wizard.Page {
	a := v.Answers
	name, typedPort, err := smtpcheck.ParseRelay(v.Text("host", a.Host))
	usual := portText(cmp.Or(typedPort, a.Port, pocketid.DefaultPort(pocketid.NewestKnown(), a.TLS)))
	port := v.Text("port", usual)
	host := field(Relay, "host", wizard.TextField, a.Host)
	host.Missing, host.Hide = v.Text("host", a.Host) == "", hideLogin
	if p, _ := s.world.preset(a.Preset); a.Host == "" {
		host.Note = p.HostHint
	}
	if warning := s.world.ownLoopback(name, discovered(v).Install, a.runtime()); err == nil && warning != "" {
		host.Note, host.NoteTone = warning, wizard.Warn
	}
	if inside := discovered(v).whyInside(name, a.runtime()); err == nil && inside != "" {
		host.Note, host.NoteTone = inside+", so it cannot be tried from here.", wizard.Warn
	}
	page := wizard.Page{
		Title: "Where is the relay?",
		Why: "The relay is the server that takes the mail from Pocket ID. Port 587 starts in clear text and " +
			"switches to TLS (starttls); port 465 speaks TLS from the first byte (tls).",
		Field: []wizard.Field{host, field(Relay, "port", wizard.TextField, usual),
			field(Relay, "tls", wizard.ChoiceField, string(s.modeFor(v, port)))},
	}
	f := v.Found[Relay]
	if ports := portsFound(f); len(ports) > 0 && (noAddress(ports) == nil || v.Fault.Field != "host") { // which says it
		page.Body = []wizard.Block{s.world.portReport(f)}
	}
	if f.Running && noAddress(portsFound(f)) == nil {
		page.Aside = "Checking which ports answer from this machine" + s.world.atMost(Setup{})
	}
	return page
}

// modeFor is the TLS mode that goes with a port: what was answered for that very
// port, else what it was found to speak, what the preset says of it, or what is
// usual there.
func (s relay) modeFor(v View, port string) smtpcheck.TLSMode {
	a := v.Answers
	port = strings.TrimSpace(port)
	refused := v.Fault.Field == "tls" && v.Fault.Tone == wizard.Bad // sent back by the test
	if portText(a.Port) == port && a.TLS != "" && !refused {
		return a.TLS
	}
	for _, p := range portsFound(v.Found[Relay]) {
		// Never none: who strips STARTTLS on the way must not get the password.
		if portText(p.Port) == port && p.TLS != "" && p.TLS != smtpcheck.TLSNone {
			return p.TLS
		}
	}
	preset, _ := s.world.preset(a.Preset)
	for _, e := range preset.Endpoints {
		if portText(e.Port) == port {
			return smtpcheck.TLSMode(e.TLS)
		}
	}
	switch port {
	case "465", "2465", "8465", "443":
		return smtpcheck.TLSImplicit
	case "1025":
		return smtpcheck.TLSNone
	}
	return smtpcheck.TLSStartTLS
}

// portReport shows which ports answer from this machine, as far as is known.
func (w World) portReport(f wizard.Finding) wizard.Block {
	ports := portsFound(f)
	if err := noAddress(ports); err != nil {
		return wizard.Text{Tone: wizard.Bad, Body: sentence(w.Masker.Mask(err.Error()))}
	}
	var table wizard.Table
	for _, p := range ports {
		table.Rows = append(table.Rows, w.portRow(p))
	}
	return table
}

// noAddress is why a look at the ports did not get as far as the ports, or nil.
func noAddress(ports []smtpcheck.Port) error {
	for _, p := range ports {
		if p.Failure != nil && p.Failure.Stage == smtpcheck.StageDNS {
			return p.Failure.Err
		}
	}
	return nil
}

const unanswered = "no answer: a firewall or the hoster drops it, or the host is down"

func (w World) portRow(p smtpcheck.Port) wizard.Row {
	port := strconv.Itoa(p.Port)
	switch {
	case p.TLS != "":
		return rowOf(wizard.Good, port, "open, "+string(p.TLS), millis(p.Elapsed))
	case p.State == smtpcheck.PortOpen && p.Failure != nil:
		return rowOf(wizard.Warn, port, "open, but "+w.Masker.Mask(p.Failure.Error()), "")
	case p.State == smtpcheck.PortFiltered:
		return rowOf(wizard.Bad, port, unanswered, "")
	case p.State == smtpcheck.PortRefused:
		return rowOf(wizard.Bad, port, "nothing listens there", "")
	}
	return rowOf(wizard.Bad, port, string(p.State), "")
}

// portWarning warns of a host or port that the look at it has shown to be wrong.
func (w World) portWarning(f wizard.Finding, host string, port int, mode smtpcheck.TLSMode) wizard.Fault {
	if err := noAddress(portsFound(f)); err != nil {
		return warnAt("host", sentence(w.Masker.Mask(err.Error())))
	}
	for _, p := range portsFound(f) {
		if p.Port != port {
			continue
		}
		switch {
		case p.State == smtpcheck.PortRefused:
			return warnAt("port", fmt.Sprintf("Nothing listens on port %d of %s.%s", port, host, openPorts(f)))
		case p.State == smtpcheck.PortFiltered:
			return warnAt("port", fmt.Sprintf("Port %d of %s gives %s.%s", port, host, unanswered, openPorts(f)))
		case p.TLS != "" && p.TLS != mode && !(mode == smtpcheck.TLSNone && p.TLS == smtpcheck.TLSStartTLS):
			return warnAt("tls", fmt.Sprintf("Port %d of %s was found to speak %s.", port, host, p.TLS))
		}
	}
	return wizard.Fault{}
}

// Check takes apart what was pasted as the host: a secret in it goes where secrets
// are kept.
func (s relay) Check(v View, field string) Intent {
	a := v.Answers
	if a.Unattended || field != "host" {
		return stay(a)
	}
	text := v.Input["host"]
	p, whole := takeApart(text)
	if whole {
		text = p.relay
	}
	host, port, err := smtpcheck.ParseRelay(text)
	switch {
	case strings.TrimSpace(text) == "":
		return stay(a)
	case err != nil:
		return wizard.Correct(a, wizard.Input{"host": text}, errorAt("host", err.Error()))
	case !whole && port == 0:
		return stay(a)
	}
	if p.user != "" {
		a = a.atRelay(host)
		a.User, a.Password, a.PasswordTyped = p.user, p.password, !p.password.Empty()
	}
	in := s.splitInput(v, host, cmp.Or(portText(port), v.Text("port", portText(a.Port))))
	said := "Taken as host " + host
	if port != 0 {
		said += fmt.Sprintf(" and port %d", port)
	}
	if p.tls != "" {
		in["tls"] = string(p.tls)
	}
	switch {
	case p.user != "":
		said += "; the login is on the next page"
	case strings.Contains(v.Input["host"], "@"):
		said += "; what stood before the @ was left out"
	}
	return wizard.Correct(a, in, noticeAt("host", said+"."))
}

// openPorts names those that were seen open, as a sentence.
func openPorts(f wizard.Finding) string {
	var list []string
	for _, p := range portsFound(f) {
		if p.TLS != "" {
			list = append(list, fmt.Sprintf("%d (%s)", p.Port, p.TLS))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return " Open: " + strings.Join(list, ", ") + "."
}

func (s relay) Take(v View) Intent {
	a := v.Answers
	if typed := v.Input["host"]; strings.Contains(typed, "@") {
		return wizard.Correct(a, wizard.Input{"host": withoutLogin(typed)},
			warnAt("host", "What stood before the host was left out: user and password are asked for on the next page."))
	}
	host, typedPort, err := smtpcheck.ParseRelay(v.Input["host"])
	if err != nil {
		return wizard.Stay(a, errorAt("host", err.Error()))
	}
	if typedPort != 0 {
		return wizard.Correct(a, s.splitInput(v, host, portText(typedPort)),
			noticeAt("host", fmt.Sprintf("Taken as host %s and port %d.", host, typedPort)))
	}
	port, err := smtpcheck.ParsePort(v.Input["port"])
	if err != nil {
		return wizard.Stay(a, errorAt("port", err.Error()))
	}
	mode := smtpcheck.TLSMode(v.Input["tls"])
	if !slices.Contains(smtpcheck.TLSModes, mode) {
		return wizard.Stay(a, errorAt("tls", "TLS is one of none, starttls and tls"))
	}
	sentBack := v.Fault.Tone == wizard.Bad && host == a.Host && port == a.Port && mode == a.TLS // and told why
	if f := s.world.portWarning(v.Found[Relay], host, port, mode); f != (wizard.Fault{}) && !v.Warned(f) && !sentBack {
		return wizard.Stay(a, f)
	}
	if text := onlyLocalhost(host, a.version()); text != "" && host != a.Host && !a.Unattended {
		if f := warnAt("host", text); !v.Warned(f) {
			return wizard.Stay(a, f)
		}
	}
	if port != a.Port || mode != a.TLS {
		a.Untested = false
	}
	known := a.passwordOf(a.User)
	a = a.atRelay(host)
	if v.Fault.Field == "host" && v.Fault.Tone == wizard.Bad && a.Password.Empty() {
		a.Password = known // the name was wrong, not the relay
	}
	a.Port, a.TLS = port, mode
	if a.Preset == "" || a.Preset == Custom {
		a.Preset = presetOf(a.Host)
	}
	return wizard.Next(a)
}

// splitInput rewrites the fields when a port was typed behind the host.
func (s relay) splitInput(v View, host, port string) wizard.Input {
	in := wizard.Input{"host": host, "port": port}
	if v.Input["tls"] == string(s.modeFor(v, v.Input["port"])) { // not one of the admin's own
		in["tls"] = string(s.modeFor(v, port))
	}
	return in
}

// firstEndpoint is the port and TLS mode to begin with: the preset's own, unless
// this version of Pocket ID greets as localhost there and not on another one.
// That matters where the provider judges the name.
func firstEndpoint(p presets.Preset, v pocketid.Version) (int, smtpcheck.TLSMode) {
	first := p.Recommended()
	if p.Helo == "" {
		return first.Port, smtpcheck.TLSMode(first.TLS)
	}
	for _, e := range append([]presets.Endpoint{first}, p.Endpoints...) {
		mode := smtpcheck.TLSMode(e.TLS)
		if mode != smtpcheck.TLSNone && pocketid.SpeechOf(v, mode, "x").Names.First != "localhost" {
			return e.Port, mode
		}
	}
	return first.Port, smtpcheck.TLSMode(first.TLS)
}

// millis is a duration as a screen shows it.
func millis(d time.Duration) string {
	if d >= 10*time.Second {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}

// loginIn is where a user, a password or both stand before what should be a host.
func loginIn(host string) (from, to int) {
	if from, to = text.Login(host); from == to {
		return 0, strings.LastIndex(host, "@") + 1
	}
	return from, to
}

func withoutLogin(host string) string {
	from, to := loginIn(host)
	return host[:from] + host[to:]
}

// hideLogin is a host as it is shown while it is typed.
func hideLogin(host string) string {
	from, to := loginIn(host)
	return host[:from] + strings.Repeat("•", len([]rune(host[from:to]))) + host[to:]
}

func portText(port int) string {
	if port == 0 {
		return ""
	}
	return strconv.Itoa(port)
}
