package steps

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"os"
	"os/user"
	"slices"
	"strconv"
	"time"

	"smtp-wizard/asowner"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/internal/web"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/presets"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
)

// World is what the steps reach outside themselves.
type World struct {
	// Hostname is os.Hostname.
	Hostname func() (string, error)
	// Look finds out what Pocket ID gets with that .env, by the files around it, and as
	// if some had other contents.
	Look func(around *asowner.Files, planned map[string][]byte) (install.Install, error)
	// Getenv is os.Getenv.
	Getenv func(string) string
	Now    func() time.Time
	// Token makes the word by which a test message is recognized.
	Token func() string

	// Access is whether a directory may be written to; nil asks the kernel.
	Access func(dir string) error

	RootCAs *x509.CertPool // nil: the system's
	Limits  smtpcheck.Limits
	Net     smtpcheck.Network

	// DNS is asked how mail is sent for a domain, and how receivers will judge it; nil
	// is net.DefaultResolver, which is never asked for a reserved name such as
	// example.com.
	DNS Resolver
	// Web is asked how mail is sent for a domain; nil is an HTTPS client where DNS is
	// the real one, else none.
	Web *web.Client
	// Offline asks DNS for nothing but the relay, and no web server.
	Offline bool
	// Source is this machine's address towards another; nil asks the kernel.
	Source func(ctx context.Context, to netip.Addr) (netip.Addr, error)

	// Bridges are the machine's addresses in networks of containers; nil asks the kernel.
	Bridges func() []Bridge

	// Masker knows the passwords of this run, for what a relay says; nil knows none.
	Masker *secret.Masker

	// Root is where the files of the machine are for a relay in between, for tests; ""
	// is the file system's. Postconf is what postconf says; nil asks it.
	Root     string
	Postconf func(how, key string) (string, error)

	// Presets come before those of the table; the demo's relay is one.
	Presets []presets.Preset
	// Practice: the relay is one to practice on, another each time, and no Pocket
	// ID is to use it.
	Practice bool
}

// ThisHost is the machine that the program runs on.
func ThisHost() World {
	return World{
		Hostname: os.Hostname,
		Look: func(around *asowner.Files, planned map[string][]byte) (install.Install, error) {
			return around.Discover(install.ThisMachine(), planned)
		},
		Getenv: os.Getenv,
		Now:    time.Now,
		Token:  smtpcheck.NewToken,
		Masker: &secret.Masker{},
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

// Resolver is the part of net.Resolver that the steps need.
type Resolver interface {
	deliverability.Resolver
	presets.Resolver
}

func (w World) dns() Resolver {
	if w.DNS != nil {
		return w.DNS
	}
	return net.DefaultResolver
}

func (w World) discovery() presets.Discovery {
	if w.Web == nil && w.DNS == nil {
		w.Web = &web.Client{}
	}
	return presets.Discovery{DNS: w.dns(), Web: w.Web}
}

// readBy is the user whose program reads the .env itself, where a unit says so. Root
// could read it whosever it is, so a new file needs not be root's.
func readBy(p *FilePlan) *atomicfile.User {
	u, err := user.Lookup(p.Found.Install.User)
	if !slices.Contains(p.Found.readers(), "pocket-id") || err != nil || u.Uid == "0" {
		return nil
	}
	return toUser(u)
}

func toUser(u *user.User) *atomicfile.User {
	uid, _ := strconv.Atoi(u.Uid) // always numbers on Unix
	gid, _ := strconv.Atoi(u.Gid)
	out := &atomicfile.User{UID: uid, GID: gid}
	groups, _ := u.GroupIds()
	for _, g := range groups {
		if n, err := strconv.Atoi(g); err == nil {
			out.Groups = append(out.Groups, n)
		}
	}
	return out
}
