package steptest

import (
	"smtp-wizard/secret"
	"smtp-wizard/wizard"
)

// The steps of guides in tests.
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
	View    = wizard.View[Answers]
	Intent  = wizard.Intent[Answers]
	Session = wizard.Session[Answers]
)

// Answers are those of the guides in tests.
type Answers struct {
	EnvFile, Runs, AppURL string
	Preset                string
	Host, TLS             string
	Port                  int
	From, User, To        string
	Hostname              string
	Password              secret.Value `json:"-"`
	Retries               int
	Untested              bool
}
