// Package generated keeps the documentation that is made from the program's own
// tables. It is for tests alone.
package generated

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the generated documentation")

// Document fails the test when docs/name does not have the text, or rewrites it
// with -update. The package of the test is one floor below the root.
func Document(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("..", "docs", name)
	text = "<!-- Generated from the program's tables by `go test ./" + here(t) + " -update`. Do not edit. -->\n\n" + text
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != text {
		t.Errorf("docs/%s is not current: run go test ./%s -update (%v)", name, here(t), err)
	}
}

func here(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Base(dir)
}
