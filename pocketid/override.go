package pocketid

import (
	"fmt"
	"regexp"
	"strconv"
)

// Override is a new compose override file that gives a service a hostname.
// docker compose reads it beside the compose file without being told.
func Override(service, hostname string) []byte {
	return fmt.Appendf(nil, "# The hostname of the container.\n"+
		"services:\n  %s:\n    hostname: %s\n", yamlScalar(service), yamlScalar(hostname))
}

// HostnameSnippet is the line to add to a service by hand, where an override file
// exists already.
func HostnameSnippet(hostname string) string { return "hostname: " + yamlScalar(hostname) }

// yamlScalar quotes what YAML could take for something other than a string: only
// a word of letters, digits, dots, hyphens and underscores that begins with a
// letter, and is no YAML 1.1 constant, stands bare.
func yamlScalar(s string) string {
	if plainScalar.MatchString(s) && !yamlConstant.MatchString(s) {
		return s
	}
	return strconv.QuoteToASCII(s)
}

var (
	plainScalar  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`)
	yamlConstant = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null)$`)
)
