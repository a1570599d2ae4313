// Package runner does the work that the machine's state asks for, for any face.
package runner

import (
	"context"
	"sync"
	"time"

	"smtp-wizard/internal/wait"
	"smtp-wizard/wizard"
)

// Runner keeps the goroutines of a guide in step with its state. Its methods
// may be called from any goroutine.
type Runner struct {
	send func(wizard.Outcome)

	mu      sync.Mutex
	runs    map[int]run // by number
	stopped bool
	wg      sync.WaitGroup
}

// run is what ends a piece of work: without its result, or with what it has.
type run struct{ cancel, hurry context.CancelFunc }

// New makes a runner that hands every report and result to send. Send may
// block, and must return once the guide has ended.
func New(send func(wizard.Outcome)) *Runner {
	return &Runner{send: send, runs: map[int]run{}}
}

// Follow begins the runs that the state has and the runner has not, and cancels
// those that the state no longer has. One that is hurried has its context ended, and
// its result still counts.
func (r *Runner) Follow(ctx context.Context, g wizard.Guide) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return
	}
	wanted := map[int]bool{}
	for id, f := range g.Place().Found {
		if !f.Running {
			continue
		}
		wanted[f.Run] = true
		if _, ok := r.runs[f.Run]; !ok {
			r.begin(ctx, id, f.Run, g)
		}
		if f.Hurried {
			r.runs[f.Run].hurry()
		}
	}
	for number, run := range r.runs {
		if !wanted[number] {
			run.cancel()
			delete(r.runs, number)
		}
	}
}

// StopWait is how long the end of a guide waits for what does not end: work, a
// screen, a disk.
const StopWait = time.Second

// Stop cancels everything and waits for it, but not for ever.
func (r *Runner) Stop() {
	r.mu.Lock()
	r.stopped = true
	for _, run := range r.runs {
		run.cancel()
	}
	r.mu.Unlock()
	Within(StopWait, r.wg.Wait)
}

// Within runs f and waits for it, but not for ever.
func Within(d time.Duration, f func()) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	_, _ = wait.For(ctx, func() (any, error) { f(); return nil, nil })
}

func (r *Runner) begin(ctx context.Context, id wizard.ID, number int, g wizard.Guide) {
	ctx, cancel := context.WithCancel(ctx)
	work, hurry := context.WithCancel(ctx)
	r.runs[number] = run{cancel, hurry}
	r.wg.Add(1)
	go func() {
		defer r.wg.Done()
		defer cancel()
		defer hurry()
		result := g.Work(work, id, func(news any) {
			if ctx.Err() == nil {
				r.send(wizard.Reported{Step: id, Run: number, News: news})
			}
		})
		if ctx.Err() == nil {
			r.send(wizard.Worked{Step: id, Run: number, Result: result})
		}
	}()
}
