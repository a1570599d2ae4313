package install

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/steptest"
)

// TestEdits draws what becomes of compose files that get a hostname, and a name for the
// machine: a line changed or put in, or nothing where that cannot be done.
func TestEdits(t *testing.T) {
	files := casetest.Read[map[string]string](t, "edits")
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&out, "# %s\n%q\n", name, files[name])
		for _, edit := range []func([]byte) ([]byte, error){
			func(data []byte) ([]byte, error) { return SetHostname(data, "pocket-id", "id: #1") },
			func(data []byte) ([]byte, error) { return PutGateway(data, "pocket-id", "host.docker.internal") },
		} {
			made, err := edit([]byte(files[name]))
			fmt.Fprintf(&out, "-- %v\n%s\n", err, strings.ReplaceAll(string(made), "\r", "\\r"))
		}
	}
	steptest.Golden(t, "testdata/edits.txt", out.String())
}
