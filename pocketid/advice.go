package pocketid

import (
	"fmt"
	"slices"
	"strings"

	"smtp-wizard/smtpcheck"
)

// Endpoint is a port of the relay and its TLS mode.
type Endpoint struct {
	Port int
	TLS  smtpcheck.TLSMode
}

// Situation is everything that the advice depends on.
type Situation struct {
	Version  Version
	Runtime  Runtime
	Current  Endpoint
	Hostname string // os.Hostname() in Pocket ID's process, or "" if unknown
	// Results are the relay's reactions to names, the preferred hostnames first.
	Results []smtpcheck.IdentityResult
	// Endpoints are the relay's other ports.
	Endpoints []Endpoint
	// NamedLikeID: ExampleContainerID in Results is an actual hostname.
	NamedLikeID bool
	// HasLogin rules out clear text.
	HasLogin bool
}

// Announcement is what Pocket ID announces on one endpoint, and whether the relay
// accepts it.
type Announcement struct {
	Speech
	Acceptance smtpcheck.Acceptance
}

// Announce says what Pocket ID would announce on an endpoint with a hostname, and
// judges it by the results.
func (s Situation) Announce(e Endpoint, hostname string) Announcement {
	a := Announcement{Speech: SpeechOf(s.Version, e.TLS, hostname)}
	first, last := s.result(a.Names.First), s.result(a.Names.AfterTLS)
	switch {
	case a.Broken != "":
		a.Acceptance = smtpcheck.Refused
	case e.TLS != smtpcheck.TLSStartTLS:
		a.Acceptance = first.Acceptance
	case last.Acceptance == smtpcheck.Refused || refusedAtOnce(first):
		a.Acceptance = smtpcheck.Refused
	case last.Acceptance == smtpcheck.Accepted && first.Acceptance != smtpcheck.NotJudged:
		a.Acceptance = smtpcheck.Accepted
	}
	return a
}

// refusedAtOnce reports whether a name is refused before STARTTLS. A relay that refuses
// names only at RCPT, as Postfix does by default, judges only the last EHLO.
func refusedAtOnce(r smtpcheck.IdentityResult) bool {
	late := []smtpcheck.Stage{smtpcheck.StageAuth, smtpcheck.StageMail, smtpcheck.StageRcpt, smtpcheck.StageData}
	return r.Acceptance == smtpcheck.Refused && !slices.Contains(late, r.Stage)
}

// Advise lists the settings that will work, the easiest first. It is never empty: if
// none can work, the only option says so.
func Advise(s Situation) []Option {
	if now := s.Announce(s.Current, s.Hostname); now.Acceptance == smtpcheck.Accepted {
		return []Option{s.keep(now)}
	}
	var options []Option
	others := s.otherEndpoints()
	for _, e := range others {
		if a := s.Announce(e, s.Hostname); a.Acceptance == smtpcheck.Accepted {
			options = append(options, moveTo(e, a))
		}
	}
	for _, name := range s.acceptedNames() {
		if strings.EqualFold(name, s.Hostname) {
			continue
		}
		for _, e := range append([]Endpoint{s.Current}, others...) {
			if a := s.Announce(e, name); UsesHostname(s.Version, e.TLS) && a.Acceptance == smtpcheck.Accepted {
				options = append(options, s.rename(e, a, name))
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
		for _, e := range s.Endpoints {
			if e.TLS == mode && e != s.Current && !(mode == smtpcheck.TLSNone && s.HasLogin) {
				out = append(out, e)
			}
		}
	}
	return out
}

// acceptedNames are the accepted names that a host can sensibly be given.
func (s Situation) acceptedNames() []string {
	var names []string
	for _, r := range s.Results {
		settable := !strings.EqualFold(r.Name, "localhost") && (s.NamedLikeID || r.Name != ExampleContainerID)
		if r.Acceptance == smtpcheck.Accepted && settable && CheckName(r.Name).Grade != GradeBad {
			names = append(names, r.Name)
		}
	}
	return names
}

func (s Situation) result(name string) smtpcheck.IdentityResult {
	for _, r := range s.Results {
		if name != "" && strings.EqualFold(r.Name, name) {
			return r
		}
	}
	return smtpcheck.IdentityResult{}
}

// lastResort is the relay in between, or an option that says why there is none.
func (s Situation) lastResort(others bool) []Option {
	if names := s.acceptedNames(); len(names) > 0 {
		return []Option{s.relayBetween(names[0])}
	}
	if others {
		return nil
	}
	notRefused := func(r smtpcheck.IdentityResult) bool { return r.Acceptance != smtpcheck.Refused }
	if slices.ContainsFunc(s.Results, notRefused) {
		return []Option{{ID: "unknown", Title: "Ask the relay again",
			Why: "The relay has not yet said whether it accepts a name, so no setting can be recommended."}}
	}
	return []Option{{ID: "none", Title: "Use another relay, or another name",
		Why: fmt.Sprintf("This relay refused every name that was tried (%d), so no setting of Pocket ID can help.",
			len(s.Results))}}
}
