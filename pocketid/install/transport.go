package install

import "go.yaml.in/yaml/v4"

// carried is an install on its way to another process: all that its methods tell,
// the password included. What only Discover needs stays behind.
type carried struct {
	Plain    exported
	Password string
	Env      environment
	Fit      fit
}

// exported is an install without its methods.
type exported Install

// MarshalYAML is for the process that looks around with another user's rights.
func (in Install) MarshalYAML() (any, error) {
	return carried{exported(in), in.Password.value, in.env, in.fit}, nil
}

// UnmarshalYAML takes what MarshalYAML gave.
func (in *Install) UnmarshalYAML(node *yaml.Node) error {
	var c carried
	err := node.Decode(&c)
	*in = Install(c.Plain)
	in.Password.value, in.env, in.fit = c.Password, c.Env, c.Fit
	return err
}
