package pocketid

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// Override is a new compose override file that gives a service a hostname.
// docker compose reads it beside the compose file without being told.
func Override(service, hostname string) []byte {
	out := bytes.NewBufferString("# The hostname of the container.\n")
	enc := yaml.NewEncoder(out)
	enc.SetIndent(2)
	// Strings always encode; those that YAML could take for something else are quoted.
	_ = enc.Encode(map[string]map[string]map[string]string{"services": {service: {"hostname": hostname}}})
	return out.Bytes()
}
