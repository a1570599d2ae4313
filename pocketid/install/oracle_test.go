package install

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"golang.org/x/tools/txtar"

	"smtp-wizard/envwriter"
)

// rawFormat is what docker compose registers for format: raw.
func rawFormat(r io.Reader, _ string, vars map[string]string, lookup func(string) (string, bool)) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	docker, _ := envwriter.ReaderNamed("docker")
	read, err := docker.ReadWith(data, lookup)
	for key, value := range read {
		vars[key] = value
	}
	return err
}

// TestComposeAgrees compares the environment that is put together here, so that
// each value keeps its source, with the one that compose's loader resolves.
func TestComposeAgrees(t *testing.T) {
	dotenv.RegisterFormat("raw", rawFormat)
	files, _ := filepath.Glob("testdata/*.txtar")
	compared := 0
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, env := Machine{Files: Disk{Root: t.TempDir()}}, ""
		for line := range strings.Lines(string(archive.Comment)) {
			switch key, value, _ := strings.Cut(strings.TrimSpace(line), ": "); key {
			case "env":
				env, m.Dir = value, filepath.Dir(value)
			case "set":
				m.Env = append(m.Env, value)
			}
		}
		for _, part := range archive.Files {
			path := m.Files.Local("/" + part.Name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, part.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		in := Discover(m, env)
		if in.Runs != RunsCompose || in.Refused != "" {
			continue
		}
		compared++
		want := resolved(t, m, in)
		for key, value := range want {
			if got, ok := in.Value(key); value != nil && (!ok || got != *value) {
				t.Errorf("%s: %s is %q, compose has %q", file, key, got, *value)
			}
		}
		for _, key := range in.Keys() {
			if value := want[key]; value == nil {
				t.Errorf("%s: %s does not arrive", file, key)
			}
		}
	}
	if compared < 25 {
		t.Errorf("only %d layouts were compared", compared)
	}
}

// resolved is the environment of the service as the loader itself makes it.
func resolved(t *testing.T, m Machine, in Install) types.MappingWithEquals {
	t.Helper()
	details := types.ConfigDetails{WorkingDir: m.Files.Local(in.Compose.Dir), Environment: types.Mapping{}}
	for _, file := range in.Compose.Files {
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: m.Files.Local(file)})
	}
	for key := range in.Compose.vars {
		details.Environment[key], _ = in.Compose.vars.lookup(key)
	}
	model, err := loader.LoadWithContext(context.Background(), details, func(o *loader.Options) {
		o.SetProjectName("id", false)
		o.Profiles = []string{"*"}
	})
	if err != nil {
		t.Fatal(err)
	}
	return model.Services[in.Service].Environment
}
