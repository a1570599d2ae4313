package steps

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"smtp-wizard/internal/lazy"

	"smtp-wizard/internal/text"
	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/wizard"
)

// Heard is which names the real Pocket ID has announced, in one TLS mode.
type Heard struct {
	TLS             smtpcheck.TLSMode
	First, AfterTLS string
}

// speech is how Pocket ID talks in this test: as was heard, else as is known of its
// version.
func (s Setup) speech() pocketid.Speech {
	speech := pocketid.SpeechOf(s.Speaks(), s.TLS, s.Hostname)
	if s.Heard != (Heard{}) && s.Via == "" {
		speech.Names, speech.Proven = smtpcheck.Names{First: s.Heard.First, AfterTLS: s.Heard.AfterTLS}, true
		speech.Note = "The names are those that this Pocket ID announced to this program."
	}
	return speech
}

// listen is a relay that hears which names the real Pocket ID announces.
type listen struct{ world World }

func (listen) ID() wizard.ID       { return Listen }
func (listen) Name() string        { return "Listen" }
func (listen) Skip(a Answers) bool { return !a.Listen || a.Offline }

const (
	listenFor  = 10 * time.Minute
	listenPort = "2525" // or any other, where that is taken
)

// listenRun is the job of listening once; listening is where it does.
type (
	listenRun struct {
		mode      smtpcheck.TLSMode
		container bool
		attempt   int
	}
	listening struct{ host, port string }
)

func (listen) Wants(v View) wizard.Job {
	a := v.Answers
	return wizard.Job{Task: "listen", For: listenRun{a.TLS, a.runtime().InContainer(), a.Attempts[Listen]}}
}

// Work listens until a mail comes.
func (s listen) Work(ctx context.Context, job wizard.Job, _ View, report func(any)) any {
	r := job.For.(listenRun)
	ctx, cancel := context.WithTimeout(ctx, listenFor)
	defer cancel()
	host := "127.0.0.1"
	if r.container {
		if found := s.world.bridges(); len(found) > 0 {
			host = found[0].Net.Addr().String()
		}
	}
	heard := make(chan Heard, 1)
	session := func(said practice.Session) {
		if ctx.Err() != nil {
			return
		}
		report(said.String())
		if h, ok := r.heard(said); ok {
			select {
			case heard <- h:
			default:
			}
		}
	}
	relay, port, err := r.start(host, session)
	if err != nil {
		return err
	}
	defer relay.Close()
	report(listening{host, port})
	select {
	case h := <-heard:
		return h
	case <-ctx.Done():
		return errors.New("no mail came within " + text.Minutes(listenFor))
	}
}

// start opens the one port, in the mode that Pocket ID will use.
func (r listenRun) start(host string, session func(practice.Session)) (relay *practice.Relay, port string, err error) {
	for _, port := range []string{listenPort, "0"} {
		o := practice.Options{Addr: net.JoinHostPort(host, port), TLSAddr: practice.NoPort, AnyLogin: true, SizeOnly: true, OnSession: session}
		if r.mode == smtpcheck.TLSImplicit {
			o.Addr, o.TLSAddr = "", o.Addr
		}
		if relay, err = practice.Start(practice.Behavior{Name: "listen"}, o); err == nil {
			break
		}
	}
	if err != nil {
		return nil, "", err
	}
	if r.mode == smtpcheck.TLSImplicit {
		return relay, fmt.Sprint(relay.TLSPort()), nil
	}
	return relay, fmt.Sprint(relay.Port()), nil
}

// heard is what a connection proves; nothing without a mail in this mode.
func (r listenRun) heard(s practice.Session) (Heard, bool) {
	if s.Messages == 0 || len(s.EHLO) == 0 || s.TLS != (r.mode != smtpcheck.TLSNone) {
		return Heard{}, false
	}
	return Heard{r.mode, s.EHLO[0], s.EHLO[len(s.EHLO)-1]}, true
}

func (listen) Page(v View) wizard.Page {
	a, f := v.Answers, v.Found[Listen]
	page := wizard.Page{Title: "What does your Pocket ID announce?",
		Why: "Give Pocket ID these settings for a moment, restart it, and send a test mail from its email settings. " +
			"The mail is read by this program alone and dropped. Put the old settings back afterward."}
	for _, news := range f.News {
		switch news := news.(type) {
		case listening:
			page.Body = append(page.Body, listenLines(a, news))
		case string:
			page.Body = append(page.Body, wizard.Text{Tone: wizard.Quiet, Label: "Heard", Body: news})
		}
	}
	if heard, ok := f.Result.(Heard); ok {
		table := wizard.Table{Rows: []wizard.Row{rowOf(wizard.Good, "first EHLO", heard.First)}}
		if heard.TLS == smtpcheck.TLSStartTLS {
			table.Rows = append(table.Rows, rowOf(wizard.Good, "after STARTTLS", heard.AfterTLS))
		}
		page.Why, page.Body = "Pocket ID has sent a mail. The test announces the same names, so it shows how the relay treats Pocket ID itself.", []wizard.Block{table}
	} else if err := failed(f); err != nil {
		page.Body = append(page.Body, wizard.Text{Tone: wizard.Warn, Label: "But", Body: sentence(err.Error()) +
			" Enter goes on without it; the test then relies on what is known of this version."})
	} else {
		page.Busy = "Listening, for " + text.Minutes(listenFor) + "; Esc stops"
	}
	return page
}

// listenLines are the settings that lead Pocket ID here.
func listenLines(a Answers, at listening) wizard.Block {
	lines := []string{"SMTP_HOST=" + at.host, "SMTP_PORT=" + at.port, "SMTP_FROM=" + a.From, "SMTP_TLS=" + string(a.TLS),
		"SMTP_USER=", "SMTP_PASSWORD=", pocketid.KeyName("UI_CONFIG_DISABLED", a.version()) + "=true"}
	if a.TLS != smtpcheck.TLSNone {
		lines = append(lines, "SMTP_SKIP_CERT_VERIFY=true")
	}
	return verbatim(lines)
}

// containerID is what a container without a hostname calls itself.
var containerID = lazy.Compile(`^[0-9a-f]{12}$`)

func (listen) Take(v View) Intent {
	a := v.Answers
	heard, ok := result[Heard](v, Listen)
	a.Listen = false
	if !ok {
		return wizard.Next(a.again(Listen))
	}
	a.Heard = heard
	if pocketid.UsesHostname(a.version(), a.TLS) {
		a.Hostname = heard.AfterTLS
		a.ContainerID = a.runtime().InContainer() && containerID.MatchString(a.Hostname)
	}
	return wizard.Next(a.again(Listen))
}
