package install

import (
	"bytes"
	"encoding/gob"

	"smtp-wizard/pocketid"
)

// carried is an install on its way to another process: all that its methods tell,
// the password included. What only Discover needs of a compose project, its model
// and the contents of its files, stays behind.
type carried struct {
	Plain    exported
	Release  string
	Exact    bool
	Password string
	Env      map[string][]carriedSetting
	Emptied  map[string][]carriedSetting
	Mounts   []carriedMount
	Secrets  map[string]carriedCredential
	WorkDir  string
	Fit      int
}

// exported is an install without its methods: gob takes its exported fields.
type exported Install

type carriedSetting struct {
	Value           string
	Source          Source
	Reader          string
	Unknown, Dollar bool
	HandedOn        bool
}

type carriedMount struct{ Host, Inside string }

type carriedCredential struct {
	Name, File, Value, Holder string
	Inline                    bool
}

// GobEncode is for the process that looks around with another user's rights.
func (in Install) GobEncode() ([]byte, error) {
	emptied := environment{}
	for key, s := range in.emptied {
		emptied.set(key, s)
	}
	c := carried{Plain: exported(in), Release: in.Version.Release.String(), Exact: in.Version.Release.Exact,
		Password: in.Password.value, Env: in.env.carry(), Emptied: emptied.carry(), WorkDir: in.workDir, Fit: int(in.fit),
		Secrets: map[string]carriedCredential{}}
	for _, m := range in.mounts {
		c.Mounts = append(c.Mounts, carriedMount{m.host, m.inside})
	}
	for path, s := range in.secrets {
		c.Secrets[path] = carriedCredential{Name: s.name, File: s.file, Value: s.value, Holder: s.holder, Inline: s.inline}
	}
	var out bytes.Buffer
	err := gob.NewEncoder(&out).Encode(c)
	return out.Bytes(), err
}

// GobDecode takes what GobEncode gave.
func (in *Install) GobDecode(data []byte) error {
	var c carried
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&c); err != nil {
		return err
	}
	*in = Install(c.Plain)
	if c.Release != "" {
		release, err := pocketid.SpeaksAs(c.Release)
		if err != nil {
			return err
		}
		release.Exact = c.Exact
		in.Version.Release = release
	}
	in.Password.value, in.workDir, in.fit = c.Password, c.WorkDir, fit(c.Fit)
	in.env, in.emptied = received(c.Env), map[string]setting{}
	for key, all := range received(c.Emptied) {
		in.emptied[key] = all[0]
	}
	for _, m := range c.Mounts {
		in.mounts = append(in.mounts, mount{m.Host, m.Inside})
	}
	in.secrets = map[string]credential{}
	for path, s := range c.Secrets {
		in.secrets[path] = credential{name: s.Name, file: s.File, value: s.Value, holder: s.Holder, inline: s.Inline}
	}
	return nil
}

func (e environment) carry() map[string][]carriedSetting {
	out := map[string][]carriedSetting{}
	for key, all := range e {
		for _, s := range all {
			out[key] = append(out[key], carriedSetting{s.value, s.source, s.reader, s.unknown, s.dollar, s.handedOn})
		}
	}
	return out
}

func received(settings map[string][]carriedSetting) environment {
	out := environment{}
	for key, all := range settings {
		for _, s := range all {
			out.set(key, setting{s.Value, s.Source, s.Reader, s.Unknown, s.Dollar, s.HandedOn})
		}
	}
	return out
}
