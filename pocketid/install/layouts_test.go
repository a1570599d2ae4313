package install_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"smtp-wizard/internal/layouttest"
	"smtp-wizard/internal/steptest"
	"smtp-wizard/pocketid/install"
)

// TestLayouts finds in each layout what it wants.
func TestLayouts(t *testing.T) {
	for _, l := range layouttest.All(t, "testdata") {
		t.Run(l.Name, func(t *testing.T) {
			got := words(install.Discover(machine(t, l), l.EnvFile).Result())
			if got == l.Want {
				return
			}
			if flag.Lookup("update").Value.String() != "true" {
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

// TestTold draws what is said of each layout, and what is advised for it.
func TestTold(t *testing.T) {
	var out strings.Builder
	for _, l := range layouttest.All(t, "testdata") {
		m := machine(t, l)
		in := install.Discover(m, l.EnvFile)
		fmt.Fprintf(&out, "# %s\n%s %v\nhostname %s; %q in %v\nrestart %v\nnear %t; readers %v\n", l.Name, in.Summary(), in.Others, in.HostnameWords(),
			in.HostnameAdvice("NAME"), in.HostnameFiles(), in.Restart(strings.ToUpper), in.Near(), in.Readers(in.EnvFile))
		if in.Runs == "" {
			empty, _ := json.Marshal(in.Result())
			fmt.Fprintf(&out, "%s\n", empty)
			continue
		}
		fmt.Fprintf(&out, "hand on: %s\nsidecar %q\n", in.HandOn("KEY", in.EnvFile), in.SidecarObstacle())
		if in.InContainer() {
			fmt.Fprintf(&out, "inside %s\nnetwork %q\n", in.InsideCommand(strings.ToUpper, "program", "/file"), in.NamedNetwork())
		}
		for _, host := range []string{"localhost.", "127.0.0.2", "::1", "host.docker.internal", "relay", "mail.example.com", "HOST.containers.internal"} {
			if why := in.OnlyInside(host); why != "" || in.LacksGateway(host) || in.Elsewhere(host) {
				fmt.Fprintf(&out, "lacks %t, elsewhere %t: %s\n", in.LacksGateway(host), in.Elsewhere(host), why)
			}
		}
		for _, key := range in.Keys() {
			if layer, ok := in.Decides(key); ok && strings.HasPrefix(key, "SMTP_") {
				data, _ := m.Files.Read(layer.File)
				line, text := layer.Assignment(data, "VALUE")
				fmt.Fprintf(&out, "%s: %d %s %v %s\n", in.Place(layer.Source), line, text, layer.Readers, in.Result().Values[key].Place())
			}
		}
		for _, w := range in.Warnings {
			fmt.Fprintf(&out, "%s:%d %s\n", w.File, w.Line, w.Text)
		}
	}
	steptest.Golden(t, "testdata/told.txt", out.String())
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
