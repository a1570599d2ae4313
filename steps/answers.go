package steps

import (
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// The steps, in the order of the guide.
const (
	Install  wizard.ID = "install"
	Provider wizard.ID = "provider"
	Relay    wizard.ID = "relay"
	Sender   wizard.ID = "sender"
	Identity wizard.ID = "identity"
	LiveTest wizard.ID = "livetest"
	Write    wizard.ID = "write"
)

// The wizard's types, with these answers.
type (
	Machine = wizard.Machine[Answers]
	State   = wizard.State[Answers]
	Step    = wizard.Step[Answers]
	View    = wizard.View[Answers]
	Intent  = wizard.Intent[Answers]
)

// Answers is all that the admin has said. It is a value: a step gets one and
// returns one. What was found out, not said, is in the findings. Its JSON is what
// the draft keeps.
type Answers struct {
	// Install
	EnvFile string `json:"env_file,omitempty"` // path of the .env, as the admin wrote it
	// TakenFrom is the file whose settings the answers began with.
	TakenFrom string   `json:"taken_from,omitempty"`
	Runs      string   `json:"runs,omitempty"`    // how Pocket ID runs: compose, docker, podman, systemd, manual
	Readers   []string `json:"readers,omitempty"` // who reads the file; nil: what goes with Runs
	// FoundReaders is who was found to read the file; nil when that is what goes
	// with Runs, or Runs is not what was found.
	FoundReaders []string `json:"found_readers,omitempty"`
	Version      string   `json:"version,omitempty"` // of Pocket ID, such as "2.9.0"; "" means the newest known
	AppURL       string   `json:"app_url,omitempty"`
	Mend         bool     `json:"fix,omitempty"` // lines that keep a reader from the file are mended with the rest

	// Provider
	Preset string `json:"preset,omitempty"` // id of the preset, "custom", or "" before it was chosen

	// Relay and Sender. SkipVerify is SMTP_SKIP_CERT_VERIFY, as the .env has it; To
	// gets the test.
	smtpcheck.Settings
	// PasswordTyped: the password was typed, so it is not to be had from the .env.
	PasswordTyped bool `json:"password_typed,omitempty"`

	// Identity
	Hostname string `json:"hostname,omitempty"` // the name that Pocket ID's os.Hostname() shall return
	// TestAs is the version to speak as in the live test; "" means Version.
	TestAs string `json:"test_as,omitempty"`

	// LiveTest
	Retries  int  `json:"retries,omitempty"`  // how often the test was asked for again
	Untested bool `json:"untested,omitempty"` // the admin goes on without a delivered message

	// Continue is what was said to the offer of a draft.
	Continue bool `json:"-"`

	// Unattended: nobody is there to read what the probes find, so only what
	// decides is asked of the network.
	Unattended bool `json:"-"`
	// Offline: the relay is not to be spoken to at all (apply --no-check).
	Offline bool `json:"-"`

	// Write
	LockUI string `json:"lock_ui,omitempty"` // whether to set UI_CONFIG_DISABLED=true: yes, no, or "" while not asked
	// GiveToReader gives the file to the user who has to read it and could not.
	GiveToReader bool `json:"give_to_reader,omitempty"`
	InPlace      bool `json:"in_place,omitempty"` // write in place where a rename is impossible (bind mount)
	// Confirmed is the plan that the admin agreed to write. It is never saved: who
	// comes back is asked again.
	Confirmed any `json:"-"`
	Looks     int `json:"looks,omitempty"` // how often the file was to be looked at anew
}
