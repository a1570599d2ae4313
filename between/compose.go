package between

import (
	"strconv"
	"strings"

	"smtp-wizard/smtpcheck"
)

const (
	// Image is the sidecar's. At this tag its start script was read: it makes
	// /etc/msmtprc from variables, and msmtpd listens on 2500.
	Image = "crazymax/msmtpd:1.8.34-r0"
	// SecretName is the compose secret with the password, and its file next to the
	// compose file.
	SecretName = "msmtpd-password"
)

// Variables are the sidecar's environment, in order.
func (r Relay) Variables() [][2]string {
	list := [][2]string{
		{"SMTP_HOST", r.Host}, {"SMTP_PORT", strconv.Itoa(r.Port)}, {"SMTP_DOMAIN", r.Name},
		{"SMTP_TLS", onOff(r.TLS != smtpcheck.TLSNone)}, {"SMTP_STARTTLS", onOff(r.TLS == smtpcheck.TLSStartTLS)},
		{"SMTP_TLS_CHECKCERT", onOff(!r.SkipVerify)}, {"SMTP_AUTH", r.auth()},
	}
	if r.logsIn() {
		list = append(list, [2]string{"SMTP_USER", escaped(r.User)}, [2]string{"SMTP_PASSWORD_FILE", "/run/secrets/" + SecretName})
	}
	return list
}

// escaped keeps msmtp from stripping outer quotes or space: the start script copies the
// value into the line unchanged.
func escaped(value string) string {
	if value != strings.TrimSpace(value) || strings.HasPrefix(value, `"`) {
		return `"` + value + `"`
	}
	return value
}

// SecretFile is the file of the compose secret.
func (r Relay) SecretFile() []byte {
	if !r.logsIn() {
		return nil
	}
	return []byte(escaped(r.Password.Reveal()))
}

// PasswordIn is the password in the file of the compose secret, as msmtp reads it.
func PasswordIn(file []byte) string {
	text := strings.TrimSpace(string(file))
	if len(text) > 1 && strings.HasPrefix(text, `"`) && strings.HasSuffix(text, `"`) {
		return text[1 : len(text)-1]
	}
	return text
}

// FromVariables is the relay that the image's start script configures from variables.
func FromVariables(value func(key string) string) (Relay, bool) {
	v := map[string]string{"host": value("SMTP_HOST"), "port": value("SMTP_PORT"), "tls": value("SMTP_TLS"),
		"tls_starttls": value("SMTP_STARTTLS"), "tls_certcheck": value("SMTP_TLS_CHECKCERT"),
		"auth": value("SMTP_AUTH"), "user": value("SMTP_USER"), "domain": value("SMTP_DOMAIN")}
	r, _, ok := fromDirectives(v)
	r.User = PasswordIn([]byte(r.User))
	return r, ok
}
