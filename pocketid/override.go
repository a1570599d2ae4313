package pocketid

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// Override is a new compose override file that gives a service a hostname.
// docker compose reads it beside the compose file without being told.
func Override(service, hostname string) []byte {
	return append([]byte("# The hostname of the container.\n"), toYAML(map[string]map[string]map[string]string{
		"services": {service: {"hostname": hostname}}})...)
}

// HostnameSnippet is the line to add to a service manually, where an override
// file already exists.
func HostnameSnippet(hostname string) string {
	return string(bytes.TrimSpace(toYAML(map[string]string{"hostname": hostname})))
}

func toYAML(v any) []byte {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	_ = enc.Encode(v) // a map of strings has no value that YAML cannot write
	return out.Bytes()
}
