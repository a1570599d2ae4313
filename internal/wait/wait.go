// Package wait gives up on work that cannot be interrupted: a read from a terminal, a
// resolver that ignores its context, a file system that does not answer.
package wait

import "context"

// For is what work returns, or the error of ctx if that ends first. The work then goes
// on, and nobody hears of its end.
func For[T any](ctx context.Context, work func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := work()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
