package steps

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"

	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/smtpcheck"
)

// Bridge is this machine's address in a network of containers.
type Bridge struct {
	Name string // of the interface
	Net  netip.Prefix
}

// bridges are this machine's addresses in the networks of containers.
func (w World) bridges() (list []Bridge) {
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
				list = append(list, Bridge{i.Name, p})
			}
		}
	}
	return list
}

// gateway is the address of this machine that its name inside of containers stands for:
// Docker's host-gateway is the address in the default bridge, Podman's that in its own.
func (w World) gateway(host string, runtime pocketid.Runtime) (address string, known bool) {
	usual := []string{"docker0"}
	if runtime == pocketid.RuntimePodman || runtime == pocketid.RuntimeQuadlet {
		usual = []string{"podman0", "cni-podman0"}
	}
	if !runtime.InContainer() || !slices.Contains(install.InsideNames, strings.ToLower(strings.TrimSuffix(host, "."))) {
		return "", false
	}
	for _, b := range w.bridges() {
		if slices.Contains(usual, b.Name) {
			return b.Net.Addr().String(), true
		}
	}
	return "", false
}

// network leads to a relay where Pocket ID finds it. Beside says that this is from the
// machine's own address in the network of the container.
func (w World) network(host string, runtime pocketid.Runtime) (n smtpcheck.Network, beside bool) {
	n = w.Net
	address, beside := w.gateway(host, runtime)
	if beside {
		n.LookupHost = func(context.Context, string) ([]string, error) { return []string{address}, nil }
	}
	return n, beside
}

// ofThisMachine says what a relay on this machine needs for a Pocket ID in a container to
// reach it; "" where it is another one.
func (w World) ofThisMachine(host string, in install.Install, runtime pocketid.Runtime) string {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if in.Network == "host" || in.Runs != runtime || !slices.Contains(install.InsideNames, name) || in.OnlyInside(host) == "" {
		return ""
	}
	text := ""
	if in.LacksGateway(name) || in.Compose == nil && name == "host.docker.internal" {
		text = "Pocket ID is in a container. " + runtime.HostSetting() + " "
	}
	listen, allow := []string{"127.0.0.1"}, []string{"127.0.0.0/8"}
	for _, b := range w.bridges() {
		listen, allow = append(listen, b.Net.Addr().String()), append(allow, b.Net.Masked().String())
	}
	text += "A Postfix on this machine must listen in the network of the container and accept mail from there"
	if len(allow) == 1 {
		return text + ": its address belongs in inet_interfaces, and the network in mynetworks."
	}
	return text + ". In /etc/postfix/main.cf: inet_interfaces = " + strings.Join(listen, ", ") + " and mynetworks = " +
		strings.Join(allow, " ") + "; then restart it."
}
