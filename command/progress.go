package command

import (
	"fmt"
	"io"
	"sync"
	"time"

	"smtp-wizard/smtpcheck"
	"smtp-wizard/steps"
)

// progress prints the stages of a test as they end, and what a slow one is
// waiting for. With --json it prints nothing.
type progress struct {
	out, err io.Writer
	quiet    bool

	mu      sync.Mutex
	waiting *time.Timer
}

// slowStage is how long a stage may take before the wait is announced.
const slowStage = 2 * time.Second

// newProgress says who speaks, and what the admin should know beforehand.
func newProgress(o *options, s steps.Setup, changed []string) *progress {
	p := &progress{out: cleanWriter{o.Out}, err: o.Err}
	printSpeaker(p.out, s)
	for _, warning := range changed {
		printLabeled(p.out, "Warning", warning)
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
	p.stop()
	if e.State != smtpcheck.StageBegan {
		printStage(p.out, stageJSON{string(e.Stage), e.State == smtpcheck.StagePassed, e.Elapsed.Milliseconds(), e.Detail})
		return
	}
	var own *time.Timer
	own = time.AfterFunc(slowStage, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.waiting == own { // not over since
			fmt.Fprintf(p.err, "  ...  %-9s waiting, up to %s; press Ctrl+C to stop\n", e.Stage, smtpcheck.Seconds(e.Limit))
		}
	})
	p.waiting = own
}

// end stops the announcement of a wait.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stop()
}

func (p *progress) stop() {
	if p.waiting != nil {
		p.waiting.Stop()
	}
}
