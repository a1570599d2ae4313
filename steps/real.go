package steps

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/user"
	"strconv"
	"strings"
	"time"

	"smtp-wizard/envwriter"
	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
)

// Real is the machine that the program runs on.
func Real() World {
	machine := pocketid.ThisMachine()
	return World{
		Hostname: os.Hostname,
		FQDN:     fqdn,
		Detect:   func(envFile string) pocketid.Install { return pocketid.Detect(machine, envFile) },
		Getenv:   os.Getenv,
		Now:      time.Now,
		Token:    smtpcheck.NewToken,
	}
}

// fqdn is the name that DNS or /etc/hosts has for a host, if it is a longer one
// than its own.
func fqdn(ctx context.Context, hostname string) string {
	if hostname == "" || strings.Contains(hostname, ".") {
		return ""
	}
	r := net.DefaultResolver
	addresses, err := r.LookupHost(ctx, hostname)
	if err != nil {
		return ""
	}
	for _, address := range addresses {
		names, err := r.LookupAddr(ctx, address)
		if err != nil {
			continue
		}
		for _, name := range names {
			if name = strings.TrimSuffix(name, "."); strings.HasPrefix(name, hostname+".") {
				return name
			}
		}
	}
	return ""
}

// readBy is the user who has to be able to read the .env, as far as is known:
// the one that a unit names, the one who called sudo, or the one who runs this.
// For root without sudo it is whoever the file or its directory belongs to.
func (w World) readBy(d *Draft) *envwriter.User {
	if name := d.Found.Install.ReadBy; name != "" {
		return userNamed(name)
	}
	if uid := w.Getenv("SUDO_UID"); uid != "" && os.Geteuid() == 0 {
		return userNumbered(uid)
	}
	if os.Geteuid() != 0 {
		return userNumbered(strconv.Itoa(os.Geteuid()))
	}
	if d.Before.Exists {
		return userNumbered(strconv.Itoa(d.Before.UID))
	}
	return ownerOfDirectory(d.Order.EnvFile)
}

func userNamed(name string) *envwriter.User {
	u, err := user.Lookup(name)
	if err != nil {
		return nil
	}
	return toUser(u)
}

// userNumbered also knows users that have a number but no name.
func userNumbered(uid string) *envwriter.User {
	if u, err := user.LookupId(uid); err == nil {
		return toUser(u)
	}
	n, err := strconv.Atoi(uid)
	if err != nil {
		return nil
	}
	return &envwriter.User{UID: n, GID: -1}
}

func toUser(u *user.User) *envwriter.User {
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err1 != nil || err2 != nil {
		return nil
	}
	out := &envwriter.User{UID: uid, GID: gid}
	groups, _ := u.GroupIds()
	for _, g := range groups {
		if n, err := strconv.Atoi(g); err == nil {
			out.Groups = append(out.Groups, n)
		}
	}
	return out
}

// checkValue refuses a value that the selected readers cannot be given in any
// encoding.
func (w World) checkValue(value string, a Answers) error {
	return envwriter.CheckValue(value, namedReaders(w.readers(a)))
}

// Usable says why there are no settings to be had from the file.
func (f Surroundings) Usable() error {
	switch {
	case f.Err != nil:
		return f.Err
	case !f.Exists:
		return fmt.Errorf("%s: there is no such file; `smtp-wizard` makes one", f.EnvFile)
	case len(fatal(f.Problems)) > 0:
		p := fatal(f.Problems)[0]
		return fmt.Errorf("%s, line %d, as %s reads it: %s", f.EnvFile, p.Line, p.Reader, p.What)
	case f.Values == nil:
		return fmt.Errorf("%s: Pocket ID cannot read it, and would ignore the whole file", f.EnvFile)
	}
	return nil
}

// SetupFrom is the test of the settings in a .env.
func (w World) SetupFrom(found Surroundings) (Setup, error) {
	a := Answers{Runs: string(found.Install.Runtime), AppURL: found.Value("APP_URL"), Version: found.Install.Version.String()}
	a = prefill(a, found, w.version(a))
	if err := settled(a); err != nil {
		return Setup{}, fmt.Errorf("%s: %w", found.EnvFile, err)
	}
	a.To, a.Preset, a.Hostname = a.From, presetOf(a.Host), found.Install.Hostname
	if a.Hostname == "" && pocketid.Runtime(a.Runs).InContainer() {
		a.Hostname = pocketid.ExampleContainerID
	}
	return w.setup(a), nil
}

// settled checks the settings of a file as the pages would.
func settled(a Answers) error {
	if a.Host == "" {
		return fmt.Errorf("SMTP_HOST is not set")
	}
	if err := checkHost(a.Host); err != nil {
		return fmt.Errorf("SMTP_HOST: %w", err)
	}
	if a.Port == 0 {
		return fmt.Errorf("SMTP_PORT is not set, or is no port")
	}
	switch a.TLS {
	case smtpcheck.TLSNone, smtpcheck.TLSStartTLS, smtpcheck.TLSImplicit:
	default:
		return fmt.Errorf("SMTP_TLS is not one of none, starttls and tls")
	}
	if err := checkAddress(a.From); err != nil {
		return fmt.Errorf("SMTP_FROM: %w", err)
	}
	return nil
}

// Candidates are the names that Pocket ID could announce.
func (w World) Candidates(found Surroundings, typed []string) []pocketid.Candidate {
	src := pocketid.Sources{
		Hostname: found.Hostname, FQDN: found.FQDN, AppURL: found.Value("APP_URL"), Typed: typed,
	}
	return pocketid.Candidates(ofContainer(src, found.Install))
}

// ofContainer adds the hostname that a container has.
func ofContainer(src pocketid.Sources, in pocketid.Install) pocketid.Sources {
	if in.InContainer {
		src.Compose, src.ContainerID = in.Hostname, in.Hostname == ""
	}
	return src
}

// ParseAddress reads a bare mail address.
func ParseAddress(text string) (string, error) {
	address, _, err := parseAddress(text)
	return address, err
}

// ParseRelay reads a relay's host, also from host:port or a URL; port is 0 where
// none was given.
func ParseRelay(text string) (host string, port int, err error) {
	addr, err := parseRelay(text)
	return addr.Host, addr.Port, err
}
