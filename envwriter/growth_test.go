package envwriter

import (
	"testing"
	"time"
)

// growsEvenly checks that four times as much takes about four times as long: the
// square of it would be sixteen. Times that are short anyway pass.
func growsEvenly(t *testing.T, name string, n int, do func(n int)) {
	t.Helper()
	fastest := func(n int) time.Duration {
		least := time.Hour
		for range 3 {
			begun := time.Now()
			do(n)
			least = min(least, time.Since(begun))
		}
		return least
	}
	once, four := fastest(n), fastest(4*n)
	if four > 9*once+150*time.Millisecond {
		t.Errorf("%s: %v for %d, %v for %d", name, once, n, four, 4*n)
	}
}
