package steps

import (
	"fmt"
	"strings"
)

// Summary is what stays on the screen after the guide: the verdict, the files,
// and what to run next.
func Summary(s State) string {
	var b strings.Builder
	v := s.ViewOf(Write)
	t, tested := result[Trial](v, LiveTest)
	out := OutcomeOf(s)
	switch {
	case !tested || t.Result.Failure != nil || s.Answers.Untested:
		b.WriteString("Mail is not proven: no test message was accepted.\n")
	case len(out.Warnings) > 0:
		fmt.Fprintf(&b, "%s took the test %s for %s, but mind what follows.\n", t.Setup.Host, t.Token, t.Setup.To)
	default:
		fmt.Fprintf(&b, "Mail works: %s took the test %s for %s.\n", t.Setup.Host, t.Token, t.Setup.To)
	}
	w, ok := result[Written](v, Write)
	if !ok {
		fmt.Fprintf(&b, "Nothing was written: %s says all this already.\n", s.Answers.EnvFile)
		mind(&b, out.Warnings)
		return b.String()
	}
	for _, f := range w.Saved {
		switch {
		case f.Created:
			fmt.Fprintf(&b, "New:     %s\n", f.Path)
		case f.Changed:
			fmt.Fprintf(&b, "Changed: %s\n", f.Path)
		}
		if f.Backup != "" {
			fmt.Fprintf(&b, "Backup:  %s\n", f.Backup)
		}
	}
	mind(&b, out.Warnings)
	b.WriteString("Run next:\n")
	for _, c := range w.Commands {
		fmt.Fprintf(&b, "  %s\n", c)
	}
	return b.String()
}

func mind(b *strings.Builder, warnings []string) {
	for _, warning := range warnings {
		fmt.Fprintf(b, "Mind:    %s\n", sentence(warning))
	}
}
