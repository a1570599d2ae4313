package pocketid

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Names of the files docker compose looks for, in its order (compose-go v2,
// cli/options.go).
var (
	composeFiles  = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
	OverrideFiles = []string{"compose.override.yml", "compose.override.yaml",
		"docker-compose.override.yml", "docker-compose.override.yaml"}
)

// NewOverrideFile is the name for an override file where there is none yet.
const NewOverrideFile = "compose.override.yaml"

// maxCompose bounds a compose file; real ones have a few kilobytes. What aliases
// make of it is bounded by the YAML reader.
const maxCompose = 256 << 10

// composeService is what a compose file says of the Pocket ID service.
type composeService struct {
	Service  string
	Image    string
	Version  Version // not known when the tag depends on a variable without value
	Hostname string
	// HostNetwork: the service shares the machine's network and hostname.
	HostNetwork bool
	EnvFiles    []envFile
	// Environment are the keys set with environment:; they win over every file.
	// Passed are those among them that hand on a value from outside, as
	// KEY: ${KEY} and a bare KEY do: they win with what the .env beside the compose
	// file says.
	Environment, Passed []string
	AppURL              string // APP_URL or PUBLIC_APP_URL, when set with environment:
	MountedEnv          bool   // a volume mounts a .env, so Pocket ID reads it itself
}

// envFile is one env_file entry.
type envFile struct {
	Path string
	Raw  bool // format: raw, read line by line as docker run --env-file does
}

// parseCompose reads what a compose file says of a service; "" is the service that
// runs Pocket ID, found by its image, then by its name. env gives the values of
// variables such as ${TAG}; it may be nil. ok is false when there is none.
func parseCompose(data []byte, service string, env map[string]string) (c composeService, ok bool) {
	services := readServices(data)
	if service == "" {
		service = findService(services)
	}
	fields, ok := services[service]
	if !ok {
		return composeService{}, false
	}
	return readService(service, fields, env), true
}

// readServices decodes the services of a compose file; nil when it is too large or
// not readable YAML.
func readServices(data []byte) (services map[string]map[string]any) {
	// A compose file may be anything; a panic in the YAML reader must not end us.
	defer func() {
		if recover() != nil {
			services = nil
		}
	}()
	var root yaml.Node
	var doc struct {
		Services map[string]map[string]any `yaml:"services"`
	}
	if len(data) > maxCompose || yaml.Unmarshal(data, &root) != nil {
		return nil
	}
	dropTags(&root)
	if root.Decode(&doc) != nil {
		return nil
	}
	return doc.Services
}

// dropTags takes away compose's own tags: what is tagged !reset is as good as
// absent, and !override only matters to compose.
func dropTags(node *yaml.Node) {
	switch node.Tag {
	case "!reset":
		*node = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
	case "!override":
		node.Tag = ""
	}
	for _, child := range node.Content {
		dropTags(child)
	}
}

// merge is c with an override file's values over it.
func (c composeService) merge(over composeService) composeService {
	if over.Image != "" {
		c.Image, c.Version = over.Image, over.Version
	}
	c.Hostname = cmp.Or(over.Hostname, c.Hostname)
	c.AppURL = cmp.Or(over.AppURL, c.AppURL)
	c.HostNetwork = c.HostNetwork || over.HostNetwork
	c.MountedEnv = c.MountedEnv || over.MountedEnv
	c.EnvFiles = append(slices.Clone(c.EnvFiles), over.EnvFiles...)
	c.Environment = append(slices.Clone(c.Environment), over.Environment...)
	slices.Sort(c.Environment)
	c.Environment = slices.Compact(c.Environment)
	c.Passed = append(slices.Clone(c.Passed), over.Passed...)
	return c
}

// findService picks the service that runs Pocket ID, or "". The order of the tests,
// and of the names within each, is fixed, so the same file gives the same answer.
func findService(services map[string]map[string]any) string {
	names := slices.Sorted(maps.Keys(services))
	for _, test := range []func(string) bool{
		func(n string) bool { return isPocketIDImage(text(services[n]["image"])) },
		isPocketIDName,
		func(n string) bool { return isPocketIDName(text(services[n]["container_name"])) },
	} {
		if i := slices.IndexFunc(names, test); i >= 0 {
			return names[i]
		}
	}
	return ""
}

// isPocketIDImage knows pocketid/pocket-id, ghcr.io/pocket-id/pocket-id, the
// older stonith404/pocket-id, and copies of them in other registries.
func isPocketIDImage(image string) bool {
	repository, _ := splitImage(image)
	return path.Base(repository) == "pocket-id"
}

func isPocketIDName(name string) bool {
	return slices.Contains([]string{"pocket-id", "pocketid", "pocket_id"}, strings.ToLower(name))
}

// splitImage cuts an image reference into repository and tag; a digest is
// dropped.
func splitImage(image string) (repository, tag string) {
	image, _, _ = strings.Cut(image, "@")
	if i := strings.LastIndex(image, ":"); i > strings.LastIndex(image, "/") {
		return image[:i], image[i+1:]
	}
	return image, ""
}

func readService(name string, fields map[string]any, env map[string]string) composeService {
	value := func(key string) string { return interpolate(text(fields[key]), env) }
	c := composeService{
		Service:     name,
		Image:       value("image"),
		Hostname:    value("hostname"),
		HostNetwork: value("network_mode") == "host",
		EnvFiles:    envFiles(fields["env_file"]),
		MountedEnv:  mountsEnv(fields["volumes"]),
	}
	// A tag may be a variable without value.
	if _, tag := splitImage(c.Image); c.Image != "" && !strings.HasSuffix(c.Image, ":") {
		c.Version, _ = ParseVersion(tag)
	}
	c.Environment, c.Passed, c.AppURL = environment(fields["environment"], env)
	return c
}
