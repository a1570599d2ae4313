package install

import (
	"go.yaml.in/yaml/v4"

	"smtp-wizard/pocketid"
)

// carried is an install on its way to another process: all that its methods tell,
// the password included. What only Discover needs stays behind.
type carried struct {
	Plain    exported
	Release  string
	Exact    bool
	Password string
	Env      environment
	Fit      fit
}

// exported is an install without its methods.
type exported Install

// MarshalYAML is for the process that looks around with another user's rights.
func (in Install) MarshalYAML() (any, error) {
	release := in.Version.Release
	return carried{Plain: exported(in), Release: release.String(), Exact: release.Exact,
		Password: in.Password.value, Env: in.env, Fit: in.fit}, nil
}

// UnmarshalYAML takes what MarshalYAML gave.
func (in *Install) UnmarshalYAML(node *yaml.Node) error {
	var c carried
	if err := node.Decode(&c); err != nil {
		return err
	}
	*in = Install(c.Plain)
	in.Password.value, in.env, in.fit = c.Password, c.Env, c.Fit
	if c.Release == "" {
		return nil
	}
	release, err := pocketid.SpeaksAs(c.Release)
	release.Exact = c.Exact
	in.Version.Release = release
	return err
}
