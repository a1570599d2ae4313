package pocketid

import (
	"fmt"
	"strings"

	"smtp-wizard/smtpcheck"
)

// Status is what a relay said to a name.
type Status int

// The statuses.
const (
	Unknown  Status = iota // not asked, or refused for another reason
	Accepted               // as far as RCPT
	Refused
)

// Verdict is a relay's answer to one name, announced in a session of its own.
type Verdict struct {
	Status Status
	// Stage is where a refused name was refused. A relay that refuses only at
	// RCPT, as Postfix does by default, judges the last EHLO alone.
	Stage smtpcheck.Stage
}

// Endpoint is a port of the relay and its TLS mode.
type Endpoint struct {
	Port int
	TLS  smtpcheck.TLSMode
}

// Situation is all that the advice depends on.
type Situation struct {
	Version  Version
	Runtime  Runtime
	Current  Endpoint
	Hostname string // os.Hostname() that Pocket ID has or will have; "" is not known
	// Verdicts by name, in the order of preference for a new hostname.
	Verdicts []NamedVerdict
	// Endpoints are the relay's other ports.
	Endpoints []Endpoint
	// HasLogin rules out clear text as a way out.
	HasLogin bool
}

// NamedVerdict is the verdict on one name.
type NamedVerdict struct {
	Name string
	Verdict
}

// Option is one set of settings that the relay will accept.
type Option struct {
	ID    string // keep, endpoint, hostname, endpoint-hostname, relay, unknown, none
	Title string // what to set
	Why   string
	Port  int               // 0: not changed
	TLS   smtpcheck.TLSMode // "": not changed
	// Hostname to give to Pocket ID (or, for relay, to the relay in between); "":
	// not changed.
	Hostname string
	// Certain is false where it rests on what is not proven of this version.
	Certain bool
}

// Outlook is what a relay will make of Pocket ID on one endpoint.
type Outlook struct {
	Names  smtpcheck.Names
	Status Status
	Proven bool
	Broken string // as in Speech
}

// OutlookAt says what version and hostname would announce on an endpoint, and
// what the verdicts make of it.
func (s Situation) OutlookAt(e Endpoint, hostname string) Outlook {
	speech := SpeechOf(s.Version, e.TLS, hostname)
	out := Outlook{Names: speech.Names, Proven: speech.Proven, Broken: speech.Broken}
	if speech.Broken != "" {
		out.Status = Refused
		return out
	}
	first := s.verdict(speech.Names.First)
	if e.TLS != smtpcheck.TLSStartTLS {
		out.Status = first.Status
		return out
	}
	last := s.verdict(speech.Names.AfterTLS)
	switch {
	case last.Status == Refused || refusedAtOnce(first):
		out.Status = Refused
	case last.Status == Accepted && first.Status != Unknown:
		out.Status = Accepted
	}
	return out
}

// refusedAtOnce: a name refused no later than EHLO never gets as far as STARTTLS.
func refusedAtOnce(v Verdict) bool {
	switch v.Stage {
	case smtpcheck.StageAuth, smtpcheck.StageMail, smtpcheck.StageRcpt, smtpcheck.StageData:
		return false
	}
	return v.Status == Refused
}

// Advise lists the settings that will work, the easiest first. When none can,
// the only option says so; it is never empty.
func Advise(s Situation) []Option {
	if now := s.OutlookAt(s.Current, s.Hostname); now.Status == Accepted {
		return []Option{keep(s, now)}
	}
	var options []Option
	others := s.otherEndpoints()
	for _, e := range others {
		if out := s.OutlookAt(e, s.Hostname); out.Status == Accepted {
			options = append(options, moveTo(e, out))
		}
	}
	for _, name := range s.acceptedNames() {
		if strings.EqualFold(name, s.Hostname) {
			continue
		}
		for _, e := range append([]Endpoint{s.Current}, others...) {
			if out := s.OutlookAt(e, name); UsesHostname(s.Version, e.TLS) && out.Status == Accepted {
				options = append(options, s.rename(e, out, name))
				break // a second endpoint for the same name would be no easier
			}
		}
	}
	return append(options, s.lastResort(len(options) > 0)...)
}

// otherEndpoints are the endpoints worth moving to: encrypted ones with one EHLO
// first, clear text last and only without a login.
func (s Situation) otherEndpoints() []Endpoint {
	var out []Endpoint
	for _, mode := range []smtpcheck.TLSMode{smtpcheck.TLSImplicit, smtpcheck.TLSStartTLS, smtpcheck.TLSNone} {
		if mode == smtpcheck.TLSNone && s.HasLogin {
			continue
		}
		for _, e := range s.Endpoints {
			if e.TLS == mode && e != s.Current {
				out = append(out, e)
			}
		}
	}
	return out
}

// acceptedNames are the accepted names that a host can sensibly be given.
func (s Situation) acceptedNames() []string {
	var names []string
	for _, v := range s.Verdicts {
		given := strings.EqualFold(v.Name, "localhost") || isContainerID(v.Name)
		if v.Status == Accepted && !given && CheckName(v.Name).Grade != GradeBad {
			names = append(names, v.Name)
		}
	}
	return names
}

func (s Situation) verdict(name string) Verdict {
	for _, v := range s.Verdicts {
		if name != "" && strings.EqualFold(v.Name, name) {
			return v.Verdict
		}
	}
	return Verdict{}
}

// lastResort is the relay in between, or the word that nothing is known or works.
func (s Situation) lastResort(others bool) []Option {
	if names := s.acceptedNames(); len(names) > 0 {
		return []Option{relayBetween(s, names[0])}
	}
	if others {
		return nil
	}
	for _, v := range s.Verdicts {
		if v.Status == Refused {
			continue
		}
		return []Option{{ID: "unknown", Title: "Ask the relay again",
			Why: "The relay has not yet said whether it accepts a name, so no setting can be recommended."}}
	}
	return []Option{{ID: "none", Title: "Use another relay, or another name",
		Why: fmt.Sprintf("This relay refused every name that was tried (%d), so no setting of Pocket ID can help.",
			len(s.Verdicts))}}
}
