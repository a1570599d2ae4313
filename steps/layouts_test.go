package steps

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smtp-wizard/asowner"
	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/internal/layouttest"
	"smtp-wizard/internal/steptest"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/secret"
	"smtp-wizard/wizard"
)

// TestLayouts draws what the guide says of each layout, what check has against it, and
// what becomes of its files when relay, name and password are to be others.
func TestLayouts(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	for _, l := range layouttest.All(t, "../pocketid/install/testdata") {
		root, none := l.Unpack(t), &asowner.Files{}
		w := sceneWorld()
		w.Root = root
		w.Bridges = func() []Bridge { return nil }
		w.Look = func(_ *asowner.Files, planned map[string][]byte) (install.Install, error) {
			return install.Discover(install.Machine{Files: install.Planned{Files: install.Disk{Root: root}, Contents: planned},
				Home: l.Home, UID: l.UID, Hostname: l.Hostname, Dir: l.Dir, Env: l.Set}, l.EnvFile), nil
		}
		data, err := os.ReadFile(filepath.Join(root, l.EnvFile))
		found := Discovery{EnvFile: l.EnvFile, Exists: err == nil, Hostname: l.Hostname, whole: secret.New(string(data))}
		found.Install, _ = w.Look(none, nil)
		found.read(found.readers())
		found.noPassword(none)
		fmt.Fprintf(&out, "# %s\n", l.Name)
		drawInstall(&out, w, found)
		setup := w.SetupFrom(found, pocketid.Version{})
		objections := found.Objections(setup, false)
		for _, o := range objections {
			fmt.Fprintf(&out, "%s %s (stops %t): %s %s\n", o.ID, o.Key, o.Stops, o, o.Cure)
		}
		for _, warning := range w.Warnings(found, setup.As, objections) {
			fmt.Fprintln(&out, "warning", warning)
		}
		if found.Exists && !found.Blank() {
			drawPlan(&out, w, found, none)
		}
	}
	if strings.Contains(out.String(), "Tr0ub4dor") || strings.Contains(out.String(), "pass$'word") {
		t.Error("a password is shown")
	}
	program, _ := os.Executable()
	steptest.Golden(t, "testdata/golden/layouts.txt", strings.ReplaceAll(out.String(), program, "PROGRAM"))
}

func drawInstall(out *strings.Builder, w World, found Discovery) {
	m := stilled(All(w))
	s := State{Place: wizard.Place{At: Install, Found: map[wizard.ID]wizard.Finding{Install: {Result: found}}}, Answers: Answers{EnvFile: found.EnvFile}}
	page := m.Page(s)
	for _, text := range textsOf(page) {
		if text != "" {
			fmt.Fprintln(out, "  "+text)
		}
	}
	for _, f := range page.Field {
		fmt.Fprintf(out, "  %s: %s (%s)\n", f.Label, f.Default, f.Note)
	}
	s = m.Apply(s, wizard.Submitted{})
	fmt.Fprintf(out, "then at %s, %q: %s\n", s.At, s.Fault.Field, s.Fault.Text)
}

func drawPlan(out *strings.Builder, w World, found Discovery, around *asowner.Files) {
	a := prefill(Answers{EnvFile: found.EnvFile, Runs: string(found.Install.Runs), Version: found.Install.Speaks().String()}, found)
	a.Host, a.Port, a.TLS, a.User = "host.docker.internal", 587, "starttls", "new@example.com"
	a.Password, a.Hostname, a.AppURL = secret.New("pass$'word"), "new.example.com", "https://id.example.com"
	before := []byte(found.whole.Reveal())
	p := &FilePlan{Request: fileRequest(a), Found: found,
		Before: atomicfile.Snapshot{Path: found.EnvFile, Exists: true, Bytes: before}}
	if err := w.complete(p, before, around); err != nil {
		fmt.Fprintln(out, "not planned:", err)
		return
	}
	for _, line := range p.Diff {
		if line.Op == envwriter.Plus || line.Op == envwriter.Minus {
			fmt.Fprintln(out, line.Op, line.Text)
		}
	}
	for _, warning := range p.Warnings {
		fmt.Fprintln(out, "then", warning)
	}
	fmt.Fprintf(out, "refused %v, override %s %q, secret %s\n%s\n", p.Refused, p.Override.Path, p.Override.New, p.SecretPath,
		strings.Join(slices.DeleteFunc(w.commands(p), func(c string) bool { return c == "" }), "\n"))
}
