package pocketid

import (
	"slices"
	"testing"
)

// TestSetHostname gives a command where it is the machine's name, else words.
func TestSetHostname(t *testing.T) {
	t.Parallel()
	for r, want := range map[Runtime]string{
		RuntimeSystemd: "sudo hostnamectl set-hostname id.example.com", RuntimeManual: "sudo hostnamectl set-hostname id.example.com",
		RuntimeDocker: "# Start the container with --hostname id.example.com", RuntimeQuadlet: "# Set HostName=id.example.com in the quadlet",
		RuntimeCompose: "# Set `hostname: id.example.com` in compose",
	} {
		if got := r.SetHostname("id.example.com"); !slices.Contains(got, want) {
			t.Errorf("%s: %q, want %q", r, got, want)
		}
	}
}
