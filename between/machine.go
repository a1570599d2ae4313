package between

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/emersion/go-sasl"

	"smtp-wizard/smtpcheck"
)

// Machine is the machine for a Msmtpd or Postfix; Root is its root directory.
type Machine struct{ Root string }

func (m Machine) exists(path string) bool {
	_, err := os.Lstat(filepath.Join(m.Root, path))
	return err == nil
}

// MTA names the installed mail server other than msmtp, or is "".
func (m Machine) MTA() string {
	for _, one := range []struct{ path, name string }{
		{"/usr/sbin/postfix", "Postfix"}, {"/usr/sbin/exim4", "Exim"}, {"/usr/sbin/exim", "Exim"},
		{"/usr/sbin/smtpd", "OpenSMTPD"}, {"/usr/sbin/sendmail-mta", "Sendmail"}, {"/usr/sbin/nullmailer-send", "nullmailer"},
	} {
		if m.exists(one.path) {
			return one.name
		}
	}
	link, err := os.Readlink(filepath.Join(m.Root, "/usr/sbin/sendmail"))
	if m.exists("/usr/sbin/sendmail") && (err != nil || filepath.Base(link) != "msmtp") {
		return "another mail server"
	}
	return ""
}

// Debian reports whether the packages are Debian's, whose paths and unit Files relies on.
func (m Machine) Debian() bool { return m.exists("/etc/debian_version") }

// HasMsmtpd reports whether the package is installed.
func (m Machine) HasMsmtpd() bool { return m.exists("/usr/bin/msmtpd") && m.group() > 0 }

// group is the id of the group msmtp, which the package creates, or 0.
func (m Machine) group() int {
	data, _ := os.ReadFile(filepath.Join(m.Root, "/etc/group"))
	for line := range strings.Lines(string(data)) {
		if f := strings.Split(strings.TrimSpace(line), ":"); len(f) > 2 && f[0] == "msmtp" {
			id, _ := strconv.Atoi(f[2])
			return id
		}
	}
	return 0
}

// File is a file to write; Masked is its contents as they may be shown.
type File struct {
	Path          string
	Bytes, Masked []byte
	Mode          os.FileMode
	Group         int // 0: the writing user's
}

const (
	msmtprcPath = "/etc/msmtprc"
	defaultPath = "/etc/default/msmtpd"
)

// Install installs the packages for Msmtpd, before its files are written.
const Install = "sudo apt-get install --no-remove msmtp-mta ca-certificates"

// Undo removes the files of Msmtpd.
const Undo = "sudo sh -c 'systemctl disable --now msmtpd; rm -f " + msmtprcPath + " " + defaultPath + "'"

// Files are the files of Msmtpd that do not exist yet. It is an error if one exists with
// other contents.
func (m Machine) Files(r Relay) ([]File, error) {
	var list []File
	for _, f := range []File{
		{Path: msmtprcPath, Bytes: r.Msmtprc(r.Password.Reveal()), Masked: r.Msmtprc(Masked), Mode: 0o640, Group: m.group()},
		{Path: defaultPath, Bytes: []byte("# Loopback alone: whoever reaches msmtpd can send mail.\nINTERFACE=127.0.0.1\nPORT=25\n"), Mode: 0o644},
	} {
		if f.Masked == nil {
			f.Masked = f.Bytes
		}
		f.Path = filepath.Join(m.Root, f.Path)
		current, err := os.ReadFile(f.Path)
		switch {
		case err == nil && string(current) == string(f.Bytes):
			continue
		case m.exists(strings.TrimPrefix(f.Path, m.Root)):
			return nil, fmt.Errorf("%s already exists, with other contents, and is never overwritten. "+
				"If an earlier run of this program wrote it, remove it first: %s", f.Path, Undo)
		}
		list = append(list, f)
	}
	return list, nil
}

// Configured reads the machine's msmtprc, if permitted.
func (m Machine) Configured() (r Relay, password string, ok bool) {
	data, err := os.ReadFile(filepath.Join(m.Root, msmtprcPath))
	if err != nil || !m.HasMsmtpd() {
		return Relay{}, "", false
	}
	return ReadMsmtprc(data)
}

// PostfixLines are the settings of main.cf, as arguments of postconf -e, and the line
// of SASLMap, if any.
func (r Relay) PostfixLines(password string) (settings []string, login string) {
	hop := fmt.Sprintf("[%s]:%d", r.Host, r.Port)
	level := "secure" // "may" would expose the password to anyone on the path
	switch {
	case r.TLS == smtpcheck.TLSNone:
		level = "none"
	case r.SkipVerify:
		level = "encrypt"
	}
	settings = []string{"relayhost = " + hop, "smtp_helo_name = " + r.Name, "smtp_tls_security_level = " + level,
		"smtp_tls_wrappermode = " + word(r.TLS == smtpcheck.TLSImplicit, "yes", "no")}
	if level == "secure" {
		settings = append(settings, "smtp_tls_CAfile = "+trustFile)
	}
	if !r.logsIn() {
		return append(settings, "smtp_sasl_auth_enable = no"), ""
	}
	return append(settings, "smtp_sasl_auth_enable = yes", "smtp_sasl_security_options = noanonymous", "smtp_sasl_mechanism_filter = "+r.auth(),
		"smtp_sasl_password_maps = texthash:"+SASLMap), hop + " " + r.User + ":" + password
}

// ReadPostfix reads back what PostfixLines has set, as far as permitted.
func (m Machine) ReadPostfix(get func(key string) (string, error)) (r Relay, password string, ok bool) {
	value := func(key string) string { text, _ := get(key); return text }
	hop := value("relayhost")
	host, port, found := strings.Cut(strings.TrimPrefix(hop, "["), "]:")
	if r.Port, _ = strconv.Atoi(port); !found || r.Port == 0 {
		return r, "", false
	}
	r.Host, r.Name, r.TLS = host, value("smtp_helo_name"), smtpcheck.TLSStartTLS
	switch level := value("smtp_tls_security_level"); {
	case level == "" || level == "none":
		r.TLS = smtpcheck.TLSNone
	case value("smtp_tls_wrappermode") == "yes":
		r.TLS = smtpcheck.TLSImplicit
	}
	r.SkipVerify = r.TLS != smtpcheck.TLSNone && value("smtp_tls_security_level") != "secure"
	if r.Name == "" || strings.Contains(r.Name, "$") {
		r.Name = value("myhostname")
	}
	if value("smtp_sasl_auth_enable") != "yes" {
		return r, "", true
	}
	if strings.EqualFold(value("smtp_sasl_mechanism_filter"), sasl.Login) {
		r.Mechanism = sasl.Login
	}
	_, maps, _ := strings.Cut(value("smtp_sasl_password_maps"), ":") // after its type
	data, _ := os.ReadFile(filepath.Join(m.Root, maps))
	for line := range strings.Lines(string(data)) {
		if at, login, _ := strings.Cut(strings.TrimSpace(line), " "); at == hop {
			r.User, password, ok = strings.Cut(strings.TrimSpace(login), ":")
		}
	}
	return r, password, ok
}

// SASLMap has the login for Postfix, apart from any existing map.
const SASLMap = "/etc/postfix/sasl_passwd.pocket-id"
