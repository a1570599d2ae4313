package install_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"smtp-wizard/internal/layouttest"
	"smtp-wizard/pocketid/install"
)

var update = flag.Bool("update", false, "write what was found into the layouts")

// TestLayouts finds in each layout what it wants.
func TestLayouts(t *testing.T) {
	for _, l := range layouttest.All(t, "testdata") {
		t.Run(l.Name, func(t *testing.T) {
			got := words(install.Discover(machine(t, l), l.EnvFile).Result())
			if got == l.Want {
				return
			}
			if !*update {
				t.Fatalf("got\n%s\nwant\n%s", got, l.Want)
			}
			for i, part := range l.Archive.Files {
				if part.Name == "want" {
					l.Archive.Files[i].Data = []byte(got)
				}
			}
			if err := os.WriteFile(l.File, txtar.Format(l.Archive), 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func machine(t *testing.T, l layouttest.Layout) install.Machine {
	return install.Machine{Files: install.Disk{Root: l.Unpack(t)}, Home: l.Home, UID: l.UID, Hostname: l.Hostname,
		Dir: l.Dir, Env: l.Set}
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
