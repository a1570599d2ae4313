package steps

import (
	"context"
	"fmt"

	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// door is another relay of the same provider, which does not judge the EHLO name, and
// whether it took the one that Pocket ID announces.
type door struct {
	preset presets.Preset
	port   int
	mode   smtpcheck.TLSMode
	took   bool
}

// beside greets the other door of the provider, where there is one, while the relay
// itself is tested; the function that it returns ends that.
func (w World) beside(ctx context.Context, s Setup) func(refused bool) door {
	p, _ := w.preset(s.Preset)
	other, known := w.preset(p.Door)
	if !known || p.Door == "" || s.Via != "" {
		return func(bool) door { return door{} }
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan bool, 1)
	way := door{preset: other}
	way.port, way.mode = firstEndpoint(other, s.As)
	go func() {
		to := Setup{As: s.As, Runtime: s.Runtime, NoSend: true}
		to.Host, to.Port, to.TLS, to.From, to.Hostname = other.DefaultHost(), way.port, way.mode, s.From, s.Hostname
		plan, _ := w.Plan(to)
		plan.StopAfter = smtpcheck.StageAuth // nobody logs in
		done <- smtpcheck.Run(ctx, plan, nil).Failure == nil
	}()
	return func(refused bool) door {
		defer cancel()
		way.took = refused && <-done
		return way
	}
}

func (d door) choice() wizard.Choice {
	return wizard.Choice{Value: actDoor, Cells: []string{fmt.Sprintf("Use %s: it took this name just now", d.preset.DefaultHost())},
		Note: d.preset.Name + ". " + d.preset.Username + " " + d.preset.Password}
}

// use goes to the other door, which wants a login of its own.
func (d door) use(a Answers) Intent {
	a = a.atRelay(d.preset.DefaultHost())
	a.Preset, a.User = d.preset.ID, ""
	a.Port, a.TLS = d.port, d.mode
	return wizard.Goto(a, Sender, noticeAt("user", d.preset.Username))
}
