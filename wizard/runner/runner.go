// Package runner does the work that the machine's state asks for, for any face.
package runner

import (
	"context"
	"fmt"
	"sync"
	"time"

	"smtp-wizard/wizard"
)

// Runner keeps the goroutines of a guide in step with its state. Its methods
// may be called from any goroutine.
type Runner struct {
	machine wizard.Machine
	send    func(wizard.Outcome)

	mu      sync.Mutex
	cancel  map[int]context.CancelFunc // by run number
	stopped bool
	wg      sync.WaitGroup
}

// New makes a runner that hands every report and result to send. Send may
// block, and must return once the guide has ended.
func New(m wizard.Machine, send func(wizard.Outcome)) *Runner {
	return &Runner{machine: m, send: send, cancel: map[int]context.CancelFunc{}}
}

// Follow begins the runs that the state has and the runner has not, and cancels
// those that the state no longer has.
func (r *Runner) Follow(ctx context.Context, s wizard.State) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return
	}
	wanted := map[int]bool{}
	for id, f := range s.Found {
		if !f.Running {
			continue
		}
		wanted[f.Run] = true
		if _, ok := r.cancel[f.Run]; !ok {
			r.begin(ctx, id, f, s)
		}
	}
	for run, cancel := range r.cancel {
		if !wanted[run] {
			cancel()
			delete(r.cancel, run)
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
	for _, cancel := range r.cancel {
		cancel()
	}
	r.mu.Unlock()
	Within(StopWait, r.wg.Wait)
}

// Within runs f and waits for it, but not for ever.
func Within(d time.Duration, f func()) {
	done := make(chan struct{})
	go func() {
		f()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(d):
	}
}

func (r *Runner) begin(ctx context.Context, id wizard.ID, f wizard.Finding, s wizard.State) {
	worker, ok := r.machine.Step(id).(wizard.Worker)
	if !ok {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	r.cancel[f.Run] = cancel
	r.wg.Add(1)
	go func() {
		defer r.wg.Done()
		defer cancel()
		result := work(ctx, worker, f.Job, s.ViewOf(id), func(news any) {
			if ctx.Err() == nil {
				r.send(wizard.Reported{Step: id, Run: f.Run, News: news})
			}
		})
		if ctx.Err() == nil {
			r.send(wizard.Worked{Step: id, Run: f.Run, Result: result})
		}
	}()
}

// work turns a panic into a result, so that the terminal is never left in raw
// mode by a goroutine that nobody else can catch.
func work(ctx context.Context, w wizard.Worker, j wizard.Job, v wizard.View, report func(any)) (result any) {
	defer func() {
		if p := recover(); p != nil {
			result = fmt.Errorf("%s: a fault in smtp-wizard itself: %v", w.Name(), p)
		}
	}()
	return w.Work(ctx, j, v, report)
}
