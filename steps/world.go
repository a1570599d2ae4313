package steps

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/pocketid"
	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
)

// World is what the steps reach outside themselves.
type World struct {
	// Hostname is os.Hostname.
	Hostname func() (string, error)
	// Detect finds out how Pocket ID runs with that .env.
	Detect func(envFile string) pocketid.Install
	// Getenv is os.Getenv.
	Getenv func(string) string
	Now    func() time.Time
	// Token makes the word by which a test message is recognized.
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
	// Practice: the relay is one to practice on, another each time, and no Pocket
	// ID is to use it.
	Practice bool
}

// ThisHost is the machine that the program runs on.
func ThisHost() World {
	machine := pocketid.ThisMachine()
	return World{
		Hostname: os.Hostname,
		Detect:   func(envFile string) pocketid.Install { return pocketid.Detect(machine, envFile) },
		Getenv:   os.Getenv,
		Now:      time.Now,
		Token:    smtpcheck.NewToken,
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

func (w World) dns() deliverability.Resolver {
	if w.DNS != nil {
		return w.DNS
	}
	return net.DefaultResolver
}

// readBy is the user who has to be able to read the .env, as far as is known:
// the one that a unit names, the one who called sudo, or the one who runs this.
// For root without sudo it is the owner of the file or of its directory.
func (w World) readBy(p *FilePlan) *atomicfile.User {
	uid := os.Geteuid()
	if name := p.Found.Install.ReadBy; name != "" {
		u, err := user.Lookup(name)
		if err != nil {
			return nil
		}
		return toUser(u)
	}
	if uid == 0 {
		sudo, err := strconv.Atoi(w.Getenv("SUDO_UID"))
		switch {
		case err == nil:
			uid = sudo
		case p.Before.Exists:
			uid = p.Before.UID
		default:
			info, err := os.Stat(filepath.Dir(p.Request.EnvFile))
			if err != nil {
				return nil
			}
			if stat, ok := info.Sys().(*syscall.Stat_t); ok {
				uid = int(stat.Uid)
			}
		}
	}
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil { // a user may have a number but no name
		return &atomicfile.User{UID: uid, GID: -1}
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
