package steps

import (
	"maps"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/between"
	"smtp-wizard/inbox"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
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
	Via between.Kind `json:"via,omitempty"`
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

// SetupFrom is the test of what Pocket ID gets with a .env, as a version speaks; one
// that is not known is the one that was found.
func (w World) SetupFrom(found Discovery, as pocketid.Version) Setup {
	in := found.Install
	if as.Known() {
		found.Via = "" // asked for Pocket ID's own way, to the one in between
	} else {
		as = in.Speaks()
	}
	found = found.asArrives()
	a := prefill(Answers{Runs: string(in.Runs), Version: as.String()}, found)
	if a.To = a.From; a.Via == "" {
		a.Host = found.Value("SMTP_HOST") // as it is, with all that Pocket ID would choke on
		a.Hostname = in.Hostname.Value
	}
	a.Preset = presetOf(a.Host)
	if a.Hostname == "" && in.InContainer() {
		a.Hostname, a.ContainerID = pocketid.ExampleContainerID, true
	}
	s := SetupOf(a)
	if as.Known() {
		s.As = as
	}
	return s
}

// prefill takes over what the file already says to that version.
func prefill(a Answers, found Discovery) Answers {
	set := func(field *string, key string) {
		if value := found.Value(key); value != "" {
			*field = value
		}
	}
	set(&a.Host, "SMTP_HOST")
	a.Host = withoutLogin(a.Host)
	set(&a.From, "SMTP_FROM")
	set(&a.User, "SMTP_USER")
	if port, err := smtpcheck.ParsePort(found.Value("SMTP_PORT")); err == nil {
		a.Port = port
	}
	v := a.version()
	if found.Value("SMTP_HOST") != "" {
		a.TLS = modeOf(found.Value("SMTP_TLS"), a.Port)
		if _, present := found.Values["SMTP_TLS"]; !present {
			a.TLS = unsetMode(v, a.Port)
		}
		if found.Value("SMTP_PORT") == "" {
			a.Port = pocketid.DefaultPort(v, a.TLS)
		}
	}
	if !found.Password.Empty() {
		a.Password = found.Password
	}
	a.SkipVerify = pocketid.IsTrue(found.Value("SMTP_SKIP_CERT_VERIFY"))
	if found.Via != "" { // the relay behind the one in between
		from, to := a.From, a.To
		a.Settings, a.Via, a.Hostname = found.Behind.Settings, found.Via, found.Behind.Name
		a.From, a.To = from, to
	}
	return a
}

// intended takes away what a reader keeps of a value though it looks like more than the
// value: quotes, and a comment behind it.
func (d Discovery) intended() Discovery {
	d.Values = maps.Clone(d.Values)
	for _, w := range d.Install.Warnings {
		value, public := d.Values[w.Key]
		switch {
		case w.ID == "inline-comment" && public:
			value, _, _ = strings.Cut(value, " #")
			d.Values[w.Key] = strings.TrimSpace(value)
		case w.ID == "quotes-kept" && public:
			d.Values[w.Key] = strings.Trim(value, value[:min(1, len(value))])
		case w.ID == "quotes-kept" && w.Key == "SMTP_PASSWORD":
			password := d.Password.Reveal()
			d.Password = secret.New(strings.Trim(password, password[:min(1, len(password))]))
		}
	}
	return d
}

// alreadySet reports whether Pocket ID takes value for a key from the file as it
// is. What the admin wrote in other words, or left to a default, is not rewritten.
func (r FileRequest) alreadySet(now map[string]string, key, value string, v pocketid.Version) bool {
	have, present := now[key]
	if have == value && (present || value == "") {
		return true
	}
	used := now["SMTP_HOST"] != "" // else a default was never chosen
	switch key {
	case "APP_URL", "PUBLIC_APP_URL":
		return strings.TrimRight(have, "/") == value && pocketid.Validate(key, have, v) == nil
	case "SMTP_SKIP_CERT_VERIFY":
		on, err := strconv.ParseBool(have)
		return err == nil && strconv.FormatBool(on) == value
	case "SMTP_PORT":
		return used && have == "" && value == portText(pocketid.DefaultPort(v, r.TLS))
	case "SMTP_TLS":
		return used && !present && unsetMode(v, r.Port) == r.TLS
	}
	return false
}

// modeOf reads SMTP_TLS. Up to 0.35.2 it was true or false, and the port chose
// between the two kinds of TLS; empty is none.
func modeOf(value string, port int) smtpcheck.TLSMode {
	switch {
	case value == "" || value == "false":
		return smtpcheck.TLSNone
	case value == "true" && port == 465:
		return smtpcheck.TLSImplicit
	case value == "true":
		return smtpcheck.TLSStartTLS
	}
	return smtpcheck.TLSMode(value)
}

// unsetMode is what an absent SMTP_TLS means: clear text, but TLS as the port
// has it up to 0.35.2.
func unsetMode(v pocketid.Version, port int) smtpcheck.TLSMode {
	return modeOf(pocketid.DefaultTLS(v), port)
}

// Candidates are the names that Pocket ID could announce.
func (d Discovery) Candidates(appURL string, typed ...string) []pocketid.Candidate {
	src := pocketid.Sources{Hostname: d.Hostname, AppURL: appURL, Typed: typed}
	if in := d.Install; in.InContainer() && in.Hostname.Kind != install.KindMachine {
		src.Compose, src.ContainerID = in.Hostname.Value, in.Hostname.Value == ""
	}
	return pocketid.Candidates(src)
}

// saidElsewhere are the warnings of an install that are said in other words, or elsewhere.
var saidElsewhere = []string{"ui-config-not-true", "version-unknown", "password-unreadable", "legacy-names", "short-hostname"}

// warnings are what keeps the settings from their effect from outside, in an install
// that is perhaps a planned one.
func (w World) warnings(found Discovery, in install.Install, host string, runtime pocketid.Runtime) []string {
	var list []string
	if found.Rights != "" {
		list = append(list, found.Rights)
	}
	for _, warning := range in.Warnings {
		if !slices.Contains(saidElsewhere, warning.ID) {
			list = append(list, warning.Text)
		}
	}
	for _, warning := range []string{w.ownLoopback(host, in, runtime), w.ofThisMachine(host, in, runtime)} {
		if warning != "" {
			list = append(list, warning)
		}
	}
	return list
}

// ownLoopback warns of a relay that Pocket ID would look for in its own
// container. The relay of a demo is none that Pocket ID is to use.
func (w World) ownLoopback(host string, in install.Install, runtime pocketid.Runtime) string {
	shared := in.Runs == runtime && in.Network == "host"
	if !isLoopback(host) || !runtime.InContainer() || shared || w.Practice {
		return ""
	}
	return "In the container of Pocket ID, " + host + " is the container itself and not this machine. " +
		runtime.HostSetting()
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.IsLoopback()
}
