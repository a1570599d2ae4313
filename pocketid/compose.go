package pocketid

import (
	"cmp"
	"errors"
	"fmt"
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
	// DataDir is the directory of the machine in which Pocket ID keeps its data,
	// perhaps relative to the compose file; "" is not known, as for a named volume.
	DataDir string
}

// envFile is one env_file entry.
type envFile struct {
	Path string
	Raw  bool // format: raw, read line by line as docker run --env-file does
}

// errNoService: the compose file has no Pocket ID service.
var errNoService = errors.New("no Pocket ID service in the compose file")

// parseCompose finds the Pocket ID service of a compose file: by its image, then
// by its name. env gives the values of variables such as ${TAG}; it may be nil.
func parseCompose(data []byte, env map[string]string) (composeService, error) {
	services, err := readServices(data)
	if err != nil {
		return composeService{}, err
	}
	name, ok := findService(services)
	if !ok {
		return composeService{}, errNoService
	}
	return readService(name, services[name], env), nil
}

// parseOverride reads what an override file says of a service; ok is false when
// it does not mention it. merge puts it over the base.
func parseOverride(data []byte, service string, env map[string]string) (c composeService, ok bool) {
	services, err := readServices(data)
	if err != nil {
		return composeService{}, false
	}
	fields, ok := services[service]
	if !ok {
		return composeService{}, false
	}
	return readService(service, fields, env), true
}

// readServices decodes the services of a compose file.
func readServices(data []byte) (services map[string]map[string]any, err error) {
	unreadable := errors.New("the compose file is not readable YAML")
	if len(data) > maxCompose {
		return nil, fmt.Errorf("the compose file is larger than %d bytes", maxCompose)
	}
	// A compose file may be anything; a panic in the YAML reader must not end us.
	defer func() {
		if recover() != nil {
			services, err = nil, unreadable
		}
	}()
	var root yaml.Node
	if yaml.Unmarshal(data, &root) != nil {
		return nil, unreadable
	}
	dropTags(&root)
	var doc struct {
		Services map[string]map[string]any `yaml:"services"`
	}
	if root.Decode(&doc) != nil {
		return nil, unreadable
	}
	return doc.Services, nil
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
	c.DataDir = cmp.Or(over.DataDir, c.DataDir)
	return c
}

// findService picks the service that runs Pocket ID. The order of the tests, and
// of the names within each, is fixed, so the same file gives the same answer.
func findService(services map[string]map[string]any) (string, bool) {
	names := make([]string, 0, len(services))
	for name := range services {
		names = append(names, name)
	}
	slices.Sort(names)
	tests := []func(string) bool{
		func(n string) bool { return isPocketIDImage(text(services[n]["image"])) },
		func(n string) bool { return isPocketIDName(n) },
		func(n string) bool { return isPocketIDName(text(services[n]["container_name"])) },
	}
	for _, test := range tests {
		if i := slices.IndexFunc(names, test); i >= 0 {
			return names[i], true
		}
	}
	return "", false
}

// isPocketIDImage knows pocketid/pocket-id, ghcr.io/pocket-id/pocket-id, the
// older stonith404/pocket-id, and copies of them in other registries.
func isPocketIDImage(image string) bool {
	repository, _ := splitImage(image)
	return path.Base(repository) == "pocket-id"
}

func isPocketIDName(name string) bool {
	switch strings.ToLower(name) {
	case "pocket-id", "pocketid", "pocket_id":
		return true
	}
	return false
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
	c.DataDir = dataDir(fields["volumes"], env)
	return c
}
