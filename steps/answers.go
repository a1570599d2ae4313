package steps

import (
	"maps"
	"path/filepath"

	"smtp-wizard/between"
	"smtp-wizard/inbox"
	"smtp-wizard/pocketid"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// Answers is all that the admin has said. It is a value: a step gets one and
// returns one. What was found out, not said, is in the findings. Its JSON is what
// the draft keeps.
type Answers struct {
	EnvFile string `json:"env_file,omitempty"` // path of the .env, as the admin wrote it
	// TakenFrom is the file whose settings the answers began with.
	TakenFrom string   `json:"taken_from,omitempty"`
	Runs      string   `json:"runs,omitempty"`    // how Pocket ID runs, a pocketid.Runtime
	Readers   []string `json:"readers,omitempty"` // who reads the file; nil: what goes with Runs
	// FoundReaders is who was found to read the file; nil when that is what goes
	// with Runs, or Runs is not what was found.
	FoundReaders []string `json:"found_readers,omitempty"`
	Version      string   `json:"version,omitempty"` // of Pocket ID, such as "2.9.0"; "" means the newest known
	AppURL       string   `json:"app_url,omitempty"`
	FixFile      bool     `json:"fix,omitempty"` // fix the lines that keep a reader from the file

	MailAnswers
	FileConsent

	// TestAs is the version to speak as in the live test; "" means Version.
	TestAs string `json:"test_as,omitempty"`
	// Attempts counts how often a step's work was asked for again.
	Attempts map[wizard.ID]int `json:"attempts,omitempty"`

	// Kept: the relay of the file stays as it is, so only what is missing is asked.
	Kept bool `json:"kept,omitempty"`
	// Logins are those of relays that were left.
	Logins []login `json:"-"`
	// Refused are the refusals that sent the admin to an answer, and the endpoints
	// that were refused: what comes up again has no cure there.
	Refused []string `json:"-"`
	// Reread is what was wrong with the file when it was read again.
	Reread string `json:"-"`

	// Listen: the real Pocket ID is to be heard; Heard is what it said.
	Listen bool  `json:"-"`
	Heard  Heard `json:"heard,omitzero"`
	// Unsent: the test has passed, and no message was sent.
	Unsent bool `json:"unsent,omitempty"`
	// Arrived is the test whose mail was shown to have arrived, WrongCodes how many codes
	// for it were wrong, Mailbox where to look for it, Source the mail as pasted.
	Arrived    string        `json:"-"`
	WrongCodes int           `json:"-"`
	Mailbox    inbox.Account `json:"-"`
	Source     string        `json:"-"`

	// APIKey lets what was set in the admin UI be carried over.
	APIKey secret.Value `json:"-"`

	// Continue is the answer to the offer of a draft.
	Continue bool `json:"-"`
	// Unattended: nobody is there to read what the probes find, so only what
	// decides is asked of the network.
	Unattended bool `json:"-"`
	// Offline: the relay is not contacted at all (apply --no-check).
	Offline bool `json:"-"`
	// NoSend: the test stops before a message is sent (apply --dry-run).
	NoSend bool `json:"-"`
}

// MailAnswers are what goes with one relay.
type MailAnswers struct {
	Preset string `json:"preset,omitempty"` // id of the preset, "custom", or "" before it was chosen
	// Settings: SkipVerify is SMTP_SKIP_CERT_VERIFY, as the .env has it; To gets
	// the test.
	smtpcheck.Settings
	// PasswordTyped: the password was typed, so the .env does not have it.
	PasswordTyped bool   `json:"password_typed,omitempty"`
	Hostname      string `json:"hostname,omitempty"` // what os.Hostname() is to return to Pocket ID
	// Via is the relay in between, through which Pocket ID reaches the relay of these
	// settings; "" is none. It then announces Hostname.
	Via between.Way `json:"via,omitempty"`
	// ContainerID: Hostname only stands for the id that the container will have.
	ContainerID bool `json:"container_id,omitempty"`
}

// FileConsent is what the admin agreed to for one file.
type FileConsent struct {
	Untested bool   `json:"untested,omitempty"` // go on without a delivered message
	LockUI   string `json:"lock_ui,omitempty"`  // whether to set UI_CONFIG_DISABLED=true: yes, no, or "" while not asked
	// CloseFile shuts everybody out of the .env but its owner and its reader.
	CloseFile bool `json:"close_file,omitempty"`
	// PrintFiles prints what belongs outside the .env's directory instead of writing it.
	PrintFiles bool `json:"print_files,omitempty"`
	// Mails are the switches of optional mails that were answered: KEY=true or KEY=false, a
	// space between.
	Mails   string `json:"mails,omitempty"`
	InPlace bool   `json:"in_place,omitempty"` // write in place where a rename is impossible (bind mount)
	// Confirmed is the plan that the admin agreed to write. It is never saved: who
	// comes back is asked again.
	Confirmed *FilePlan `json:"-"`
}

// again asks for a step's work once more.
func (a Answers) again(id wizard.ID) Answers {
	counts := map[wizard.ID]int{}
	maps.Copy(counts, a.Attempts)
	counts[id]++
	a.Attempts = counts
	return a
}

// fromAnother reports whether the answers began with another file than path.
func (a Answers) fromAnother(path string) bool {
	return a.TakenFrom != "" && filepath.Clean(a.TakenFrom) != filepath.Clean(path)
}

// forInstall drops what another file's Pocket ID is, where this one's is known.
func (a Answers) forInstall(found Discovery) Answers {
	a.Runs = ""
	if found.Install.Version.Release.Known() {
		a.Version = ""
	}
	if found.Value("APP_URL") != "" {
		a.AppURL = ""
	}
	return a
}

// forFile goes to a file that has settings of its own, or none. What was agreed
// to for the other one was not agreed to for this; a relay of this file goes with
// no login, sender or name of the other's.
func (a Answers) forFile(found Discovery) Answers {
	a.FileConsent = FileConsent{}
	if found.Value("SMTP_HOST") != "" {
		a.MailAnswers = MailAnswers{Settings: smtpcheck.Settings{To: a.To}}
	}
	return a
}

func (a Answers) runtime() pocketid.Runtime { return pocketid.Runtime(a.Runs) }

// version is the Pocket ID that the answers are for.
func (a Answers) version() pocketid.Version {
	if v, err := pocketid.ParseVersion(a.Version); err == nil {
		return v
	}
	return pocketid.NewestKnown()
}

// readers are the programs that read the .env, by name.
func (a Answers) readers() []string {
	switch {
	case len(a.Readers) > 0:
		return a.Readers
	case a.runtime() == pocketid.RuntimeManual:
		return []string{"pocket-id", "compose"} // nothing was found out: be right for both
	case len(a.FoundReaders) > 0: // a raw env_file, or a .env that is mounted
		return a.FoundReaders
	}
	return a.runtime().Readers()
}
