package command

import (
	"cmp"
	"runtime"
	"runtime/debug"
	"strings"

	"smtp-wizard/internal/lazy"
)

// A release's build sets these with -ldflags -X; without them what Go records of the
// checkout counts.
var (
	release string // such as 1.0.0
	commit  string
	date    string // of the commit
)

// untagged is the version that Go makes up where no tag is.
var untagged = lazy.Compile(`\d{14}-[0-9a-f]{12}`)

// version says what this program was built from.
func version(info debug.BuildInfo) string {
	vcs := map[string]string{}
	for _, s := range info.Settings {
		vcs[s.Key] = s.Value
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(cmp.Or(release, info.Main.Version), "v"), "+")
	if name == "" || name == "(devel)" || untagged.MatchString(name) {
		name = "unreleased"
	}
	var from []string
	if id := cmp.Or(commit, vcs["vcs.revision"]); id != "" {
		id = "commit " + id[:min(len(id), 7)]
		if vcs["vcs.modified"] == "true" {
			id += " with changes"
		}
		from = append(from, id)
	}
	if day, _, _ := strings.Cut(cmp.Or(date, vcs["vcs.time"]), "T"); day != "" {
		from = append(from, day)
	}
	return name + " (" + strings.Join(append(from, runtime.Version()), ", ") + ")"
}
