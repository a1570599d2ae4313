package command

import (
	"fmt"
	"io"
	"sync"
	"time"

	"smtp-wizard/smtpcheck"
	"smtp-wizard/steps"
)

// progress prints the stages of a test as they end, and what a slow one waits
// for. With --json it prints nothing.
type progress struct {
	out, err io.Writer
	quiet    bool

	mu      sync.Mutex
	waiting *time.Timer
	stage   smtpcheck.Stage // that waiting is for
}

// patience is how long a stage may take before it is said what is waited for.
const patience = 2 * time.Second

func newProgress(o *options, s steps.Setup) *progress {
	p := &progress{out: shown{o.Out}, err: shown{o.Err}, quiet: o.json}
	if !p.quiet {
		printSpeaker(p.out, s)
	}
	return p
}

// report takes the news of steps.World.RunTest, from any goroutine.
func (p *progress) report(news any) {
	e, ok := news.(smtpcheck.Event)
	if !ok || p.quiet {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting != nil {
		p.waiting.Stop()
		p.waiting = nil
	}
	if e.State == smtpcheck.StageBegan {
		p.stage = e.Stage
		p.waiting = time.AfterFunc(patience, func() { p.wait(e.Stage) })
		return
	}
	printStage(p.out, e.State == smtpcheck.StagePassed, string(e.Stage), e.Detail, e.Elapsed.Milliseconds())
}

func (p *progress) wait(stage smtpcheck.Stage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting != nil && p.stage == stage {
		fmt.Fprintf(p.err, "  ...  %-9s waiting; Ctrl+C stops\n", stage)
	}
}

// end stops what is still waited for.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting != nil {
		p.waiting.Stop()
		p.waiting = nil
	}
}
