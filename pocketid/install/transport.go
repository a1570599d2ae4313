package install

import (
	"bytes"
	"encoding/gob"

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

// exported is an install without its methods: gob takes its exported fields.
type exported Install

// GobEncode is for the process that looks around with another user's rights.
func (in Install) GobEncode() ([]byte, error) {
	release := in.Version.Release
	var out bytes.Buffer
	err := gob.NewEncoder(&out).Encode(carried{Plain: exported(in), Release: release.String(), Exact: release.Exact,
		Password: in.Password.value, Env: in.env, Fit: in.fit})
	return out.Bytes(), err
}

// GobDecode takes what GobEncode gave.
func (in *Install) GobDecode(data []byte) error {
	var c carried
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&c); err != nil {
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
