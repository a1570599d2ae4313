package install

import (
	"context"
	"io"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"

	"smtp-wizard/envwriter"
	"smtp-wizard/internal/layouttest"
	"smtp-wizard/pocketid"
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
	compared := 0
	for _, l := range layouttest.All(t, "testdata") {
		m := Machine{Files: Disk{Root: l.Unpack(t)}, Dir: l.Dir, Env: l.Set}
		in := Discover(m, l.EnvFile)
		if in.Runs != pocketid.RuntimeCompose || in.Refused != "" {
			continue
		}
		compared++
		want := resolved(t, m, in)
		for key, value := range want {
			if got, ok := in.Value(key); value != nil && (!ok || got != *value) {
				t.Errorf("%s: %s is %q, compose has %q", l.Name, key, got, *value)
			}
		}
		for _, key := range in.Keys() {
			if value := want[key]; value == nil {
				t.Errorf("%s: %s does not arrive", l.Name, key)
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
