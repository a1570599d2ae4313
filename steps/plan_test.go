package steps

import (
	"path/filepath"
	"strings"
	"testing"

	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
)

// Enter alone locks the UI only where no Pocket ID can have been set up in it.
func TestLockIsSuggestedForUnusedInstalls(t *testing.T) {
	t.Parallel()
	const some = "APP_URL=https://id.example.com\n"
	for _, tt := range []struct {
		name    string
		env     string // "" is no file
		runs    pocketid.Runtime
		found   pocketid.Runtime
		dataDir string // of what was found, in the directory; "" is not known
		data    string // a file with data
		want    bool
	}{
		{name: "a new file", runs: pocketid.RuntimeDocker, found: pocketid.RuntimeDocker, want: true},
		{name: "a new file beside data", runs: pocketid.RuntimeManual, found: pocketid.RuntimeManual, dataDir: "data", data: "data/pocket-id.db", want: true},
		{name: "a blank file", env: " \n", runs: pocketid.RuntimeCompose, found: pocketid.RuntimeCompose, want: true},
		{name: "compose, never started", env: some, runs: pocketid.RuntimeCompose, found: pocketid.RuntimeCompose, dataDir: "data", want: true},
		{name: "compose, in use", env: some, runs: pocketid.RuntimeCompose, found: pocketid.RuntimeCompose, dataDir: "data", data: "data/pocket-id.db"},
		{name: "compose, a named volume", env: some, runs: pocketid.RuntimeCompose, found: pocketid.RuntimeCompose},
		{name: "docker run", env: some, runs: pocketid.RuntimeDocker, found: pocketid.RuntimeDocker},
		{name: "by hand, never started", env: some, runs: pocketid.RuntimeManual, found: pocketid.RuntimeManual, dataDir: "data", want: true},
		{name: "by hand, as the admin says", env: some, runs: pocketid.RuntimeManual, found: pocketid.RuntimeCompose, want: true},
		{name: "by hand, in use", env: some, runs: pocketid.RuntimeManual, found: pocketid.RuntimeCompose, data: "data/pocket-id.db"},
		{name: "a unit that names no directory", env: some, runs: pocketid.RuntimeSystemd, found: pocketid.RuntimeSystemd},
		{name: "a database elsewhere", env: some + "DB_CONNECTION_STRING=postgres://db/pid\n", runs: pocketid.RuntimeManual, found: pocketid.RuntimeManual, dataDir: "data"},
		{name: "said already", env: some + "UI_CONFIG_DISABLED=false\n", runs: pocketid.RuntimeManual, found: pocketid.RuntimeManual, dataDir: "data"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, ".env")
			if tt.env != "" {
				put(t, path, tt.env)
			}
			if tt.data != "" {
				put(t, filepath.Join(dir, tt.data), "x")
			}
			found := Surroundings{EnvFile: path, Install: pocketid.Install{Runtime: tt.found, Readers: tt.found.Readers()}}
			if tt.dataDir != "" {
				found.Install.DataDir = filepath.Join(dir, tt.dataDir)
			}
			found.read([]byte(tt.env))
			d, err := sceneWorld().draft(Order{
				EnvFile: path, Runs: string(tt.runs), Version: "2.9.0", AppURL: "https://id.example.com", Readers: strings.Join(tt.runs.Readers(), ","),
				Settings: smtpcheck.Settings{Host: "smtp.example.com", Port: 465, TLS: smtpcheck.TLSImplicit, From: "id@example.com"},
			}, found)
			if err != nil {
				t.Fatal(err)
			}
			if d.Lock != tt.want {
				t.Errorf("locks %v, fresh %v", d.Lock, d.Fresh)
			}
		})
	}
}

// A hostname is set only where it is another one, and announced.
func TestRenames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, now string
		announced bool
		want      bool
	}{
		{"id.example.com", "", true, true},
		{"id.example.com", "vps", true, true},
		{"id.example.com", "id.example.com", true, false},
		{"id.example.com", "", false, false},
		{"", "vps", true, false},
		{pocketid.ExampleContainerID, "", true, false},
	} {
		d := Draft{Order: Order{Hostname: tt.name}, usesName: tt.announced}
		d.Found.Install.Hostname = tt.now
		if got := d.renames(); got != tt.want {
			t.Errorf("%q in place of %q, announced %v: %v", tt.name, tt.now, tt.announced, got)
		}
	}
}

// In a container localhost is the container.
func TestOwnLoopback(t *testing.T) {
	t.Parallel()
	shared := pocketid.Install{Runtime: pocketid.RuntimeCompose, HostNetwork: true}
	for _, tt := range []struct {
		host    string
		in      pocketid.Install
		runtime pocketid.Runtime
		want    string // a part of the warning
	}{
		{"localhost", pocketid.Install{}, pocketid.RuntimeCompose, "extra_hosts"},
		{"127.0.0.1", pocketid.Install{}, pocketid.RuntimeDocker, "--add-host"},
		{"::1", pocketid.Install{}, pocketid.RuntimePodman, "host.containers.internal"},
		{"localhost", shared, pocketid.RuntimeCompose, ""},
		{"localhost", shared, pocketid.RuntimeDocker, "--add-host"}, // the admin knows better
		{"localhost", pocketid.Install{}, pocketid.RuntimeSystemd, ""},
		{"mx.example.com", pocketid.Install{}, pocketid.RuntimeCompose, ""},
		{"10.0.0.1", pocketid.Install{}, pocketid.RuntimeCompose, ""},
	} {
		got := sceneWorld().ownLoopback(tt.host, tt.in, tt.runtime)
		if (got != "") != (tt.want != "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s by %s: %q", tt.host, tt.runtime, got)
		}
	}
	practice := sceneWorld()
	practice.Practice = true
	if got := practice.ownLoopback("localhost", pocketid.Install{}, pocketid.RuntimeCompose); got != "" {
		t.Errorf("in a practice: %q", got)
	}
}
