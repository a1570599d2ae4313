package steps

import (
	"maps"
	"net/netip"
	"path/filepath"
	"strings"

	"smtp-wizard/pocketid"
)

// minds are what an admin must mind though a relay takes the mail: what keeps
// settings from their effect in Pocket ID, a sentence each. values are the
// settings as Pocket ID gets them from the file, the password with them.
func (w World) minds(found Surroundings, values map[string]string, runtime pocketid.Runtime, v pocketid.Version) []string {
	list := pocketid.Objections(values, v)
	in := found.Install
	if in.Unread {
		list = append(list, in.NotHandedOn(filepath.Base(found.EnvFile)))
	}
	for _, key := range in.MailOverrides() {
		list = append(list, key+" is also set under environment: in "+filepath.Base(in.ComposeFile)+", and that one wins.")
	}
	if warning := w.ownLoopback(values["SMTP_HOST"], in, runtime); warning != "" {
		list = append(list, warning)
	}
	return list
}

// Minds are the same for the settings of a file as they are.
func (w World) Minds(found Surroundings, v pocketid.Version) []string {
	values := maps.Clone(found.Values)
	if found.passwordLine {
		values["SMTP_PASSWORD"] = found.Password.Reveal()
	}
	return w.minds(found, values, found.Install.Runtime, v)
}

// ownLoopback warns of a relay that Pocket ID would look for in its own
// container. The relay of a demo is none that Pocket ID is to use.
func (w World) ownLoopback(host string, in pocketid.Install, runtime pocketid.Runtime) string {
	address, err := netip.ParseAddr(host)
	local := strings.EqualFold(host, "localhost") || err == nil && address.IsLoopback()
	shared := in.Runtime == runtime && in.HostNetwork
	if !local || !runtime.InContainer() || shared || w.Practice {
		return ""
	}
	return "In the container of Pocket ID, " + host + " is the container itself and not this machine. " + runtime.HostSetting()
}
