package steps

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"smtp-wizard/diagnosis"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/presets"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
)

// Setup is all that a test of mail settings depends on. It is comparable, so it
// names the work of testing it.
type Setup struct {
	MailAnswers
	As      pocketid.Version // to speak as
	Runtime pocketid.Runtime
	Heard   Heard
	NoSend  bool // stop after RCPT
	Offline bool // ask DNS for nothing but the relay
}

// SetupOf is the test that the answers amount to.
func SetupOf(a Answers) Setup {
	as := a.version()
	if v, err := pocketid.SpeaksAs(a.TestAs); err == nil && a.TestAs != "" {
		as = v
	}
	setup := Setup{MailAnswers: a.MailAnswers, As: as, Runtime: a.runtime(), NoSend: a.NoSend}
	if a.Heard.TLS == a.TLS && a.TestAs == "" {
		setup.Heard = a.Heard
	}
	if setup.To == "" { // nobody can look for a message
		setup.To, setup.NoSend = setup.From, true
	}
	return setup
}

// Speaks is who speaks to the relay in the test.
func (s Setup) Speaks() pocketid.Version {
	if s.Via != "" && !s.As.IsNone() {
		return pocketid.InBetween
	}
	return s.As
}

// Plan is the conversation that Pocket ID will have with these settings.
func (w World) Plan(s Setup) (smtpcheck.Plan, pocketid.Speech) {
	speech := s.speech()
	network, _ := w.network(s.Host, s.Runtime)
	plan := smtpcheck.Plan{
		Settings: s.Settings,
		Client:   speech.Client,
		Masker:   w.Masker,
		RootCAs:  w.RootCAs,
		Limits:   w.Limits,
		Net:      network,
	}
	if s.NoSend {
		plan.StopAfter = smtpcheck.StageRcpt
	}
	return plan, speech
}

// atMost says how long an answer of the relay is waited for.
func (w World) atMost(s Setup) string {
	plan, _ := w.Plan(s)
	return ", at most " + smtpcheck.Seconds(plan.Patience()) + " each"
}

// TestResult is what a test found.
type TestResult struct {
	Setup      Setup
	Speech     pocketid.Speech
	Result     smtpcheck.Result
	Identities []smtpcheck.IdentityResult
	// Diagnosis explains Result.Failure; nil when there is none.
	Diagnosis   *diagnosis.Diagnosis
	Advice      []pocketid.Option
	Token       string       // to find the message by
	Code        secret.Value // that only the message has
	alternative alternative  // of the provider, where this relay refused the name
	Arrived     bool         // the message was found, by its code
	beside      bool         // spoken from another address than Pocket ID's in the container's network
	// Hints are how receivers will judge the mail; only where the relay took it.
	Hints []deliverability.Hint
}

// nothingRefused reports whether the relay accepted all that it was asked to, whatever
// Pocket ID makes of it.
func (t TestResult) nothingRefused() bool { return t.Result.Failure == nil || t.Result.Accepted }

// RunTest has the conversation, and beside it one with each of names as the
// identity; where there are names, it ends with advice. News are smtpcheck.Event
// and smtpcheck.IdentityResult values.
func (w World) RunTest(ctx context.Context, s Setup, names []string, report func(any)) TestResult {
	plan, speech := w.Plan(s)
	t := TestResult{Setup: s, Speech: speech}
	_, t.beside = w.network(s.Host, s.Runtime)
	if speech.Broken != "" {
		return w.notBegun(t, smtpcheck.StageEHLO, fmt.Errorf(
			"version %s of Pocket ID fails by itself here, whatever the relay says: %s", s.As, speech.Broken))
	}
	if !s.NoSend {
		t.Token, t.Code = w.Token(), secret.New(smtpcheck.NewCode())
		w.Masker.Add("", t.Code.Reveal()) // the relay knows it
		message, err := t.message(plan.Names, w.Now())
		if err != nil {
			return w.notBegun(t, smtpcheck.StageMail, err)
		}
		plan.Message = message
	}
	hints := w.askDNS(ctx, s)
	t.Result, t.Identities = smtpcheck.RunWithProbes(ctx, plan, names,
		func(e smtpcheck.Event) { report(e) }, func(r smtpcheck.IdentityResult) { report(r) })
	t.Hints = hints(t.nothingRefused())
	for i, h := range t.Hints {
		t.Hints[i].Text = w.Masker.Mask(h.Text)
	}
	if t.Result.Failure != nil {
		t.Diagnosis = w.diagnose(t.Result.Failure, s, t.Result.Announced)
	}
	if len(t.Identities) > 0 {
		t.Advice = w.advise(t, nil)
	}
	return t
}

// message is the mail that is delivered. It says the most that its arrival proves.
func (t TestResult) message(names smtpcheck.Names, now time.Time) ([]byte, error) {
	s, identity := t.Setup, names.First
	if s.TLS == smtpcheck.TLSStartTLS {
		identity = names.AfterTLS
	}
	return smtpcheck.TestMail{
		From: s.From, To: s.To, Host: s.Host, Identity: identity, Token: t.Token, Code: t.Code.Reveal(), Time: now,
		Proves: verdicts[t.explained(t.most())].ifArrives, Client: Speaker(s.Speaks()),
	}.Bytes()
}

// notBegun is a test that could not begin.
func (w World) notBegun(t TestResult, stage smtpcheck.Stage, err error) TestResult {
	t.Result.Failure = &smtpcheck.Failure{Stage: stage, Err: err}
	t.Diagnosis = w.diagnose(t.Result.Failure, t.Setup, nil)
	return t
}

// diagnose explains a failure. A cure at the port that names the usual ones is
// followed by the provider's own where those are others.
func (w World) diagnose(f *smtpcheck.Failure, s Setup, announced []string) *diagnosis.Diagnosis {
	d := diagnosis.FromFailure(f, diagnosis.Situation{
		Provider: s.Preset, Settings: s.Settings, Names: announced, SpeaksAs: s.Speaks(),
	})
	p, known := w.preset(s.Preset)
	ports := p.Ports()
	if known && p.ID != Custom && len(ports) > 0 && (d.Field == "port" || d.Field == "tls") &&
		!(slices.Contains(ports, 465) && slices.Contains(ports, 587)) {
		d.Fix += " " + p.Name + " is reached on " + either(endpointsOf(p)) + "."
	}
	return &d
}

// either is a list in words.
func either(list []pocketid.Endpoint) string {
	var words []string
	for _, e := range list {
		words = append(words, e.String())
	}
	return strings.Join(words, ", or ")
}

// endpointsOf are the endpoints of a provider.
func endpointsOf(p presets.Preset) []pocketid.Endpoint {
	var list []pocketid.Endpoint
	for _, e := range p.Endpoints {
		list = append(list, pocketid.Endpoint{Port: e.Port, TLS: smtpcheck.TLSMode(e.TLS)})
	}
	return list
}

// advise says which settings the relay would accept, given what it said to names.
func (w World) advise(t TestResult, found []pocketid.Endpoint) []pocketid.Option {
	if len(t.Identities) == 0 {
		return nil
	}
	return pocketid.Advise(w.situation(t.Setup, t.Identities, found))
}

// situation is what the advice depends on.
func (w World) situation(s Setup, said []smtpcheck.IdentityResult, found []pocketid.Endpoint) pocketid.Situation {
	out := pocketid.Situation{
		Version: s.Speaks(), Runtime: s.Runtime, Hostname: s.Hostname, HasLogin: s.User != "",
		Current: pocketid.Endpoint{Port: s.Port, TLS: s.TLS}, Results: said,
		NamedLikeID: s.Hostname == pocketid.ExampleContainerID && !s.ContainerID,
	}
	if p, ok := w.preset(s.Preset); ok && s.Preset != Custom {
		found = append(found, endpointsOf(p)...)
	}
	for _, e := range found {
		if e != out.Current && !slices.Contains(out.Endpoints, e) {
			out.Endpoints = append(out.Endpoints, e)
		}
	}
	return out
}

// DNS is asked while the relay is spoken to. What has not come hintsGrace after
// the relay took the message, or hintsBound after the beginning, is not waited
// for.
const (
	hintsBound = 5 * time.Second
	hintsGrace = time.Second
)

// askDNS begins to ask DNS what receivers will think of the mail of a test. The
// function that it returns ends that, and returns what was found if the relay took
// the mail.
func (w World) askDNS(ctx context.Context, s Setup) func(taken bool) []deliverability.Hint {
	q, ok := w.query(s)
	if !ok || w.Offline {
		return func(bool) []deliverability.Hint { return nil }
	}
	ctx, cancel := context.WithTimeout(ctx, hintsBound)
	found := make(chan []deliverability.Hint, 1)
	go func() { found <- deliverability.Check(ctx, w.dns(), q) }()
	return func(taken bool) []deliverability.Hint {
		defer cancel()
		if !taken {
			return nil
		}
		defer time.AfterFunc(hintsGrace, cancel).Stop()
		return <-found
	}
}

// query is what to ask about the mail of a test. Nothing is to be asked about
// names that the real DNS does not have, about a relay that delivers nowhere, or
// about a mailbox at its own provider.
func (w World) query(s Setup) (deliverability.Query, bool) {
	domain := s.From[strings.LastIndex(s.From, "@")+1:]
	p, known := w.preset(s.Preset)
	if !known || p.ID == Custom {
		p, known = presets.ByHost(s.Host)
	}
	if s.Offline || w.DNS == nil && deliverability.Reserved(domain) || p.Category == "local-test" {
		return deliverability.Query{}, false
	}
	q := deliverability.Query{
		Domain: domain, Host: s.Host, Includes: p.SPF, Source: w.Source,
		Own:    !known || p.Category == "local",
		Direct: s.Port == 25 && s.User == "",
	}
	for _, key := range p.DKIM {
		q.Keys = append(q.Keys, deliverability.Key(key))
	}
	if known && (!q.Own || len(p.SPF) > 0) {
		q.Provider = p.Name
	}
	if strings.Contains(s.Hostname, ".") {
		q.Name = s.Hostname
	}
	if owner, owned := presets.ForAddress(s.From); owned {
		q.Owner = owner.Name
		return q, p.Category == "transactional"
	}
	return q, true
}

// Bridge is this machine's address in a network of containers.
type Bridge struct {
	Name string // of the interface
	Net  netip.Prefix
}

// bridges are this machine's addresses in the networks of containers.
func (w World) bridges() (list []Bridge) {
	if w.Bridges != nil {
		return w.Bridges()
	}
	all, _ := net.Interfaces()
	for _, i := range all {
		known := func(prefix string) bool { return strings.HasPrefix(i.Name, prefix) }
		if !slices.ContainsFunc([]string{"docker", "br-", "podman", "cni-"}, known) {
			continue
		}
		addresses, _ := i.Addrs()
		for _, a := range addresses {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() {
				list = append(list, Bridge{i.Name, p})
			}
		}
	}
	return list
}

// gateway is the address of this machine that its name inside of containers stands for:
// Docker's host-gateway is the address in the default bridge, Podman's that in its own.
func (w World) gateway(host string, runtime pocketid.Runtime) (address string, known bool) {
	usual := []string{"docker0"}
	if runtime == pocketid.RuntimePodman || runtime == pocketid.RuntimeQuadlet {
		usual = []string{"podman0", "cni-podman0"}
	}
	if !runtime.InContainer() || !slices.Contains(install.InsideNames, strings.ToLower(strings.TrimSuffix(host, "."))) {
		return "", false
	}
	for _, b := range w.bridges() {
		if slices.Contains(usual, b.Name) {
			return b.Net.Addr().String(), true
		}
	}
	return "", false
}

// network leads to a relay where Pocket ID finds it. Beside says that this is from the
// machine's own address in the network of the container.
func (w World) network(host string, runtime pocketid.Runtime) (n smtpcheck.Network, beside bool) {
	n = w.Net
	address, beside := w.gateway(host, runtime)
	if beside {
		n.LookupHost = func(context.Context, string) ([]string, error) { return []string{address}, nil }
	}
	return n, beside
}

// ofThisMachine says what a relay on this machine needs for a Pocket ID in a container to
// reach it; "" where it is another one.
func (w World) ofThisMachine(host string, in install.Install, runtime pocketid.Runtime) string {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if in.Network == "host" || in.Runs != runtime || !slices.Contains(install.InsideNames, name) || in.OnlyInside(host) == "" {
		return ""
	}
	text := ""
	if in.LacksGateway(name) || in.Compose == nil && name == "host.docker.internal" {
		text = "Pocket ID is in a container. " + runtime.HostSetting() + " "
	}
	listen, allow := []string{"127.0.0.1"}, []string{"127.0.0.0/8"}
	for _, b := range w.bridges() {
		listen, allow = append(listen, b.Net.Addr().String()), append(allow, b.Net.Masked().String())
	}
	text += "A Postfix on this machine must listen in the network of the container and accept mail from there"
	if len(allow) == 1 {
		return text + ": its address belongs in inet_interfaces, and the network in mynetworks."
	}
	return text + ". In /etc/postfix/main.cf: inet_interfaces = " + strings.Join(listen, ", ") + " and mynetworks = " +
		strings.Join(allow, " ") + "; then restart it."
}
