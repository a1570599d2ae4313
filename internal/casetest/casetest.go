// Package casetest reads tables of cases, takes no error, and measures growth. It is for tests alone.
package casetest

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Read reads the table of that name below testdata/cases; a field that is not known is an
// error.
func Read[T any](t testing.TB, name string) (table T) {
	t.Helper()
	data, err := os.ReadFile("testdata/cases/" + name + ".json")
	Must(t, err)
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	if err := d.Decode(&table); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return table
}

// Must ends the test with the errors, if there are any.
func Must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// GrowsEvenly checks that four times as much takes about four times the computing:
// the square of it would be sixteen. What other programs do meanwhile does not count;
// tests that use it are not parallel, so that no other test counts either.
func GrowsEvenly(t testing.TB, name string, n int, do func(n int)) {
	t.Helper()
	cost := func(n int) time.Duration {
		before := computed(t)
		do(n)
		return computed(t) - before
	}
	do(n) // what is made once
	var once, four time.Duration
	for range 5 { // a collection of garbage may have come in between
		once, four = cost(n), cost(4*n)
		if four <= 9*once+10*time.Millisecond {
			return
		}
	}
	t.Errorf("%s: %v for %d, %v for %d", name, once, n, four, 4*n)
}

// computed is the time that processors have spent on this process.
func computed(t testing.TB) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
