package smtpcheck

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"smtp-wizard/internal/lazy"
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
// empty too), then QUIT: no message is sent. The sessions run side by
// side, MaxSessions at a time or as p.Gate says. A result is reported as soon as
// it is certain, from one goroutine at a time; report may be nil. The results are
// returned in the order of names.
//
// What may be due to the sessions' own number is tried again when they have ended,
// one at a time.
//
// A session that ends before its EHLO, because there is no address, no connection
// or no greeting, says nothing about its name. The names that have not begun by
// then are not tried, and their results carry the same failure, unless another
// session got further or the relay only asked to come back later.
//
// Relays such as Postfix judge a name only at RCPT, where they judge all else
// too. A refusal there is the name's when the relay says so, or when another
// name, all else being the same, was accepted.
func Identities(ctx context.Context, p Plan, names []string, report func(IdentityResult)) []IdentityResult {
	probes := newProbes(names, report)
	p = probePlan(p)
	probes.sideBySide(ctx, p, -1)
	probes.alone(ctx, p)
	return probes.results
}

// probePlan is a plan up to RCPT, in good order: no client's failure at QUIT.
func probePlan(p Plan) Plan {
	p.Message, p.Quit = nil, QuitPolite
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

// sideBySide tries all names but one. A session whose name is judged makes room for
// the next at once.
func (pr *probes) sideBySide(ctx context.Context, p Plan, but int) {
	p.Quit = QuitUnheard
	var sessions sync.WaitGroup
	for i, name := range pr.names {
		if i == but {
			continue
		}
		sessions.Go(func() {
			r := pr.run(ctx, p, name)
			if crowded(r.Failure) && len(pr.names) > 1 {
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

// alone tries again, one at a time, what may be due to the number of sessions.
func (pr *probes) alone(ctx context.Context, p Plan) {
	pr.failed = nil
	slices.Sort(pr.again)
	for n, i := range pr.again {
		r := pr.run(ctx, p, pr.names[i])
		if n == 0 && crowded(r.Failure) && r.Stage != StageEHLO {
			breathe(ctx)
			pr.failed = nil
			r = pr.run(ctx, p, pr.names[i])
		}
		pr.add(i, r)
	}
	pr.settleRest(NotJudged)
}

// probes collects the results of sessions that run side by side; those that need
// a comparison wait for one.
type probes struct {
	names    []string
	mu       sync.Mutex
	again    []int // the names to try again, alone
	results  []IdentityResult
	settled  []bool
	accepted bool // some name was
	report   func(IdentityResult)
	greeted  bool     // some session was, by the relay
	failed   *Failure // a session that was not
}

// run has one session with one name, if there is a point in it.
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

// identityOf is what a conversation up to RCPT or beyond says about its name.
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

// noteReach keeps how close to the relay a session came.
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

// outOfReach is why no session gets as far as a name, or nil where one may.
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
		pr.settleRest(Refused) // all else was the same
	}
}

// settleRest settles the results of ended sessions that are still uncertain.
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

// judge judges a session by itself. What is not certain may be due to the
// name or not: a permanent refusal that gives another reason, or none.
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
	nameWords  = lazy.Compile(`(?i)\b(?:helo|ehlo)\b(?:[^=]|$)|fully[- ]qualified (?:host ?name|domain name)`)
	otherWords = lazy.Compile(`(?i)\bhelo\b (?:and|or) mail from`)
)

// SpeaksOfName reports whether a refusal gives the EHLO name as its reason.
func SpeaksOfName(r Reply) bool {
	return nameWords.MatchString(r.Text()) && !otherWords.MatchString(r.Text())
}

// MaxSessions is how many identity sessions are open to one host at a time.
const MaxSessions = 4

// A Gate keeps sessions that run side by side polite to one host. It limits how
// many identity sessions run at a time; a conversation that runs beside them is
// not counted. And it keeps a refused password from being tried by each session
// anew, which relays punish: one session logs in first, the others follow when
// it was let in. Nor is silence waited out by each session anew. Make a new one for
// each run; nil is no gate.
type Gate struct {
	slots    semaphore
	turn     semaphore // held by the one that logs in first; it guards the three below
	accepted bool
	refused  *Reply
	unheard  error // how the first to log in waited in vain

	mu     sync.Mutex
	silent map[stageAt]bool // where a relay was silent to the end of a wait
}

type stageAt struct {
	port  int
	stage Stage
}

// NewGate lets so many identity sessions run at a time.
func NewGate(sessions int) *Gate {
	return &Gate{slots: make(semaphore, max(sessions, 1)), turn: make(semaphore, 1), silent: map[stageAt]bool{}}
}

// patience is how long to wait for a reply at a stage: little where another session
// waited in vain. That may have been due to its name.
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

// login runs try, unless another session's credentials were refused, or it had no
// answer to them. The first one to come runs alone.
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
