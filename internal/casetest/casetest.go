// Package casetest reads tables of cases, and takes no error. It is for tests alone.
package casetest

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
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
