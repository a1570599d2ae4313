package install

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"smtp-wizard/pocketid"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// Sidecar is another service of the project to which Pocket ID sends its mail.
type Sidecar struct {
	Name, Image, Path string            // Path: the file of its password
	Published         bool              // it has a port outside the project
	Variables         map[string]string // without its password
}

// findSidecar notes the service of a name, and the networks of Pocket ID.
func (f *finder) findSidecar(p *Project, s types.ServiceConfig) {
	for name := range s.Networks {
		if !p.model.Networks[name].External {
			p.Networks = append(p.Networks, name)
		}
	}
	slices.Sort(p.Networks)
	for _, other := range p.model.Services {
		if !strings.Contains(other.Image, "/msmtpd") {
			continue
		}
		car := Sidecar{Name: other.Name, Image: other.Image, Published: len(other.Ports) > 0, Variables: map[string]string{}}
		for key, value := range other.Environment {
			if value != nil && key != "SMTP_PASSWORD" {
				car.Variables[key] = *value
			}
		}
		for _, secret := range other.Secrets {
			if path.Base(cmp.Or(secret.Target, secret.Source)) == path.Base(car.Variables["SMTP_PASSWORD_FILE"]) {
				car.Path = f.logical(p.model.Secrets[secret.Source].File)
			}
		}
		p.Sidecars = append(p.Sidecars, car)
	}
}

// Sidecar is the service that a host is the name of.
func (in Install) Sidecar(host string) (Sidecar, bool) {
	if in.Compose == nil {
		return Sidecar{}, false
	}
	i := slices.IndexFunc(in.Compose.Sidecars, func(c Sidecar) bool { return c.Name == host })
	if i < 0 {
		return Sidecar{}, false
	}
	return in.Compose.Sidecars[i], true
}

// SidecarObstacle says why a compose file cannot give Pocket ID a service to send its
// mail to; "" where it can.
func (in Install) SidecarObstacle() string {
	switch {
	case in.Compose == nil || in.Runs != pocketid.RuntimeCompose:
		return "compose does not run Pocket ID here"
	case in.Network != "":
		return "Pocket ID has network_mode: " + in.Network + ", and so no service of the project in reach"
	case len(in.HostnameFiles()) == 0:
		return "there is no compose file that could be changed"
	}
	return ""
}

// PutSidecar is a compose file with a service beside Pocket ID's that only the
// networks of the project reach, and a secret for it where there is a file for one.
func PutSidecar(data []byte, in Install, name, image string, variables [][2]string, secret, file string) ([]byte, error) {
	var err error
	put := func(entry []string, path ...string) {
		if err == nil {
			data, err = putEntry(data, entry, path...)
		}
	}
	at := func(path ...string) *yaml.Node {
		root, _ := parseYAML(data)
		return under(root, path...)
	}
	const services = "services"
	if at(services, name) != nil {
		for _, v := range variables {
			if err == nil {
				data, err = setEntry(data, dollars(v[1]), services, name, "environment", v[0])
			}
		}
		if secret != "" && at(services, name, "secrets") == nil {
			put([]string{"file: " + scalar(file)}, "secrets", secret)
			put([]string{"- " + scalar(secret)}, services, name, "secrets")
		}
		return data, err
	}
	lines := []string{"image: " + scalar(image), "restart: unless-stopped"}
	switch networks := in.Compose.Networks; {
	case len(networks) == 0: // others reach an external one
		put([]string{"- default"}, services, in.Service, "networks")
	case !slices.Equal(networks, []string{"default"}):
		lines = append(lines, "networks:")
		for _, network := range slices.Compact(slices.Sorted(slices.Values(append(networks, "default")))) {
			lines = append(lines, "  - "+scalar(network))
		}
	}
	lines = append(lines, "environment:")
	for _, v := range variables {
		lines = append(lines, "  "+v[0]+": "+scalar(dollars(v[1])))
	}
	if secret != "" {
		lines = append(lines, "secrets:", "  - "+scalar(secret))
		put([]string{"file: " + scalar(file)}, "secrets", secret)
	}
	put(lines, services, name)
	if needs := at(services, in.Service, "depends_on"); block(needs) {
		put([]string{scalar(name) + ":", "  condition: service_started"}, services, in.Service, "depends_on")
	} else {
		put([]string{"- " + scalar(name)}, services, in.Service, "depends_on")
	}
	return data, err
}

// dollars keeps compose from putting variables in.
func dollars(text string) string { return strings.ReplaceAll(text, "$", "$$") }
