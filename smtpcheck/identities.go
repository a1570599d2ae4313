package smtpcheck

import (
	"context"
	"errors"
	"regexp"
	"sync"
	"time"
)

// Acceptance is what a relay thinks of a name.
type Acceptance int

const (
	// NotJudged: the session ended for a reason that is not the name, such as AUTH
	// required before MAIL, or a network error.
	NotJudged Acceptance = iota
	// Accepted: the session went as far as it was to go.
	Accepted
	// Refused: the relay refused the name.
	Refused
)

func (a Acceptance) String() string {
	return [...]string{"unknown", "accepted", "refused"}[a]
}

// IdentityResult is what a relay said to one name.
type IdentityResult struct {
	Name       string
	Acceptance Acceptance
	Stage      Stage    // the last one reached
	Reply      *Reply   // the relay's word at that stage, nil if it said none
	Failure    *Failure // why the session ended early; nil if it did not
	Elapsed    time.Duration
}

// Identities tries each name in a session of its own, announced wherever the
// session greets, up to RCPT (MAIL where p.To is empty, AUTH where p.From is
// empty too), then RSET and QUIT: no message is sent. The sessions run side by
// side, MaxSessions at a time or as p.Gate says. A verdict is reported as soon as
// it is certain, from one goroutine at a time; report may be nil. The verdicts
// are returned in the order of names.
//
// A session that ends before its EHLO, because there is no address, no connection
// or no greeting, says nothing about its name. The names that have not begun by
// then are not tried, and their verdicts carry the same failure, unless another
// session got further or the relay only asked to come back later.
//
// Relays such as Postfix judge a name only at RCPT, where they judge all else
// too. A refusal there is the name's when the relay says so, or when another
// name, all else being the same, was accepted.
func Identities(ctx context.Context, p Plan, names []string, report func(IdentityResult)) []IdentityResult {
	p.StopAfter, p.Message = probeDepth(p), nil
	if p.Gate == nil {
		p.Gate = NewGate(MaxSessions)
	}
	jury := &jury{verdicts: make([]IdentityResult, len(names)), known: make([]bool, len(names)), report: report}
	var sessions sync.WaitGroup
	for i, name := range names {
		sessions.Go(func() { jury.hear(i, jury.probe(ctx, p, name)) })
	}
	sessions.Wait()
	jury.close()
	return jury.verdicts
}

func probeDepth(p Plan) Stage {
	switch {
	case p.From == "":
		return StageAuth
	case p.To == "":
		return StageMail
	}
	return StageRcpt
}

// probe has one session with one name, where there is any use in it.
func (j *jury) probe(ctx context.Context, p Plan, name string) IdentityResult {
	if err := p.Gate.enter(ctx); err != nil {
		return IdentityResult{Name: name, Stage: StageDNS, Failure: &Failure{Stage: StageDNS, Err: err}}
	}
	defer p.Gate.leave()
	if f := j.outOfReach(); f != nil {
		return IdentityResult{Name: name, Stage: f.Stage, Reply: f.Reply, Failure: f}
	}
	p.Names = SameName(name)
	var elapsed time.Duration
	greeted := false
	result := Run(ctx, p, func(e Event) {
		elapsed += e.Elapsed
		greeted = greeted || e.Stage == StageGreeting && e.State == StagePassed
	})
	j.note(greeted, result.Failure)
	v := IdentityResult{Name: name, Elapsed: elapsed, Failure: result.Failure, Reply: result.last}
	if n := len(result.Stages); n > 0 {
		v.Stage = result.Stages[n-1].Stage
	}
	if f := result.Failure; f != nil {
		v.Stage, v.Reply = f.Stage, f.Reply
	}
	return v
}

// note keeps how near to the relay a session came.
func (j *jury) note(greeted bool, f *Failure) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.greeted = j.greeted || greeted
	if greeted || f == nil || f.Reply != nil && f.Reply.Temporary() {
		return
	}
	switch f.Stage {
	case StageDNS, StageConnect, StageTLS, StageGreeting:
		j.failed = f
	}
}

// outOfReach is why no session comes as far as a name, or nil where one may.
func (j *jury) outOfReach() *Failure {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.greeted {
		return nil
	}
	return j.failed
}

// jury collects verdicts; those that need a comparison wait for one.
type jury struct {
	mu       sync.Mutex
	verdicts []IdentityResult
	known    []bool
	accepted bool // some name was
	report   func(IdentityResult)
	greeted  bool     // some session was, by the relay
	failed   *Failure // a session that was not
}

func (j *jury) hear(i int, v IdentityResult) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.verdicts[i] = v
	outcome, certain := judgeName(v)
	if certain {
		j.settle(i, outcome)
	}
	j.accepted = j.accepted || outcome == Accepted
	if j.accepted {
		j.compare()
	}
}

// compare settles the open refusals against a name that was accepted.
func (j *jury) compare() {
	for i, v := range j.verdicts {
		if v.Name != "" && !j.known[i] {
			j.settle(i, Refused)
		}
	}
}

// close settles what was never refused for its name for certain.
func (j *jury) close() {
	for i := range j.verdicts {
		if !j.known[i] {
			j.settle(i, NotJudged)
		}
	}
}

func (j *jury) settle(i int, outcome Acceptance) {
	j.known[i] = true
	j.verdicts[i].Acceptance = outcome
	if j.report != nil {
		j.report(j.verdicts[i])
	}
}

// judgeName judges a session by itself. What is not certain may be due to the
// name or not: a permanent refusal that gives another reason, or none.
func judgeName(v IdentityResult) (outcome Acceptance, certain bool) {
	f := v.Failure
	switch {
	case f == nil:
		return Accepted, true
	case f.Stage == StageEHLO:
		return judgeEHLO(f), true
	case f.Stage != StageMail && f.Stage != StageRcpt, f.Reply == nil, f.Err != nil:
		return NotJudged, true
	case f.Reply.Code == 503 || f.Reply.Code == 530: // out of order; login required
		return NotJudged, true
	case SpeaksOfName(*f.Reply):
		return Refused, true
	}
	return NotJudged, !f.Reply.Permanent()
}

// judgeEHLO takes a refusal or a hang-up for one of the name, which is all that
// EHLO says; but not a relay that does not know the command or breaks the
// protocol.
func judgeEHLO(f *Failure) Acceptance {
	hungUp := f.Reply == nil && errors.Is(f.Err, ErrClosed)
	refused := f.Reply != nil && (f.Err == nil || errors.Is(f.Err, ErrClosed)) &&
		f.Reply.Code >= 400 && f.Reply.Code != 500 && f.Reply.Code != 502
	if hungUp || refused {
		return Refused
	}
	return NotJudged
}

var (
	// Postfix: "Helo command rejected: need fully-qualified hostname", "Host not
	// found"; Exim: "invalid HELO name". Not "helo=<name>", which policy servers
	// add to any refusal, nor Google's "as obtained from HELO and MAIL FROM", which
	// is about an account.
	nameWords  = regexp.MustCompile(`(?i)\b(?:helo|ehlo)\b(?:[^=]|$)|fully[- ]qualified (?:hostname|host name|domain name)`)
	otherWords = regexp.MustCompile(`(?i)\bhelo\b (?:and|or) mail from`)
)

// SpeaksOfName reports whether a refusal gives the EHLO name as its reason.
func SpeaksOfName(r Reply) bool {
	return nameWords.MatchString(r.Text()) && !otherWords.MatchString(r.Text())
}
