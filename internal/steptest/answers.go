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
	EnvFile, Runs, AppURL, Preset, Host, TLS, From, User, To string

	Port, Retries int
	Password      secret.Value `json:"-"`
}
