package wizard

import (
	"smtp-wizard/smtpcheck"
)

// Answers is all that the admin has said. It is a value: a step gets one and
// returns one. What was found out, not said, is in the findings.
type Answers struct {
	// Install
	EnvFile string // path of the .env, as the admin wrote it
	// TakenFrom is the file whose settings the answers began with.
	TakenFrom string
	Runs      string   // how Pocket ID runs: compose, docker, podman, systemd, manual
	Readers   []string // who reads the file; nil: what goes with Runs
	// FoundReaders is who was found to read the file; nil when that is what goes
	// with Runs, or Runs is not what was found.
	FoundReaders []string
	Version      string // of Pocket ID, such as "2.9.0"; "" means the newest known
	AppURL       string
	Mend         bool // lines that keep a reader from the file are mended with the rest

	// Provider
	Preset string // id of the preset, "custom", or "" before it was chosen

	// Relay and Sender. SkipVerify is SMTP_SKIP_CERT_VERIFY, as the .env has it; To
	// gets the test.
	smtpcheck.Settings
	// PasswordTyped: the password was typed, so it is not to be had from the .env.
	PasswordTyped bool

	// Identity
	Hostname string // the name that Pocket ID's os.Hostname() shall return
	// TestAs is the version to speak as in the live test; "" means Version.
	TestAs string

	// LiveTest
	Retries  int  // how often the test was asked for again
	Untested bool // the admin goes on without a delivered message

	// Continue is what was said to the offer of a draft.
	Continue bool

	// Unattended: nobody is there to read what the probes find, so only what
	// decides is asked of the network.
	Unattended bool
	// Offline: the relay is not to be spoken to at all (apply --no-check).
	Offline bool

	// Write
	LockUI string // whether to set UI_CONFIG_DISABLED=true: yes, no, or "" while not asked
	// GiveToReader gives the file to the user who has to read it and could not.
	GiveToReader bool
	InPlace      bool // write in place where a rename is impossible (bind mount)
	// Confirmed is the plan that the admin agreed to write. It is never saved: who
	// comes back is asked again.
	Confirmed any `json:"-"`
	Looks     int // how often the file was to be looked at anew
}
