package steptest

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/aymanbagabas/go-udiff"

	"smtp-wizard/internal/casetest"
)

var update = flag.Bool("update", false, "write the golden files")

// Golden compares what a test got with a file; with -update it writes the file.
func Golden(t testing.TB, path, got string) {
	t.Helper()
	if *update {
		casetest.Must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		casetest.Must(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	casetest.Must(t, err)
	if got != string(want) {
		t.Error(udiff.Unified(path, "as it is now", string(want), got))
	}
}

// Document is Golden for a page of docs/ that is made from the program's own tables.
// The package of the test is one floor below the root.
func Document(t testing.TB, name, text string) {
	t.Helper()
	dir, err := os.Getwd()
	casetest.Must(t, err)
	Golden(t, filepath.Join("..", "docs", name), "<!-- Generated from the program's tables by `go test ./"+
		filepath.Base(dir)+" -update`. Do not edit. -->\n\n"+text)
}
