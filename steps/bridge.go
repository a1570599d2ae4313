package steps

import (
	"net"
	"net/netip"
	"slices"
	"strings"

	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
)

// bridges are this machine's addresses in the networks of containers, each with its
// network.
func (w World) bridges() (list []netip.Prefix) {
	if w.Bridges != nil {
		return w.Bridges()
	}
	all, _ := net.Interfaces()
	for _, i := range all {
		known := func(prefix string) bool { return strings.HasPrefix(i.Name, prefix) }
		if !slices.ContainsFunc([]string{"docker", "br-", "podman", "cni-"}, known) {
			continue
		}
		addresses, _ := i.Addrs()
		for _, a := range addresses {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() {
				list = append(list, p)
			}
		}
	}
	return list
}

// ofThisMachine says what a relay on this machine needs for a Pocket ID in a container to
// reach it; "" where it is another one.
func (w World) ofThisMachine(host string, in install.Install, runtime pocketid.Runtime) string {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if in.Runs != runtime || !slices.Contains(install.InsideNames, name) || in.OnlyInside(host) == "" {
		return ""
	}
	text := ""
	if name == "host.docker.internal" && (in.Compose == nil || !slices.Contains(in.Compose.Inside, name)) {
		text = "Pocket ID is in a container. " + runtime.HostSetting() + " "
	}
	listen, allow := []string{"127.0.0.1"}, []string{"127.0.0.0/8"}
	for _, p := range w.bridges() {
		listen, allow = append(listen, p.Addr().String()), append(allow, p.Masked().String())
	}
	text += "A Postfix on this machine must listen in the network of the container and accept mail from there"
	if len(allow) == 1 {
		return text + ": its address belongs in inet_interfaces, and the network in mynetworks."
	}
	return text + ". In /etc/postfix/main.cf: inet_interfaces = " + strings.Join(listen, ", ") + " and mynetworks = " +
		strings.Join(allow, " ") + "; then restart it."
}
