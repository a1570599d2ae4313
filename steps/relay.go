package steps

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

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
	host  string
	ports string
}

func (s relay) Wants(v View) wizard.Job {
	addr, err := parseRelay(v.Text("host", v.Answers.Host))
	if err != nil || v.Answers.Unattended || v.Answers.Offline {
		return wizard.Job{}
	}
	return wizard.Job{Task: "ports", For: portSurvey{addr.Host, joinPorts(s.ports(v))}}
}

func (s relay) Work(ctx context.Context, job wizard.Job, _ View, report func(any)) any {
	survey := job.For.(portSurvey)
	options := smtpcheck.PortOptions{RootCAs: s.world.RootCAs, Limits: s.world.Limits, Net: s.world.Net}
	if options.Limits.Silence == 0 {
		options.Limits.Silence = time.Second // the admin reads meanwhile, and a second connection harms nobody
	}
	return smtpcheck.Ports(ctx, survey.host, splitPorts(survey.ports), options, func(p smtpcheck.Port) { report(p) })
}

// ports are the ones to look at: the preset's, else the usual ones, and the one
// set.
func (s relay) ports(v View) []int {
	p, _ := s.world.preset(v.Answers.Preset)
	var ports []int
	add := func(port int) {
		for _, have := range ports {
			if have == port {
				return
			}
		}
		ports = append(ports, port)
	}
	for _, e := range p.Endpoints {
		add(e.Port)
	}
	if len(ports) == 0 {
		for _, port := range []int{25, 465, 587, 2525} {
			add(port)
		}
	}
	if port, err := parsePort(v.Text("port", strconv.Itoa(v.Answers.Port))); err == nil {
		add(port)
	}
	return ports
}

func (s relay) Page(v View) wizard.Page {
	a := v.Answers
	usual := orElse(portText(a.Port), strconv.Itoa(usualPort(a.TLS)))
	if addr, err := parseRelay(v.Text("host", a.Host)); err == nil && addr.Port != 0 {
		usual = portText(addr.Port)
	}
	port := v.Text("port", usual)
	p, _ := s.world.preset(a.Preset)
	page := wizard.Page{
		Title: "Where is the relay?",
		Why: "The relay is the server that takes the mail from Pocket ID. Port 587 begins in clear text and " +
			"turns to TLS (starttls); port 465 speaks TLS from the first byte (tls).",
		Field: []wizard.Field{
			{Name: "host", Label: "Host", Default: a.Host, Flag: "--host", Note: hostNote(p, a), Help: wizard.Help{
				What:    "SMTP_HOST, the relay's name. host:port and URLs are understood, and split.",
				Example: "smtp.example.com, smtp.example.com:587, smtps://smtp.example.com",
				Where:   "In the provider's SMTP settings."}},
			{Name: "port", Label: "Port", Default: usual, Flag: "--port", Help: wizard.Help{
				What:    "SMTP_PORT, from 1 to 65535.",
				Example: "587 with starttls, 465 with tls"}},
			s.tlsField(v, port),
		},
	}
	found, _ := result[Surroundings](v, Install)
	if addr, err := parseRelay(v.Text("host", a.Host)); err == nil {
		if warning := s.world.ownLoopback(addr.Host, found.Install, pocketid.Runtime(a.Runs)); warning != "" {
			page.Field[0].Note, page.Field[0].NoteTone = warning, wizard.Warn
		}
	}
	chosen, _ := parsePort(port) // none is no port
	page.Body, page.Aside = portReport(v.Found[Relay], chosen)
	return page
}

// hostNote says which host a preset without one means.
func hostNote(p presets.Preset, a Answers) string {
	if a.Host != "" {
		return ""
	}
	return p.HostHint
}

func (s relay) tlsField(v View, port string) wizard.Field {
	return wizard.Field{
		Name: "tls", Label: "TLS", Kind: wizard.ChoiceField, Flag: "--tls", Default: string(s.modeFor(v, port)),
		Help: wizard.Help{What: "SMTP_TLS, how the connection is protected."},
		Choices: []wizard.Choice{
			{Value: string(smtpcheck.TLSStartTLS), Cells: []string{"starttls", "clear text first, then TLS; usual on 587"}},
			{Value: string(smtpcheck.TLSImplicit), Cells: []string{"tls", "TLS from the first byte; usual on 465"}},
			{Value: string(smtpcheck.TLSNone), Cells: []string{"none", "no protection; for a relay on this machine"}},
		},
	}
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

func (s relay) Take(v View) Intent {
	a := v.Answers
	addr, err := parseRelay(v.Input["host"])
	if err != nil {
		return wizard.Stay(a, wrong("host", err))
	}
	if in, said, ok := s.splitInput(v, addr); ok {
		return wizard.Correct(a, in, note("host", said))
	}
	port, err := parsePort(v.Input["port"])
	if err != nil {
		return wizard.Stay(a, wrong("port", err))
	}
	mode := smtpcheck.TLSMode(v.Input["tls"])
	switch mode {
	case smtpcheck.TLSNone, smtpcheck.TLSStartTLS, smtpcheck.TLSImplicit:
	default:
		return wizard.Stay(a, wizard.Fault{Field: "tls", Text: "TLS is one of none, starttls and tls.", Tone: wizard.Bad})
	}
	if f := doubtPort(v.Found[Relay], port, mode); f != (wizard.Fault{}) && !v.Warned(f) {
		return wizard.Stay(a, f)
	}
	if addr.Host != a.Host || port != a.Port || mode != a.TLS {
		a.Untested = false
	}
	if addr.Host != a.Host {
		a.SkipVerify = false // it was said of another relay
	}
	a.Host, a.Port, a.TLS = addr.Host, port, mode
	if a.Preset == "" || a.Preset == Custom {
		a.Preset = presetOf(a.Host)
	}
	return wizard.Next(a)
}

// splitInput rewrites the fields when the host had more in it than a host.
func (s relay) splitInput(v View, addr relayAddress) (wizard.Input, string, bool) {
	typed := strings.TrimSpace(v.Input["host"])
	if typed == addr.Host && addr.Port == 0 {
		return nil, "", false
	}
	in := wizard.Input{"host": addr.Host}
	said := "Taken as host " + addr.Host
	if addr.Port != 0 {
		in["port"] = strconv.Itoa(addr.Port)
		if v.Input["tls"] == string(s.modeFor(v, v.Input["port"])) { // not one of the admin's own
			in["tls"] = string(s.modeFor(v, in["port"]))
		}
		said += fmt.Sprintf(" and port %d", addr.Port)
	}
	if addr.TLS != "" {
		in["tls"] = string(addr.TLS)
	}
	return in, said + ".", true
}

func presetOf(host string) string {
	if p, ok := presets.ByHost(host); ok {
		return p.ID
	}
	return Custom
}

// endpoint is the port and TLS mode to begin with: the preset's own, unless
// this version of Pocket ID greets as localhost there and not on another one.
// That matters where the provider judges the name.
func (w World) endpoint(p presets.Preset, a Answers) (int, smtpcheck.TLSMode) {
	first := p.Recommended()
	if p.Helo == "" {
		return first.Port, smtpcheck.TLSMode(first.TLS)
	}
	version := w.version(a)
	for _, e := range append([]presets.Endpoint{first}, p.Endpoints...) {
		mode := smtpcheck.TLSMode(e.TLS)
		if mode != smtpcheck.TLSNone && pocketid.SpeechOf(version, mode, "x").Names.First != "localhost" {
			return e.Port, mode
		}
	}
	return first.Port, smtpcheck.TLSMode(first.TLS)
}

func portText(port int) string {
	if port == 0 {
		return ""
	}
	return strconv.Itoa(port)
}

func joinPorts(ports []int) string {
	texts := make([]string, len(ports))
	for i, p := range ports {
		texts[i] = strconv.Itoa(p)
	}
	return strings.Join(texts, ",")
}

func splitPorts(text string) []int {
	var ports []int
	for _, t := range strings.Split(text, ",") {
		if p, err := strconv.Atoi(t); err == nil {
			ports = append(ports, p)
		}
	}
	return ports
}
