package steps

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"smtp-wizard/diagnosis"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// portReport shows which ports answer from this machine, as far as is known.
// Who blocks ports is said where the chosen one gives no answer.
func portReport(f wizard.Finding, chosen int) ([]wizard.Block, string) {
	var table wizard.Table
	ports := portsFound(f)
	if err := noAddress(ports); err != nil {
		return []wizard.Block{wizard.Text{Tone: wizard.Bad, Body: sentence(err.Error())}}, ""
	}
	for _, p := range ports {
		table.Rows = append(table.Rows, portRow(p))
	}
	var blocks []wizard.Block
	if len(ports) > 0 {
		blocks = append(blocks, table)
	}
	if f.Running {
		return blocks, "Looking which ports answer from this machine"
	}
	silent := func(p smtpcheck.Port) bool { return p.Port == chosen && p.State == smtpcheck.PortFiltered }
	if text := blockedText(ports); text != "" && slices.ContainsFunc(ports, silent) {
		blocks = append(blocks, wizard.Text{Tone: wizard.Warn, Label: "Blocked", Body: text})
	}
	return blocks, ""
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

// portsFound are the ports looked at so far, by number.
func portsFound(f wizard.Finding) []smtpcheck.Port {
	ports, _ := f.Result.([]smtpcheck.Port)
	if ports == nil {
		for _, news := range f.News {
			if p, ok := news.(smtpcheck.Port); ok {
				ports = append(ports, p)
			}
		}
	}
	ports = slices.Clone(ports)
	slices.SortFunc(ports, func(a, b smtpcheck.Port) int { return a.Port - b.Port })
	return ports
}

func portRow(p smtpcheck.Port) wizard.Row {
	row := wizard.Row{Tone: wizard.Bad, Cells: []string{fmt.Sprint(p.Port), string(p.State), ""}}
	switch {
	case p.State == smtpcheck.PortOpen && p.TLS != "":
		row.Tone = wizard.Good
		row.Cells[1] = "open, " + string(p.TLS)
		row.Cells[2] = millis(p.Elapsed)
	case p.State == smtpcheck.PortOpen:
		row.Tone = wizard.Warn
		if p.Failure != nil {
			row.Cells[1] = "open, but " + p.Failure.Error()
		}
	case p.State == smtpcheck.PortFiltered:
		row.Cells[1] = "no answer: a firewall or the hoster drops it, or the host is down"
	case p.State == smtpcheck.PortRefused:
		row.Cells[1] = "nothing listens there"
	}
	return row
}

// blockedText names the hosters that block the ports which gave no answer.
func blockedText(ports []smtpcheck.Port) string {
	var names []string
	for _, h := range diagnosis.BlockedBy(smtpcheck.Silent(ports)) {
		names = append(names, h.Name)
	}
	if len(names) == 0 {
		return ""
	}
	return "Hosters that block such ports by default: " + strings.Join(names, ", ") + "."
}

// doubtPort warns of a host or port that the look at it has shown to be wrong.
func doubtPort(f wizard.Finding, port int, mode smtpcheck.TLSMode) wizard.Fault {
	if err := noAddress(portsFound(f)); err != nil {
		return doubt("host", sentence(err.Error()))
	}
	for _, p := range portsFound(f) {
		if p.Port != port {
			continue
		}
		switch {
		case p.State == smtpcheck.PortRefused:
			return doubt("port", fmt.Sprintf("Nothing listens on port %d.", port))
		case p.State == smtpcheck.PortFiltered:
			return doubt("port", fmt.Sprintf("Port %d gives no answer: a firewall or the hoster drops it, or the host is down.", port))
		case p.TLS != "" && p.TLS != mode && !(mode == smtpcheck.TLSNone && p.TLS == smtpcheck.TLSStartTLS):
			return doubt("tls", fmt.Sprintf("Port %d was found to speak %s.", port, p.TLS))
		}
	}
	return wizard.Fault{}
}

// millis is a duration as a screen shows it.
func millis(d time.Duration) string {
	if d >= 10*time.Second {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}
