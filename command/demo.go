package command

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"smtp-wizard/asowner"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/steps"
)

func newDemo(o *options) *cobra.Command {
	var name, env string
	var plain bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "Walk through the wizard with a practice relay in this process",
		Long: `Demo is the whole wizard against a relay that runs inside this program, on
loopback, and refuses what the real one would refuse. Pressing Enter on every page
ends with a delivered message and a file demo.env; a .env is never touched.`,
		Example: "  smtp-wizard demo\n  smtp-wizard demo --relay postfix --plain",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if filepath.Base(env) == ".env" {
				return usage(errors.New("demo never writes a .env; use another name with --env-file"))
			}
			return o.demo(cmd.Context(), name, env, plain)
		},
	}
	c.Flags().StringVar(&env, "env-file", "demo.env", "the `path` of the file to write; it must not be a .env")
	c.Flags().StringVar(&name, "relay", demoRelays[0], "the relay to practice on: "+demoRelayWords)
	c.Flags().BoolVar(&plain, "plain", false, "ask line by line instead of on a full screen")
	return c
}

// demoRelays are the practice relays of the demo, the default first.
var demoRelays = []string{"google", "postfix", "open"}

var demoRelayWords = strings.Join(demoRelays[:len(demoRelays)-1], ", ") + " or " + demoRelays[len(demoRelays)-1]

func (o *options) demo(ctx context.Context, name, env string, plain bool) error {
	behavior, ok := practice.Named(name)
	if !ok {
		return usage(fmt.Errorf("there is no practice relay %q; use %s", name, demoRelayWords))
	}
	relay, err := startDemoRelay(behavior, o.world().Discover(ctx, env))
	if err != nil {
		return err
	}
	defer relay.Close()
	g := guide{options: o, world: demoWorld(o, relay, behavior), plain: plain, product: "demo", noDraft: true,
		start: steps.Answers{EnvFile: env, AppURL: "https://id.example.com", Version: "2.9.0",
			MailAnswers: steps.MailAnswers{Settings: smtpcheck.Settings{To: "you@example.com"}}}}
	if err := g.run(ctx); err != nil {
		return err
	}
	for _, d := range relay.Delivered() {
		o.prose(fmt.Sprintf("The practice relay took a message of %d bytes for %s, from a client that said EHLO %s.\n",
			d.Bytes, strings.Join(d.To, ", "), strings.Join(d.EHLO, ", then ")))
	}
	return nil
}

// The demo's two ports are the first pair from here on that is free.
const firstDemoPort, demoPairs = 20587, 20

// startDemoRelay takes the port that the file of an earlier demo has, so that its
// relay is there again; else those of every demo.
func startDemoRelay(b practice.Behavior, file steps.Discovery) (*practice.Relay, error) {
	on := func(port any) string { return fmt.Sprint("127.0.0.1:", port) }
	var ports []practice.Options
	for i := range demoPairs {
		ports = append(ports, practice.Options{Addr: on(firstDemoPort + 2*i), TLSAddr: on(firstDemoPort + 2*i + 1)})
	}
	ports = append(ports, practice.Options{})
	switch port := file.Value("SMTP_PORT"); {
	case port == "" || file.Value("SMTP_HOST") != "localhost":
	case file.Value("SMTP_TLS") == string(smtpcheck.TLSImplicit):
		ports = append([]practice.Options{{TLSAddr: on(port)}}, ports...)
	default:
		ports = append([]practice.Options{{Addr: on(port)}}, ports...)
	}
	var relay *practice.Relay
	var err error
	for _, o := range ports {
		if relay, err = practice.Start(b, o); err == nil {
			break
		}
	}
	return relay, err
}

// demoWorld is this machine with a pretended Pocket ID, and a practice relay first
// in the list.
func demoWorld(o *options, relay *practice.Relay, b practice.Behavior) steps.World {
	w := o.world()
	w.Hostname = func() (string, error) { return "vps-4711.example.net", nil }
	w.RootCAs, w.Practice = relay.CA(), true
	w.Look = func(*asowner.Files, map[string][]byte) (install.Install, error) {
		version, err := pocketid.ParseVersion("2.9.0")
		return install.Install{Runs: pocketid.RuntimeCompose, Found: "the demo", Service: "pocket-id",
			Version:  install.Version{Release: version, From: "the demo"},
			Hostname: install.Hostname{Kind: install.KindContainerID}}, err
	}
	w.Presets = []presets.Preset{{
		ID: "practice", Name: "Practice relay", Category: "local-test", Usable: true,
		Hosts: []presets.Host{{Host: "localhost"}},
		Endpoints: []presets.Endpoint{
			{Port: relay.Port(), TLS: "starttls", Recommended: true},
			{Port: relay.TLSPort(), TLS: "tls"},
		},
		Login: presets.LoginNone, Username: "No login: leave user and password empty.",
		Helo:  "It " + b.About + ".",
		Notes: "A relay inside this program that " + b.About + ".",
	}}
	return w
}
