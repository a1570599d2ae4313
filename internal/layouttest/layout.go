// Package layouttest has the ways in which Pocket ID is installed, as files below a
// folder, for the tests of several packages.
package layouttest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"smtp-wizard/internal/casetest"
)

// Layout is one of pocketid/install/testdata: its head says where the admin stands,
// its part named want what arrives, and the rest are the files, by their paths.
type Layout struct {
	Name, File string
	Archive    *txtar.Archive
	// EnvFile is what the admin names, Dir where he stands, Set his environment.
	EnvFile, Dir, Home, Hostname string
	UID                          int
	Set                          []string
	Want                         string
}

// All reads the layouts of a folder.
func All(t testing.TB, testdata string) (list []Layout) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testdata, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		casetest.Must(t, err)
		l := Layout{Name: strings.TrimSuffix(filepath.Base(file), ".txtar"), File: file, Archive: archive,
			Home: "/root", Hostname: "vps-4711.example.net"}
		for line := range strings.Lines(string(archive.Comment)) {
			switch key, value, _ := strings.Cut(strings.TrimSpace(line), ": "); key {
			case "env":
				l.EnvFile, l.Dir = value, filepath.Dir(value)
			case "dir":
				l.Dir = value
			case "machine":
				l.Hostname = value
			case "home":
				l.Home, l.UID = value, 1000
			case "set":
				l.Set = append(l.Set, value)
			}
		}
		for _, part := range archive.Files {
			if part.Name == "want" {
				l.Want = string(part.Data)
			}
		}
		list = append(list, l)
	}
	return list
}

// Unpack lays the files out below a folder, which is then the machine's root.
func (l Layout) Unpack(t testing.TB) (root string) {
	t.Helper()
	root = t.TempDir()
	for _, part := range l.Archive.Files {
		path := filepath.Join(root, part.Name)
		if part.Name == "want" {
			continue
		}
		casetest.Must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		casetest.Must(t, os.WriteFile(path, part.Data, 0o600))
	}
	return root
}
