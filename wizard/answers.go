package wizard

import "smtp-wizard/smtpcheck"

// Answers is all that the admin has said. It is a value: a step gets one and
// returns one. What was found out, not said, is in the findings.
type Answers struct {
	// Install
	EnvFile string   // path of the .env, as the admin wrote it
	Runs    string   // how Pocket ID runs: compose, docker, podman, systemd, manual
	Readers []string // who reads the file; nil: what goes with Runs
	Version string   // of Pocket ID, such as "2.9.0"; "" means the newest known
	AppURL  string

	// Provider
	Preset string // id of the preset, "custom", or "" before it was chosen

	// Relay
	Host string
	Port int
	TLS  smtpcheck.TLSMode

	// Sender
	From     string
	User     string
	Password smtpcheck.Secret `json:"-"`
	To       string           // recipient of the test

	// Identity
	Hostname string // the name that Pocket ID's os.Hostname() shall return
	// TestAs is the version to speak as in the live test; "" means Version.
	TestAs string

	// LiveTest
	Retries  int  // how often the test was asked for again
	Untested bool // the admin goes on without a delivered message

	// Write
	LockUI  bool // UI_CONFIG_DISABLED=true was agreed to
	Writing int  // how often "write it" was said
	InPlace bool // write in place where a rename is impossible (bind mount)
}
