package install_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"smtp-wizard/pocketid/install"
)

var update = flag.Bool("update", false, "write what was found into the layouts")

// TestLayouts goes through testdata: each file is one way in which Pocket ID is
// installed. Its head says where the admin stands, its part named want what
// arrives, and the rest are the files, by their paths.
func TestLayouts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := words(install.Discover(unpack(t, archive)).Result())
			for i, part := range archive.Files {
				switch {
				case part.Name != "want":
				case *update:
					archive.Files[i].Data = []byte(got)
					if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
						t.Fatal(err)
					}
				case string(part.Data) != got:
					t.Errorf("got\n%s\nwant\n%s", got, part.Data)
				}
			}
		})
	}
}

// unpack lays the files out below a folder, which is then the machine's root.
func unpack(t *testing.T, archive *txtar.Archive) (install.Machine, string) {
	t.Helper()
	root := t.TempDir()
	for _, part := range archive.Files {
		if part.Name == "want" {
			continue
		}
		path := filepath.Join(root, part.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, part.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := install.Machine{Files: install.Disk{Root: root}, Home: "/root", Hostname: "vps-4711.example.net"}
	env := ""
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "env":
			env = value
			if m.Dir == "" {
				m.Dir = filepath.Dir(value)
			}
		case "dir":
			m.Dir = value
		case "machine":
			m.Hostname = value
		case "home":
			m.Home, m.UID = value, 1000
		case "set":
			m.Env = append(m.Env, value)
		}
	}
	return m, env
}

// words are a result as the layouts write it.
func words(r install.Result) string {
	var out strings.Builder
	line := func(format string, args ...any) {
		fmt.Fprintln(&out, strings.TrimRight(fmt.Sprintf(format, args...), " "))
	}
	if r.Runs == nil {
		return "nothing\n"
	}
	line("runs %s %s", *r.Runs, r.Service)
	if r.Refused != "" {
		line("refused %s", r.Refused)
	}
	line("version %s %s", text(r.Version.Value), r.Version.Below)
	line("hostname %s %s", r.Hostname.Kind, text(r.Hostname.Value))
	line("files %s", strings.Join(r.EnvFiles, " "))
	for _, key := range slices.Sorted(maps.Keys(r.Values)) {
		v := r.Values[key]
		if v.Value == nil {
			line("%s is from %s %s", key, v.From, strings.Join(v.Hidden, " "))
			continue
		}
		hides := ""
		if len(v.Hidden) > 0 {
			hides = ", not from " + strings.Join(v.Hidden, " ")
		}
		line("%s=%s, from %s:%d %s%s", key, *v.Value, v.From, v.Line, v.VariableFrom, hides)
	}
	line("password %t readable %t %s", r.Password.Set, r.Password.Readable, strings.Join(r.Password.From, " "))
	for _, w := range r.Warnings {
		line("warning %s %s", w.ID, w.Key)
	}
	return out.String()
}

func text(s *string) string {
	if s == nil {
		return "?"
	}
	return *s
}
