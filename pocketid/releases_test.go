package pocketid

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/smtpcheck"
)

// TestReleases draws what differs from each release to the next: how it speaks, what it
// takes an absent setting for, and which values it refuses or ignores.
func TestReleases(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	var before []string
	for _, text := range strings.Fields("0.26.0 0.27.0 0.27.1 0.27.2 0.28.0 0.30.0 0.31.0 0.35.2 0.35.3 0.35.6 0.48.0 0.49.0 0.53.0 1.0.0 1.1.0 " +
		"1.5.0 1.6.0 1.6.4 1.7.0 1.8.0 1.9.0 1.12.0 1.14.0 1.14.1 1.15.0 1.16.0 2.0.0 2.1.0 2.2.0 2.3.0 2.7.0 2.8.0 2.9.0 2.10.0 2.11.0 2.12.0 2.13.0 2.14.0 2.15.0") {
		v := must(t, text)
		lines := []string{LockMissing(v), TooOld(v), RelayCure(v), "absent TLS " + DefaultTLS(v)}
		for _, mode := range smtpcheck.TLSModes {
			value, ok := TLSValue(v, string(mode), 465)
			other, also := TLSValue(v, string(mode), 587)
			lines = append(lines, fmt.Sprintf("%s: %+v", mode, SpeechOf(v, mode, "id.example.com")),
				fmt.Sprintf("%s: port %d, SMTP_TLS %s %t on 465 and %s %t on 587, uses its hostname %t; %s", mode, DefaultPort(v, mode), value, ok, other, also, UsesHostname(v, mode), LocalhostLabel(v, mode)))
		}
		for _, s := range MailSwitches(v) {
			lines = append(lines, fmt.Sprint("mails ", s))
		}
		file, err := Template(v, "https://id.example.com", "MDEyMzQ1Njc4OWFiY2RlZg==")
		lines = append(lines, strings.Split(fmt.Sprint("file ", string(file), err), "\n")...)
		for _, known := range variables() {
			for _, value := range []string{"", "x", "true"} {
				if err := Validate(known.Name, value, v); err != nil {
					lines = append(lines, fmt.Sprintf("%s=%s: %v", known.Name, value, err))
				}
			}
			set := map[string]string{"APP_URL": "https://id.example.com", "ENCRYPTION_KEY": "0123456789abcdef", "UI_CONFIG_DISABLED": "true",
				"SMTP_HOST": "relay.example.com", "SMTP_PORT": "587", "SMTP_FROM": "id@example.com", "SMTP_TLS": "starttls"}
			set[known.Name] = "0"
			for _, o := range Objections(set, v) {
				lines = append(lines, fmt.Sprintf("%s=0: %d, %s %s", known.Name, o.Effect, o, o.Cure))
			}
		}
		fmt.Fprintf(&out, "# %s\n", v)
		for i, line := range lines {
			if lines[i] = strings.ReplaceAll(line, v.String(), "VERSION"); !slices.Contains(before, lines[i]) {
				fmt.Fprintln(&out, lines[i])
			}
		}
		for _, line := range before {
			if !slices.Contains(lines, line) {
				fmt.Fprintln(&out, "no more:", line)
			}
		}
		before = lines
	}
	steptest.Golden(t, "testdata/releases.txt", out.String())
}
