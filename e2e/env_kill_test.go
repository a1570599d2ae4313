//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"testing"
)

// TestEnvFiveHundredKills runs the kill test of atomicfile at its full length.
func TestEnvFiveHundredKills(t *testing.T) {
	cmd := exec.Command("go", "test", "-count=1", "-timeout=5m", "-run=^TestKilledAtAnyMoment$", "-v", "smtp-wizard/envwriter/atomicfile")
	cmd.Env = append(os.Environ(), "ENVWRITER_KILLS=500")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}
