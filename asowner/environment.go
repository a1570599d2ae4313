package asowner

import (
	"slices"
	"strings"
)

// handedOn are the variables of root's environment that a compose file of another
// user may name: his ${...} could otherwise send any secret of it to his relay.
var handedOn = []string{"HOME", "LANG", "LOGNAME", "PATH", "PWD", "TZ", "USER"}

func publicEnvironment(env []string) []string {
	var out []string
	for _, pair := range env {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "COMPOSE_") || slices.Contains(handedOn, name) {
			out = append(out, pair)
		}
	}
	return out
}
