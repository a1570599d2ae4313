package smtpcheck

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"smtp-wizard/internal/lazy"
)

// Acceptance says whether a relay accepts a name.
type Acceptance int

const (
	// NotJudged: the session ended for a reason other than the name, such as a network
	// error or AUTH required before MAIL.
	NotJudged Acceptance = iota
	// Accepted: the session got as far as it was meant to.
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
	Reply      *Reply   // at that stage, or nil
	Failure    *Failure // why the session ended early; nil if it did not
	Elapsed    time.Duration
}

// Identities tries each name in its own session, in every EHLO, up to RCPT (MAIL if
// p.To is empty, AUTH if p.From is empty too), then QUIT: no message is sent. The
// sessions run in parallel, MaxSessions at a time or as p.Gate allows. A result is
// reported as soon as it is certain, from one goroutine at a time; report may be nil.
// The results are returned in the order of names.
//
// A failure that may be due to the number of sessions is tried again afterwards, one
// session at a time.
//
// A session that ends before its EHLO, without an address, connection or greeting,
// says nothing about its name. Names not yet begun by then are not tried and get the
// same failure, unless another session got further or the failure is temporary.
//
// Relays such as Postfix check the name only at RCPT, along with everything else. A
// refusal there counts against the name if the relay says so, or if another name was
// accepted under otherwise equal conditions.
func Identities(ctx context.Context, p Plan, names []string, report func(IdentityResult)) []IdentityResult {
	probes := newProbes(names, report)
	p = probePlan(p)
	probes.sideBySide(ctx, p, -1)
	probes.alone(ctx, p)
	return probes.results
}

// probePlan is a plan up to RCPT that ends with QUIT, whatever the client does.
func probePlan(p Plan) Plan {
	p.Message, p.Quit = nil, QuitAlways
	switch {
	case p.From == "":
		p.StopAfter = StageAuth
	case p.To == "":
		p.StopAfter = StageMail
	default:
		p.StopAfter = StageRcpt
	}
	if p.Gate == nil {
		p.Gate = NewGate(MaxSessions)
	}
	return p
}

func newProbes(names []string, report func(IdentityResult)) *probes {
	return &probes{names: names, results: make([]IdentityResult, len(names)), settled: make([]bool, len(names)), report: report}
}

// sideBySide tries all names but one in parallel.
func (pr *probes) sideBySide(ctx context.Context, p Plan, but int) {
	p.Quit = QuitNoWait
	var sessions sync.WaitGroup
	for i, name := range pr.names {
		if i == but {
			continue
		}
		sessions.Go(func() {
			r := pr.run(ctx, p, name)
			if maybeCrowded(r.Failure) && len(pr.names) > 1 {
				pr.mu.Lock()
				defer pr.mu.Unlock()
				pr.again = append(pr.again, i)
				return
			}
			pr.add(i, r)
		})
	}
	sessions.Wait()
}

// alone retries, one at a time, what may have failed due to the number of sessions.
func (pr *probes) alone(ctx context.Context, p Plan) {
	pr.failed = nil
	slices.Sort(pr.again)
	for n, i := range pr.again {
		r := pr.run(ctx, p, pr.names[i])
		if n == 0 && maybeCrowded(r.Failure) && r.Stage != StageEHLO {
			pauseForRelay(ctx)
			pr.failed = nil
			r = pr.run(ctx, p, pr.names[i])
		}
		pr.add(i, r)
	}
	pr.settleRest(NotJudged)
}

// probes collects the results of parallel sessions, some of which become certain only
// by comparison with others.
type probes struct {
	names    []string
	mu       sync.Mutex
	again    []int // indexes of the names to retry alone
	results  []IdentityResult
	settled  []bool
	accepted bool // at least one name
	report   func(IdentityResult)
	greeted  bool     // at least one session got the relay's greeting
	failed   *Failure // of a session that did not
}

// run tries one name, unless the relay is known to be out of reach.
func (pr *probes) run(ctx context.Context, p Plan, name string) IdentityResult {
	if err := p.Gate.enter(ctx); err != nil {
		return IdentityResult{Name: name, Stage: StageDNS, Failure: &Failure{Stage: StageDNS, Err: err}}
	}
	defer p.Gate.leave()
	if f := pr.outOfReach(); f != nil {
		return IdentityResult{Name: name, Stage: f.Stage, Reply: f.Reply, Failure: f}
	}
	p.Names = SameName(name)
	result := Run(ctx, p, nil)
	pr.noteReach(result)
	return identityOf(name, result)
}

// identityOf is what a conversation, up to RCPT, says about its name.
func identityOf(name string, result Result) IdentityResult {
	r := IdentityResult{Name: name}
	for _, stage := range result.Stages {
		if order(stage.Stage) > order(StageRcpt) {
			return r
		}
		r.Elapsed += stage.Elapsed
		r.Stage, r.Reply = stage.Stage, stage.reply
	}
	if f := result.Failure; f != nil {
		r.Stage, r.Reply, r.Failure = f.Stage, f.Reply, f
	}
	return r
}

// noteReach records whether a session reached the relay.
func (pr *probes) noteReach(r Result) {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	greeted := slices.ContainsFunc(r.Stages, func(s StageResult) bool { return s.Stage == StageGreeting && s.OK })
	pr.greeted = pr.greeted || greeted
	f := r.Failure
	if f == nil || greeted || f.Reply != nil && f.Reply.Temporary() {
		return
	}
	if slices.Contains([]Stage{StageDNS, StageConnect, StageTLS, StageGreeting}, f.Stage) {
		pr.failed = f
	}
}

// outOfReach is the failure due to which no session gets as far as EHLO, or nil.
func (pr *probes) outOfReach() *Failure {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	if pr.greeted {
		return nil
	}
	return pr.failed
}

func (pr *probes) add(i int, r IdentityResult) {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	pr.results[i] = r
	acceptance, certain := judge(r)
	if certain {
		pr.settle(i, acceptance)
	}
	if pr.accepted = pr.accepted || acceptance == Accepted; pr.accepted {
		pr.settleRest(Refused) // everything but the name was the same
	}
}

// settleRest settles the results that are still uncertain.
func (pr *probes) settleRest(acceptance Acceptance) {
	for i, r := range pr.results {
		if r.Stage != "" && !pr.settled[i] {
			pr.settle(i, acceptance)
		}
	}
}

func (pr *probes) settle(i int, acceptance Acceptance) {
	pr.settled[i] = true
	pr.results[i].Acceptance = acceptance
	if pr.report != nil {
		pr.report(pr.results[i])
	}
}

// judge judges a session on its own. It is not certain whether a permanent refusal that
// gives another reason, or none, is due to the name.
func judge(r IdentityResult) (acceptance Acceptance, certain bool) {
	f := r.Failure
	switch {
	case f == nil:
		return Accepted, true
	case f.Stage == StageEHLO:
		return judgeEHLO(f), true
	case f.Stage != StageMail && f.Stage != StageRcpt, f.Reply == nil, f.Err != nil:
		return NotJudged, true
	case f.Reply.Code == 503 || f.Reply.Code == 530: // out of order; login required
		return NotJudged, true
	case BlamesEHLOName(*f.Reply):
		return Refused, true
	}
	return NotJudged, !f.Reply.Permanent()
}

// judgeEHLO blames a refusal or a hang-up on the name, which is all that EHLO says,
// unless the relay does not know the command or breaks the protocol.
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
	nameWords  = lazy.Compile(`(?i)\b(?:helo|ehlo)\b(?:[^=]|$)|fully[- ]qualified (?:host ?name|domain name)`)
	otherWords = lazy.Compile(`(?i)\bhelo\b (?:and|or) mail from`)
)

// BlamesEHLOName reports whether a refusal gives the EHLO name as its reason.
func BlamesEHLOName(r Reply) bool {
	return nameWords.MatchString(r.Text()) && !otherWords.MatchString(r.Text())
}

// MaxSessions is how many identity sessions are open to one host at a time.
const MaxSessions = 4

// A Gate keeps parallel sessions from overloading one host. It limits the number of
// identity sessions; the conversation that they accompany is not counted. It keeps
// each session from trying a refused password again, which relays punish: one session
// logs in first, the others follow once it succeeded. It also keeps them from each
// waiting out the same silence. Use a new Gate for each run; nil is no gate.
type Gate struct {
	slots    semaphore
	turn     semaphore // held by the first session to log in; guards the three below
	accepted bool
	refused  *Reply
	unheard  error // the timeout of the first login

	mu     sync.Mutex
	silent map[stageAt]bool // where a wait has timed out
}

type stageAt struct {
	port  int
	stage Stage
}

// NewGate allows so many identity sessions at a time.
func NewGate(sessions int) *Gate {
	return &Gate{slots: make(semaphore, max(sessions, 1)), turn: make(semaphore, 1), silent: map[stageAt]bool{}}
}

// patience is how long to wait for a reply at a stage. Where another session has timed
// out it is short, but not zero: that may have been due to the other's name.
func (g *Gate) patience(at stageAt, limit time.Duration) time.Duration {
	if g == nil {
		return limit
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.silent[at] {
		return limit / 10
	}
	return limit
}

func (g *Gate) noteSilence(at stageAt) {
	if g != nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.silent[at] = true
	}
}

func (g *Gate) enter(ctx context.Context) error { return g.slots.acquire(ctx) }

func (g *Gate) leave() { g.slots.release() }

// login runs try, unless another session's login was refused or timed out. The first
// session logs in alone.
func (g *Gate) login(ctx context.Context, try func() (*Reply, error)) (*Reply, error) {
	if g == nil {
		return try()
	}
	if err := g.turn.acquire(ctx); err != nil {
		return nil, err
	}
	if g.accepted {
		g.turn.release()
		return try()
	}
	defer g.turn.release()
	if g.refused != nil {
		const text = "another session was refused with the same credentials, so they were not tried again"
		return g.refused, &kindError{ErrLoginHeld, text, nil}
	}
	if g.unheard != nil {
		return nil, g.unheard
	}
	reply, err := try()
	g.accepted = err == nil && reply.Code == 235
	if reply == nil && errors.Is(err, ErrTimeout) {
		g.unheard = &kindError{ErrTimeout, "another session had " + err.Error(), err}
	}
	if reply != nil && reply.Permanent() && !errors.Is(err, ErrClosed) {
		g.refused = reply
	}
	return reply, err
}

type semaphore chan struct{}

func (s semaphore) acquire(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s semaphore) release() { <-s }
