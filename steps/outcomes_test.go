package steps

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"smtp-wizard/between"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/steptest"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/wizard"
)

// TestCommands draws what is to be run next, for each way that Pocket ID runs and each
// relay in between, where it was found so and where not.
func TestCommands(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	w := sceneWorld()
	w.Root = t.TempDir() // which has no msmtpd
	unit := map[pocketid.Runtime]string{pocketid.RuntimeQuadlet: "/home/ada/.config/containers/systemd/idp.container",
		pocketid.RuntimeSystemd: "/etc/systemd/system/idp.service"}
	for _, way := range []between.Kind{"", between.Msmtpd, between.Postfix, between.Sidecar} {
		for _, runtime := range pocketid.Runtimes() {
			for _, found := range []install.Install{{Compose: &install.Project{Dir: "/srv/my id"}},
				{Runs: runtime, Service: "idp", Found: "/srv/idp", Unit: unit[runtime], Network: "mail", Compose: &install.Project{Dir: "/srv/my id"}}} {
				if (way == between.Msmtpd || way == between.Postfix) && runtime != pocketid.RuntimeManual {
					continue // these run on the machine, whatever Pocket ID does
				}
				r := viaRequest("/srv/my id/.env", way)
				r.Runtime, r.Version = runtime, "2.9.0" // which announces its hostname
				if found.Runs == "" {
					r.User = ""
				}
				if runtime != pocketid.RuntimeCompose && found.Runs != "" {
					found.Compose = nil
				}
				p := &FilePlan{Request: r, Found: Discovery{Install: found}, Printed: found.Runs != "", undoPostfix: []string{"sudo postfix reload"},
					Machine: []between.File{{Path: "/etc/msmtprc", Mode: 0o640, Masked: []byte("a\nb\n")}, {Path: "/etc/default/x", Mode: 0o644}}}
				fmt.Fprintf(&out, "# %q %s, found %q\n%s\nundo: %s\n", way, runtime, found.Runs, strings.Join(w.commands(p), "\n"),
					p.undoVia([]atomicfile.Saved{{Path: "/srv/my id/.env", Created: true}, {Path: "/etc/default/x", Created: true},
						{Path: "/srv/new", Created: true}, {Path: "/srv/old", Backup: "/srv/old.bak"}}))
			}
		}
	}
	steptest.Golden(t, "testdata/golden/commands.txt", out.String())
}

// TestSkips draws which pages each answer of yes or no takes away.
func TestSkips(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	var a Answers
	draw := func(name string, w World) {
		fmt.Fprintf(&out, "%s:", name)
		for _, s := range All(w) {
			if s.Skip(a) {
				fmt.Fprintf(&out, " %s", s.ID())
			}
		}
		fmt.Fprintln(&out)
	}
	practice := sceneWorld()
	practice.Practice = true
	draw("nothing", sceneWorld())
	draw("Practice", practice)
	for _, f := range reflect.VisibleFields(reflect.TypeOf(a)) {
		if f.Type.Kind() == reflect.Bool {
			field := reflect.ValueOf(&a).Elem().FieldByIndex(f.Index)
			field.SetBool(true)
			draw(f.Name, sceneWorld())
			field.SetBool(false)
		}
	}
	steptest.Golden(t, "testdata/golden/skips.txt", out.String())
}

// TestChoices draws what each choice of each scene leads to, and what it makes of the
// answers.
func TestChoices(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	kept := func(s State) []string {
		text, err := json.MarshalIndent(s.Answers, "", " ")
		casetest.Must(t, err)
		return strings.Split(string(text), "\n")
	}
	for _, c := range scenes(t) {
		for _, f := range c.machine.Page(c.state).Field {
			most := len(f.Choices)
			if f.Filter {
				most = 3
			}
			for _, choice := range f.Choices[:most] {
				s := c.machine.Apply(c.state, wizard.Typed{Field: f.Name, Text: choice.Value})
				s = c.machine.Apply(s, wizard.Submitted{})
				fmt.Fprintf(&out, "# %s, %s %s: at %s, %s %q, typed %v, ended %v\n", c.name, f.Name, choice.Label(), s.At, s.Fault.Field, s.Fault.Text,
					s.Inputs[s.At], s.Ended)
				before := kept(c.state)
				for _, line := range kept(s) {
					if !slices.Contains(before, line) {
						fmt.Fprintln(&out, line)
					}
				}
			}
		}
	}
	steptest.Golden(t, "testdata/golden/choices.txt", out.String())
}
