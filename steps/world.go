// Package steps holds the pages of the guide, one file a page: install,
// provider, relay, sender, identity, livetest, write.
package steps

import (
	"context"
	"crypto/x509"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"smtp-wizard/pocketid"
	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
)

// World is what the steps reach outside themselves.
type World struct {
	// Hostname is os.Hostname.
	Hostname func() (string, error)
	// FQDN asks DNS for the full name of a host; "" when there is none.
	FQDN func(ctx context.Context, hostname string) string
	// Detect finds out how Pocket ID runs with that .env.
	Detect func(envFile string) pocketid.Install
	// Getenv is os.Getenv.
	Getenv func(string) string
	Now    func() time.Time
	// Token makes the word by which a test message is recognised.
	Token func() string

	RootCAs *x509.CertPool // nil: the system's
	Limits  smtpcheck.Limits
	Net     smtpcheck.Network

	// DNS is asked how receivers will judge a mail; nil is net.DefaultResolver,
	// which is never asked for a reserved name such as example.com.
	DNS deliverability.Resolver
	// Source is this machine's address towards another; nil asks the kernel.
	Source func(ctx context.Context, to netip.Addr) (netip.Addr, error)

	// Presets come before those of the table; the demo's relay is one.
	Presets []presets.Preset
	// Practice: the relay is one to practise on, another each time, and no Pocket
	// ID is to use it.
	Practice bool
}

// All are the steps in the order of the guide.
func All(w World) []Step {
	return []Step{
		install{w}, provider{w}, relay{w}, sender{w}, identity{w}, livetest{w}, write{w},
	}
}

// preset finds a preset by its id.
func (w World) preset(id string) (presets.Preset, bool) {
	for _, p := range w.Presets {
		if p.ID == id {
			return p, true
		}
	}
	return presets.ByID(id)
}

// version is the Pocket ID that the answers are for.
func (w World) version(a Answers) pocketid.Version {
	if v, err := pocketid.ParseVersion(a.Version); err == nil {
		return v
	}
	return pocketid.NewestKnown()
}

// setup is what the answers come to in a conversation.
func (w World) setup(a Answers) Setup {
	as := w.version(a)
	if a.TestAs != "" {
		if v, err := pocketid.SpeaksAs(a.TestAs); err == nil {
			as = v
		}
	}
	return Setup{
		Preset: a.Preset, Settings: a.Settings,
		As: as, Hostname: a.Hostname, Runtime: pocketid.Runtime(a.Runs),
	}
}

// readers are the programs that read the .env, by name.
func (w World) readers(a Answers) []string {
	if len(a.Readers) > 0 {
		return a.Readers
	}
	if pocketid.Runtime(a.Runs) == pocketid.RuntimeManual {
		return []string{"pocket-id", "compose"} // nothing was found out: be right for both
	}
	if len(a.FoundReaders) > 0 { // a raw env_file, or a .env that is mounted
		return a.FoundReaders
	}
	return pocketid.Runtime(a.Runs).Readers()
}

// mailDomain is the domain that mail of a host's owner is likely to come from:
// example.com for https://id.example.com.
func mailDomain(appURL string) string {
	u, err := url.Parse(appURL)
	if err != nil || !strings.Contains(u.Hostname(), ".") {
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(u.Hostname())
	if err != nil {
		return ""
	}
	return domain
}
